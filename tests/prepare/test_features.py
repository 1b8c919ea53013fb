"""Every feature against the oracle, which knows nothing of prefix sums."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from gatecast.games import PRESEASON, Games, cutoff_days, known_at
from gatecast.games import columns as c
from gatecast.prepare import Preparation

from .oracle import DAY_ZERO, Oracle

LEADS = (1, 7, 30, PRESEASON)
SAMPLE = 70
WET = {"none": 0, "drizzle": 1, "showers": 2, "rain": 3, "snow": 4}


@pytest.fixture(scope="module")
def preparation(league: Games) -> Preparation:
    return Preparation(league)


@pytest.fixture(scope="module")
def oracle(league: Games) -> Oracle:
    return Oracle(league.table)


def sampled(games: Games) -> list[int]:
    """Games of all the table, its first and last ones, those of a holiday and home openers among them."""
    drawn = np.random.default_rng(3).choice(len(games), SAMPLE, replace=False)
    date = games.table[c.DATE]
    holidays = np.flatnonzero((date.dt.month() == 7) & (date.dt.day() == 4))
    openers = games.table.with_row_index().group_by(c.HOME, c.SEASON).agg(pl.col("index").min())["index"]
    return sorted({0, 1, len(games) - 1, *drawn.tolist(), *holidays.tolist(), *openers.to_list()})


def own(games: Games, lead: int | str) -> dict[str, np.ndarray]:
    """What is not looked up in past games: weather, and the club's own numbers."""
    known = known_at(games, cutoff_days(games, lead))
    names = {name: name for name in (c.TEMPERATURE, c.WIND)}
    names |= {f"own_{column.name}": column.name for column in games.custom_columns if column.dtype.is_numeric()}
    numbers = {name: known[of].cast(pl.Float64).fill_null(math.nan).to_numpy() for name, of in names.items()}
    return numbers | {"wetness": np.array([WET.get(label, math.nan) for label in known[c.PRECIPITATION]])}


@pytest.mark.parametrize("lead", LEADS)
def test_features_are_those_of_the_oracle(league, preparation, oracle, lead):
    arrays, cutoffs, further = preparation.at_lead(lead), cutoff_days(league, lead), own(league, lead)
    for row in sampled(league):
        cutoff = DAY_ZERO + dt.timedelta(days=int(cutoffs[row]))
        expected = {**oracle.features(row, cutoff), **{name: values[row] for name, values in further.items()}}
        assert set(expected) == set(arrays.names)
        wanted = np.array([float(expected[name]) for name in arrays.names])
        np.testing.assert_allclose(arrays.numeric[row], wanted, rtol=2e-6, atol=2e-6, err_msg=f"{row}, {arrays.names}")


def test_every_feature_is_known_and_varies_in_the_sample(league, preparation):
    rows = sampled(league)
    figures = np.concatenate([preparation.at_lead(lead).numeric[rows] for lead in LEADS])
    names = np.array(preparation.at_lead(1).names)
    results = {f"own_{column.name}" for column in league.custom_columns if column.known.lead == 0}
    assert set(names[~np.isfinite(figures).any(axis=0)]) == results
    # The sample league plays from April to September.
    winter = {"near_thanksgiving", "near_christmas", "near_new_year"}
    rest = ~np.isin(names, sorted(results | winter))
    assert (np.nanstd(figures[:, rest], axis=0) > 0).all(), names[rest][np.nanstd(figures[:, rest], axis=0) == 0]


@pytest.mark.parametrize("lead", LEADS)
def test_capacity_is_what_the_venue_is_known_to_hold(league, preparation, oracle, lead):
    cutoffs, known = cutoff_days(league, lead), preparation.at_lead(lead).capacity
    for row in sampled(league):
        cutoff = DAY_ZERO + dt.timedelta(days=int(cutoffs[row]))
        assert known[row] == pytest.approx(oracle.capacity(oracle.games[row], cutoff), nan_ok=True)


def test_one_cut_off_for_all_games_is_the_same_as_each_game_s_lead(league, preparation):
    last = int(np.median(league.days))
    together = preparation.at(np.full(len(league), last, np.int32))
    for row in np.flatnonzero(league.days > last)[::40]:
        alone = preparation.at(cutoff_days(league, int(league.days[row] - last)))
        assert alone.numeric[row].tobytes() == together.numeric[row].tobytes()
        assert alone.categories.row(row) == together.categories.row(row)
