"""Nothing that was not known at a cutoff reaches the arrays, not by one bit; what was known does."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.games import PRESEASON, Games, cutoff_days
from gatecast.games import columns as c
from gatecast.prepare import Preparation

from .seen import Change, random_change, seen

LEADS = (1, 5, 7, 30, PRESEASON)
CHANGES = 200
SEASONS = (2011, 2012)
OPEN_AIR = "SLN"
CLUBS = ("MIL", OPEN_AIR)


@pytest.fixture(scope="module")
def few(league: Games) -> Games:
    """Half a season of each host, for many small experiments."""
    return league.filter(pl.col(c.DATE).dt.month() < 7, pl.col(c.SEASON) == 2023)


@pytest.fixture(scope="module")
def two_clubs(real_games: Games) -> Games:
    return real_games.filter(pl.col(c.HOME).is_in(CLUBS), pl.col(c.SEASON).is_in(SEASONS))


def rows_that_differ(before, after):
    return np.array([one != other for one, other in zip(before, after, strict=True)])


@given(st.integers(0, 2**32 - 1), st.sampled_from(LEADS), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_value_not_yet_known_changes_nothing(few, seed, lead, observed):
    change = random_change(few, np.random.default_rng(seed))
    cutoffs = cutoff_days(few, lead)
    before = seen(Preparation(few, weather_as_observed=observed).at(cutoffs))
    after = seen(Preparation(change.made(few), weather_as_observed=observed).at(cutoffs))
    assert not rows_that_differ(before, after)[change.unknown(few, cutoffs)].any()


def test_values_not_yet_known_change_nothing_on_real_games(two_clubs):
    rng = np.random.default_rng(11)
    before = {lead: seen(Preparation(two_clubs).at_lead(lead)) for lead in LEADS}
    tried = 0
    while tried < CHANGES:
        lead = LEADS[rng.integers(len(LEADS))]
        change = random_change(two_clubs, rng)
        unknown = change.unknown(two_clubs, cutoff_days(two_clubs, lead))
        if unknown.any():
            after = seen(Preparation(change.made(two_clubs)).at_lead(lead))
            assert not rows_that_differ(before[lead], after)[unknown].any(), (lead, change)
            tried += 1


def test_all_values_not_yet_known_may_change_at_once_on_real_games(two_clubs):
    cutoff = np.full(len(two_clubs), int(np.quantile(two_clubs.days, 0.7)), np.int32)
    coming = two_clubs.days > cutoff
    scrambled = two_clubs.table.with_columns(
        pl.when(pl.Series(coming)).then(pl.col(name).shuffle(seed=5)).otherwise(pl.col(name)).alias(name)
        for name in (c.ATTENDANCE, c.HOME_RUNS, c.VISITOR_RUNS)
    )
    assert not scrambled[c.ATTENDANCE].equals(two_clubs.table[c.ATTENDANCE])
    before = seen(Preparation(two_clubs).at(cutoff))
    after = seen(Preparation(Games(scrambled)).at(cutoff))
    assert not rows_that_differ(before, after)[coming].any()


def latest_before(games, row, days, column):
    """The last game of the same host, with a value, at least so many days before."""
    table = games.table
    found = (
        (table[c.HOME] == table[c.HOME][row]).to_numpy()
        & (games.days <= games.days[row] - days)
        & table[column].is_not_null().to_numpy()
        & (table[c.ATTENDANCE].fill_null(0) > 0).to_numpy()
    )
    return int(np.flatnonzero(found)[-1])


@pytest.mark.parametrize(
    ("name", "value", "lead", "days"),
    [
        (c.ATTENDANCE, 12_345, 1, 1),
        (c.ATTENDANCE, 12_345, 7, 7),
        (c.ATTENDANCE, 12_345, 30, 30),
        (c.ATTENDANCE, None, 7, 7),
        (c.HOME_RUNS, 60, 7, 7),
        (c.VISITOR_RUNS, 60, 1, 1),
        (c.TEMPERATURE, 3.5, 3, 0),
        (c.WIND, 77.0, 16, 0),
        (c.SKY, "dome", 2, 0),
        (c.PRECIPITATION, "snow", 1, 0),
        (c.HOME_STARTER, "nobody", 5, 0),
        (c.VISITOR_STARTER, "nobody", 1, 0),
        (c.PROMOTION, "fireworks", 30, 0),
        (c.VISITOR, "NYA", 30, 0),
        (c.CAPACITY, 99_000, PRESEASON, 0),
    ],
)
def test_a_value_already_known_changes_what_is_seen(two_clubs, name, value, lead, days):
    row = int(np.flatnonzero(two_clubs.table[c.HOME] == OPEN_AIR)[-10])
    at = latest_before(two_clubs, row, days, name) if days else row
    change = Change(at, two_clubs.columns[name], value)
    assert not change.unknown(two_clubs, cutoff_days(two_clubs, lead))[row]
    before = seen(Preparation(two_clubs).at_lead(lead))
    after = seen(Preparation(change.made(two_clubs)).at_lead(lead))
    assert rows_that_differ(before, after)[row]


def test_games_to_come_see_what_they_would_see_without_the_results_of_later_ones(two_clubs):
    cutoff = int(np.quantile(two_clubs.days, 0.6))
    coming = two_clubs.days > cutoff
    results = [name for name, column in two_clubs.columns.items() if column.known.lead == 0]
    blanked = two_clubs.table.with_columns(
        pl.when(pl.Series(~coming)).then(pl.col(name)).alias(name) for name in results
    )
    cutoffs = np.full(len(two_clubs), cutoff, np.int32)
    before, after = (seen(Preparation(games).at(cutoffs)) for games in (two_clubs, Games(blanked)))
    assert not rows_that_differ(before, after)[coming].any()
