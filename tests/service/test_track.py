"""The track record: forecasts issued before games, beside their gates and a simple rule."""

import datetime as dt

import polars as pl
import pytest

from gatecast.formatting import rounded_people
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.service.issued_forecasts import DAYS, last_of_each, scored_forecasts
from gatecast.service.track import BINS, RULE, simple_rule, track_view

CLUB = "Quillport Lanterns"


def season(gates, year, month=5):
    return [
        {c.GAME_ID: f"{year}-{i}", c.DATE: f"{year}-{month:02d}-{i + 1:02d}", c.HOME: "Home", c.ATTENDANCE: gate}
        for i, gate in enumerate(gates)
    ]


def test_scores_are_those_of_the_last_forecast_before_each_game(sample_club):
    view = track_view(sample_club, CLUB)
    last = last_of_each(scored_forecasts(sample_club, CLUB))
    missed = (last[c.ATTENDANCE] - last["mean"].map_elements(rounded_people, pl.Float64)).abs().mean()
    assert view.overall.games == last.height == len(view.points)
    assert view.overall.mae == pytest.approx(missed)
    assert view.overall.bias == pytest.approx(
        (last[c.ATTENDANCE] - last["mean"].map_elements(rounded_people, pl.Float64)).mean()
    )


def test_leads_months_and_seasons_hold_every_game_once(sample_club):
    view = track_view(sample_club, CLUB)
    assert view.seasons == (2025, 2024)
    assert sum(each.games for each in view.by_month) == view.overall.games
    assert sum(each.games for each in view.by_season) == view.overall.games
    assert [each.group for each in view.by_lead] == [first for first, _ in BINS]


def test_one_season_counts_alone(sample_club):
    view = track_view(sample_club, CLUB, 2025)
    assert view.season == 2025
    assert {point.date.year for point in view.points} == {2025}
    assert track_view(sample_club, CLUB, 1999).overall is None


def test_forecasts_beat_the_simple_rule(sample_club):
    overall = track_view(sample_club, CLUB).overall
    assert overall.rule_games == overall.games
    assert overall.mae < 0.7 * overall.rule_mae


def test_nothing_issued_after_the_last_day_before_a_game_counts(sample_club):
    table = scored_forecasts(sample_club, CLUB)
    assert (table[DAYS] >= 1).all()
    assert (table[AS_OF] < table[c.DATE]).all()


def test_the_simple_rule_takes_last_season_until_five_games_are_known():
    table = pl.DataFrame(season([1000, 3000], 2024) + season([5000] * 6, 2025))
    games = Games.from_frame(table)
    cutoffs = pl.DataFrame({c.SEASON: [2025, 2025], AS_OF: [dt.date(2025, 5, 4), dt.date(2025, 5, 5)]})
    cutoffs = cutoffs.with_columns(pl.col(c.SEASON).cast(games.table[c.SEASON].dtype))
    assert simple_rule(games, cutoffs)[RULE].to_list() == [2000.0, 5000.0]


def test_a_service_without_forecasts_has_no_record(empty_service):
    assert track_view(empty_service, "nobody").overall is None
