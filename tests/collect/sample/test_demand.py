"""The documented effects can be found again in the games, and the documentation states the true ones."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import DEMAND, demand, sample_league
from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.sales import PRICE
from gatecast.games import columns as c

SEEDS = range(5)
ACES = [club.starters[0] for club in CLUBS]
DOCS = Path(__file__).resolve().parents[3] / "docs" / "sample-league.md"
WEEKDAYS = {label: place for place, label in enumerate(demand.WEEKDAY_EFFECT, 1)}


def games_of(seed: int) -> pl.DataFrame:
    league = sample_league(seed)
    truth = league.truth.select(c.GAME_ID, DEMAND)
    games = league.games.table.join(truth, on=c.GAME_ID, validate="1:1")
    return games.with_columns(setting=pl.format("{} {} {}", pl.lit(seed), c.HOME, c.SEASON))


@pytest.fixture(scope="module")
def games():
    return pl.concat([games_of(seed) for seed in SEEDS])


@pytest.fixture(scope="module")
def found(games):
    """Coefficients by name of a plain least-squares fit to log demand, of five leagues together."""
    return fitted(games, signs_of_effects())


def signs_of_effects() -> dict[str, pl.Expr]:
    date = pl.col(c.DATE)
    opener = date == date.min().over("setting")
    inside = (date.dt.month().cast(pl.Int32) * 100 + date.dt.day()).is_between(615, 824)
    fourth = (date.dt.month() == 7) & (date.dt.day() == 4)
    return {
        **{label: date.dt.weekday() == place for label, place in WEEKDAYS.items() if label != "Mon"},
        **{label: date.dt.month() == 4 + i for i, label in enumerate(demand.MONTH_EFFECT) if label != "Jun"},
        **{label: pl.col(c.PROMOTION).eq_missing(label) for label in demand.PROMOTION_EFFECT if label},
        **{label: pl.col(c.PRECIPITATION) == label for label in demand.PRECIPITATION_EFFECT if label != "none"},
        **{label: pl.col(c.SKY) == label for label in demand.SKY_EFFECT if label != "cloudy"},
        **{club.name: pl.col(c.VISITOR) == club.name for club in CLUBS[1:]},
        "rival": pl.any_horizontal(
            (pl.col(c.HOME) == club.name) & (pl.col(c.VISITOR) == other.name)
            for club in CLUBS
            for other in CLUBS
            if other.code == club.rival
        ),
        "home ace": pl.col(c.HOME_STARTER).is_in(ACES),
        "visiting ace": pl.col(c.VISITOR_STARTER).is_in(ACES),
        "day": pl.col(c.DAY_NIGHT) == "day",
        "doubleheader": pl.col(c.NUMBER) > 0,
        "school": inside & (date.dt.weekday() < 6),
        "holiday": fourth | (date.dt.weekday() == WEEKDAYS["Mon"]),
        "opener": opener,
        "temperature": (pl.col(c.TEMPERATURE) - demand.BEST_TEMPERATURE) ** 2,
    }


def fitted(games: pl.DataFrame, signs: dict[str, pl.Expr]) -> dict[str, float]:
    design = games.select(expression.cast(pl.Float64).alias(name) for name, expression in signs.items())
    settings = games.select("setting").to_dummies().cast(pl.Float64)
    inputs = np.hstack([design.to_numpy(), settings.to_numpy()])
    # Mondays are holidays, so their weekday effect is left to the level.
    solution = np.linalg.lstsq(inputs, np.log(games[DEMAND].to_numpy()), rcond=None)[0]
    return dict(zip(design.columns, solution, strict=False))


def test_weekday_effects_are_recovered(found):
    for label in ("Wed", "Thu", "Fri", "Sat", "Sun"):
        true = demand.WEEKDAY_EFFECT[label] - demand.WEEKDAY_EFFECT["Tue"]
        assert found[label] - found["Tue"] == pytest.approx(true, abs=0.015), label


@pytest.mark.parametrize("effects", ["PROMOTION_EFFECT", "PRECIPITATION_EFFECT", "SKY_EFFECT"])
def test_promotion_and_weather_effects_are_recovered(found, effects):
    for label, true in getattr(demand, effects).items():
        assert found.get(label, 0.0) == pytest.approx(true, abs=0.02), label


def test_month_effects_are_recovered(found):
    for label, true in demand.MONTH_EFFECT.items():
        assert found.get(label, 0.0) == pytest.approx(true, abs=0.05), label


def test_opponents_differ_as_their_draw_does(found):
    for club in CLUBS[1:]:
        assert found[club.name] == pytest.approx(club.draw - CLUBS[0].draw, abs=0.02), club.name


@pytest.mark.parametrize(
    "name, true, tolerance",
    [
        ("home ace", demand.HOME_ACE_EFFECT, 0.01),
        ("visiting ace", demand.VISITING_ACE_EFFECT, 0.01),
        ("day", demand.DAY_GAME_EFFECT, 0.02),
        ("doubleheader", demand.DOUBLEHEADER_EFFECT, 0.03),
        ("school", demand.SCHOOL_HOLIDAY_EFFECT, 0.02),
        ("opener", demand.OPENER_EFFECT, 0.04),
        ("rival", demand.RIVAL_EFFECT + demand.PRICE_EFFECT * np.log(1 + 1 / 13), 0.02),
        ("temperature", demand.TEMPERATURE_EFFECT, 0.0001),
    ],
)
def test_other_effects_are_recovered(found, name, true, tolerance):
    assert found[name] == pytest.approx(true, abs=tolerance)


def test_price_effect_is_recovered_from_your_games(games):
    yours = games.filter(pl.col(PRICE).is_not_null())
    found = fitted(yours, signs_of_effects() | {"price": pl.col(PRICE).log()})
    assert found["price"] == pytest.approx(demand.PRICE_EFFECT, abs=0.1)


def test_form_is_real():
    """A club that won more early in a season also wins more later in it."""
    halves = []
    for seed in SEEDS:
        games = games_of(seed).filter(pl.col(c.SEASON) < 2025)
        won = pl.col(c.HOME_RUNS) > pl.col(c.VISITOR_RUNS)
        sides = pl.concat(
            [
                games.select(c.DATE, c.SEASON, club=c.HOME, won=won),
                games.select(c.DATE, c.SEASON, club=c.VISITOR, won=~won),
            ]
        )
        early = pl.col(c.DATE).dt.month() <= 6
        halves.append(
            sides.group_by("club", c.SEASON).agg(
                early=pl.col("won").filter(early).mean(), late=pl.col("won").filter(~early).mean()
            )
        )
    assert pl.concat(halves).select(pl.corr("early", "late")).item() > 0.4


def test_documentation_states_the_true_sizes():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOCS.read_text("utf-8").splitlines()]
    stated = {re.split(r"[ ,:]", row[0])[0]: row[1] for row in rows if len(row) == 2}
    documented = {
        **demand.WEEKDAY_EFFECT,
        **demand.MONTH_EFFECT,
        **demand.PROMOTION_EFFECT,
        **demand.SKY_EFFECT,
        **demand.PRECIPITATION_EFFECT,
        "school": demand.SCHOOL_HOLIDAY_EFFECT,
        "Memorial": demand.HOLIDAY_EFFECT,
        "start": demand.DAY_GAME_EFFECT,
        "either": demand.DOUBLEHEADER_EFFECT,
        "rival": demand.RIVAL_EFFECT,
        "visiting": demand.VISITING_ACE_EFFECT,
        "form": demand.FORM_EFFECT,
        "logarithm": demand.PRICE_EFFECT,
        "square": demand.TEMPERATURE_EFFECT,
    }
    for label, size in documented.items():
        if label not in {"", "none"}:
            assert float(stated[label]) == size, label
    table = {row[0].removesuffix(" (yours)"): row[1:4] for row in rows if len(row) == 5}
    for club in CLUBS:
        assert [float(cell) for cell in table[club.name]] == [club.capacity, club.level, club.draw]
