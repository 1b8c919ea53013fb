"""The sample league as a user meets it."""

import datetime as dt
import io
import itertools

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from gatecast.collect.sample import DEMAND, EXPECTED_DEMAND, SIMULATED_NOTICE, sample_league
from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.league import SEASONS, simulated_games
from gatecast.collect.sample.sales import BEERS, CUSTOM_COLUMNS, HOT_DOGS, PRICE, SOFT_DRINKS, TICKETS_SOLD
from gatecast.games import Games
from gatecast.games import columns as c

WEATHER = [c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION]
AFTERWARDS = [c.HOME_RUNS, c.VISITOR_RUNS, c.ATTENDANCE, c.SCANNED, HOT_DOGS, BEERS, SOFT_DRINKS]


@pytest.fixture(scope="module")
def league():
    return sample_league()


@pytest.fixture(scope="module")
def yours(league):
    return league.games.table.filter(pl.col(c.HOME) == league.club)


def as_bytes(league):
    written = io.BytesIO()
    for table in (league.games.table, league.upcoming.table, league.truth):
        table.write_csv(written)
    return written.getvalue()


def test_one_seed_gives_the_same_bytes_and_another_seed_others():
    assert as_bytes(sample_league(7)) == as_bytes(sample_league(7))
    assert as_bytes(sample_league(7)) != as_bytes(sample_league(8))


def test_other_seasons_are_simulated_in_the_same_way(league):
    """The sample league's own seasons, so simulated, are the sample league."""
    games = Games.from_frame(simulated_games(0, SEASONS, league.as_of))
    played = games.table.filter(pl.col(c.DATE) <= league.as_of)
    assert_frame_equal(played, league.games.table.select(played.columns))
    assert games.table.filter(pl.col(c.DATE) > league.as_of)[c.ATTENDANCE].null_count() > 300


def test_is_labelled_as_simulated(league):
    assert "Simulated" in SIMULATED_NOTICE
    assert set(league.games.table[c.HOME_LEAGUE]) | set(league.games.table[c.VISITOR_LEAGUE]) == {"Sample League"}


@pytest.mark.parametrize("seed", range(4))
def test_games_are_valid_and_so_are_the_upcoming(seed):
    league = sample_league(seed)
    for games in (league.games, league.upcoming):
        again = Games.from_frame(games.table, CUSTOM_COLUMNS)
        assert_frame_equal(again.table, games.table)
        assert games.custom_columns == CUSTOM_COLUMNS
    both = pl.concat([league.games.table, league.upcoming.table])
    assert both[c.GAME_ID].n_unique() == both.height
    assert 1900 < len(league.games) < 2000
    assert 18 <= len(league.upcoming) <= 28


def test_eight_small_clubs_over_three_seasons_and_part_of_a_fourth(league):
    table = league.games.table
    assert table[c.HOME].n_unique() == table[c.VENUE].n_unique() == len(CLUBS) == 8
    assert table[c.CAPACITY].is_between(3500, 11000).all()
    counts = table.group_by(c.HOME, c.SEASON).len().sort(c.SEASON)
    assert counts.filter(pl.col(c.SEASON) < 2025)["len"].is_between(68, 72).all()
    assert table[c.DATE].max() == league.as_of == dt.date(2025, 6, 8)


def test_games_played_have_every_result(league):
    played = league.games.table.select(c.HOME_RUNS, c.VISITOR_RUNS, c.ATTENDANCE, c.HOME_STARTER, *WEATHER)
    assert played.null_count().sum_horizontal().item() == 0
    assert (league.games.table[c.HOME_RUNS] != league.games.table[c.VISITOR_RUNS]).all()


def test_upcoming_games_are_yours_next_and_have_no_result(league):
    upcoming = league.upcoming.table
    assert set(upcoming[c.HOME]) == {league.club}
    assert league.as_of < upcoming[c.DATE].min() <= league.as_of + dt.timedelta(days=7)
    assert all(upcoming[name].null_count() == upcoming.height for name in AFTERWARDS)
    assert upcoming[PRICE].null_count() == 0


def test_upcoming_games_hold_what_is_known_by_now_and_nothing_more(league):
    upcoming = league.upcoming.table.with_columns(lead=(pl.col(c.DATE) - league.as_of).dt.total_days())
    known = dict.fromkeys(WEATHER, 16) | {c.HOME_STARTER: 5, c.VISITOR_STARTER: 5}
    known |= {name: days for days, name in TICKETS_SOLD.items()}
    for name, days in known.items():
        assert (upcoming[name].is_not_null() == (upcoming["lead"] <= days)).all(), name
    assert 0 < upcoming[c.TEMPERATURE].null_count() < upcoming.height


def test_attendance_is_demand_cut_off_at_the_seats(league):
    table = league.games.table.join(league.truth, on=c.GAME_ID, how="left", validate="1:1")
    assert (table[c.ATTENDANCE] == table.select(pl.min_horizontal(DEMAND, c.CAPACITY)).to_series()).all()
    assert league.truth.height == len(league.games) + len(league.upcoming)
    assert 0.95 < (table[DEMAND] / table[EXPECTED_DEMAND]).mean() < 1.05


@pytest.mark.parametrize("seed", range(4))
def test_some_games_sell_out_and_the_small_popular_park_often(seed):
    league = sample_league(seed)
    share = (
        league.games.table.group_by(c.HOME)
        .agg(full=(pl.col(c.ATTENDANCE) == pl.col(c.CAPACITY)).mean())
        .sort("full", descending=True)
    )
    assert share.row(0)[0] == "Velmora Kites"
    assert 0.2 < share.row(0)[1] < 0.7
    assert 0.02 < share.filter(pl.col(c.HOME) == league.club)["full"].item() < 0.15


def test_tickets_sold_rise_towards_the_attendance(yours):
    columns = [*TICKETS_SOLD.values(), c.ATTENDANCE]
    for earlier, later in itertools.pairwise(columns):
        assert (yours[earlier] <= yours[later]).all()
    shares = [(yours[name] / yours[c.ATTENDANCE]).mean() for name in columns]
    assert 0.1 < shares[0] < 0.35
    assert 0.8 < shares[-2] < 0.95


def test_sales_of_the_last_days_say_more_than_early_ones(yours):
    unsold = yours.filter(pl.col(c.ATTENDANCE) < pl.col(c.CAPACITY))
    early, late = (unsold.select(pl.corr(TICKETS_SOLD[days], c.ATTENDANCE)).item() for days in (30, 1))
    assert 0.4 < early < late


def test_fewer_come_than_bought_and_fewest_in_the_rain(yours):
    rate = yours[c.SCANNED] / yours[c.ATTENDANCE]
    assert rate.max() < 1
    assert 0.80 < rate.mean() < 0.88
    wet = yours[c.PRECIPITATION].is_in(["showers", "rain"])
    assert rate.filter(wet).mean() < rate.filter(~wet).mean() - 0.015


def test_heat_sells_drinks(yours):
    per_head = yours.with_columns(
        drinks=pl.col(SOFT_DRINKS) / pl.col(c.SCANNED), beers=pl.col(BEERS) / pl.col(c.SCANNED)
    )
    assert per_head.select(pl.corr(c.TEMPERATURE, "drinks")).item() > 0.5
    assert per_head.select(pl.corr(c.TEMPERATURE, "beers")).item() > 0.4


def test_dollar_night_sells_hot_dogs(yours):
    per_head = yours[HOT_DOGS] / yours[c.SCANNED]
    dollar = yours[c.PROMOTION].eq_missing("dollar-night")
    assert per_head.filter(dollar).mean() > 1.8 * per_head.filter(~dollar).mean()


def test_only_your_own_sales_are_known(league):
    others = league.games.table.filter(pl.col(c.HOME) != league.club)
    names = [c.SCANNED, *(column.name for column in CUSTOM_COLUMNS)]
    assert others.select(names).null_count().row(0) == (others.height,) * len(names)
    known = league.games.table.filter(pl.col(c.HOME) == league.club).select(names)
    assert known.null_count().sum_horizontal().item() == 0
