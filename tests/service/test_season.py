"""The calendar of the sample club against sums made by hand."""

import datetime as dt

import polars as pl

from gatecast.formatting import rounded_people
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.service.season import labels_of, season_view, seasons_of

CLUB = "Quillport Lanterns"


def test_the_latest_season_is_shown_first(sample_club):
    assert seasons_of(sample_club, CLUB) == [2025, 2024, 2023, 2022]
    assert season_view(sample_club, CLUB).season == 2025
    assert season_view(sample_club, CLUB, 2023).season == 2023
    assert season_view(sample_club, CLUB, 1900).season == 2025


def test_every_home_game_stands_on_its_day(sample_club):
    view = season_view(sample_club, CLUB)
    table = sample_club.home_games(CLUB).table.filter(pl.col(c.SEASON) == 2025)
    shown = {
        (game.row[c.GAME_ID], day)
        for month in view.months
        for week in month.weeks
        for day, games in week
        for game in games
    }
    assert shown == set(table.select(c.GAME_ID, c.DATE).iter_rows())
    assert view.undated == ()
    assert all(len(week) == 7 for month in view.months for week in month.weeks)


def test_counts_and_means(sample_club):
    view = season_view(sample_club, CLUB)
    table = sample_club.home_games(CLUB).table
    gates = table.filter(pl.col(c.SEASON) == 2025)[c.ATTENDANCE].drop_nulls()
    before = table.filter(pl.col(c.SEASON) == 2024)[c.ATTENDANCE].drop_nulls()
    assert (view.played, view.to_come) == (len(gates), 18)
    assert view.mean_attendance == gates.mean()
    assert view.before == before.head(len(gates)).mean()
    assert view.as_of == dt.date(2025, 6, 8)


def test_home_stands_are_cut_at_long_pauses_and_hold_every_game_once(sample_club):
    view = season_view(sample_club, CLUB)
    games = [game for stand in view.homestands for game in stand.games]
    assert len(games) == view.played + view.to_come
    for before, after in zip(view.homestands, view.homestands[1:], strict=False):
        assert (after.first - before.last).days > 3
        assert after.number == before.number + 1
    assert view.next_homestand.first <= dt.date(2025, 6, 10) <= view.next_homestand.last
    last = view.homestands[-1]
    assert last.people == sum(rounded_people(game.forecast["mean"]) for game in last.games)
    assert last.sellout == max(game.forecast["p_sellout"] for game in last.games)


def test_a_game_played_stands_beside_the_last_forecast_that_knew_nothing_of_it(sample_club):
    view = season_view(sample_club, CLUB)
    played = [game for stand in view.homestands for game in stand.games if game.attendance is not None]
    for game in played:
        assert game.forecast["as_of"] < game.row[c.DATE]
        assert game.miss == game.attendance - rounded_people(game.forecast["mean"])
        assert game.inside == (game.forecast["q10"] - 1 <= game.attendance <= game.forecast["q90"] + 1)
        assert game.people == game.attendance
    assert sum(game.inside for game in played) / len(played) > 0.6


def test_colours_follow_the_fill(sample_club):
    view = season_view(sample_club, CLUB)
    for stand in view.homestands:
        for game in stand.games:
            assert 0 < game.fill <= 1
            assert game.step == sum(game.fill >= bound for bound in (0.25, 0.4, 0.55, 0.7, 0.85))


def test_a_club_without_forecasts_is_shown_without(sample_club):
    view = season_view(sample_club, "Velmora Kites")
    assert view.to_come == 0
    assert view.next_homestand is None
    assert {game.forecast for stand in view.homestands for game in stand.games} == {None}


def test_games_without_dates_are_listed(tmp_path):
    from gatecast.service import open_service

    with open_service(tmp_path) as service:
        service.store.import_games(pl.DataFrame({"attendance": [3000, 4000, None]}))
        club = service.club()
        view = season_view(service, club)
        assert [game.attendance for game in view.undated] == [3000, 4000, None]
        assert [len(stand.games) for stand in view.homestands] == [1, 1, 1]
        assert view.months == ()
        assert service.as_of(club) is None


def test_a_season_over_new_year_is_shown_as_one(empty_service):
    dates = [dt.date(2021, 10, 5) + dt.timedelta(days=3 * game) for game in range(60)]
    table = pl.DataFrame({c.DATE: dates, c.HOME: "Owls", c.ATTENDANCE: 4000})
    empty_service.store.import_games(Games.from_frame(table))
    assert seasons_of(empty_service, "Owls") == [2021]
    assert labels_of(empty_service, "Owls") == {2021: "2021-22"}
    assert season_view(empty_service, "Owls").played == 60


def test_the_last_result_is_the_day_of_a_game_not_the_cutoff(sample_club):
    table = sample_club.home_games(CLUB).table.filter(pl.col(c.ATTENDANCE).is_not_null())
    view = season_view(sample_club, CLUB)
    assert view.last_result == table[c.DATE].max()
    assert view.last_result <= view.as_of
