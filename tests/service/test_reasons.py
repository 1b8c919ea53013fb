import datetime as dt
import math
from dataclasses import replace

import polars as pl
import pytest

from gatecast.forecast import drivers as d
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN
from gatecast.service.game import game_view
from gatecast.service.issued_forecasts import issue_forecast
from gatecast.service.models import keep_model
from gatecast.service.reasons import Driver, Reasons, _reasons, reasons_of

NEXT, FAR, PLAYED = "QUI202506130", "QUI202507130", "QUI202505250"


@pytest.fixture
def reasons(sample_club, compiled_once):
    return lambda game: reasons_of(sample_club, game_view(sample_club, game))


def people(found):
    return {driver.name: driver.people for driver in found.drivers}


def test_a_game_to_come_is_explained_as_it_was_forecast_last(sample_club, reasons):
    found, last = reasons(NEXT), game_view(sample_club, NEXT).last
    assert found.as_of == last.as_of == dt.date(2025, 6, 8)
    assert found.expected == pytest.approx(last.forecast[MEAN], abs=0.5)
    told = math.fsum(people(found).values())
    assert found.baseline + told == pytest.approx(found.expected, abs=0.01 * found.expected)
    sizes = [abs(driver.people) for driver in found.drivers]
    assert sizes == sorted(sizes, reverse=True)
    assert people(found)[d.PROMOTION] > 150
    assert found.most.name == d.START
    assert 100 < found.games <= 162


def test_games_like_it_are_past_home_games_with_a_gate(reasons):
    found = reasons(NEXT)
    assert len(found.like) == 5
    for each in found.like:
        assert each.row[c.HOME] == "Quillport Lanterns"
        assert each.row[c.DATE] <= found.as_of
        assert each.row[c.ATTENDANCE] > 0
    assert any(each.alike for each in found.like)


def test_a_game_played_is_explained_from_what_was_known_before_it(sample_club, reasons):
    found, view = reasons(PLAYED), game_view(sample_club, PLAYED)
    assert found.as_of == view.last.as_of < view.row[c.DATE]
    assert max(each.row[c.DATE] for each in found.like) <= found.as_of
    assert (found.row[c.ATTENDANCE], found.row[c.HOME_RUNS], found.row[c.HOME_STARTER]) == (None, None, None)
    assert (found.row["tickets_sold_7"], found.row["tickets_sold_3"]) == (view.row["tickets_sold_7"], None)
    assert d.STARTERS not in people(found)


def test_what_is_not_known_yet_drives_nothing(reasons):
    found = reasons(FAR)
    assert not {d.WEATHER, d.STARTERS, "own_tickets_sold"} & set(people(found))
    assert found.row[c.TEMPERATURE] is None


def test_a_gate_that_comes_later_changes_nothing(own_service, compiled_once):
    before = reasons_of(own_service, game_view(own_service, PLAYED))
    gate = {"game_id": [PLAYED], "date": [dt.date(2025, 5, 25)], "home": ["Quillport Lanterns"], "attendance": [6000]}
    own_service.store.import_games(pl.DataFrame(gate), columns=["attendance"])
    assert own_service.games().table.filter(pl.col(c.GAME_ID) == PLAYED)[c.ATTENDANCE].item() == 6000
    assert reasons_of(own_service, game_view(own_service, PLAYED)) == before


def test_reasons_are_worked_out_once_until_games_change(own_service, compiled_once):
    def asked():
        return reasons_of(own_service, game_view(own_service, NEXT))

    first = asked()
    assert asked() is first
    game = {"game_id": [NEXT], "date": [dt.date(2025, 6, 13)], "home": ["Quillport Lanterns"], "promotion": [""]}
    own_service.store.import_games(pl.DataFrame(game), columns=["promotion"])
    again = asked()
    assert again is not first
    assert people(again)[d.PROMOTION] < 0 < people(first)[d.PROMOTION]


def test_what_moved_the_forecast_is_what_moved_in_its_two_explanations(sample_club, reasons):
    found, view = reasons(NEXT), game_view(sample_club, NEXT)
    moves, before = found.moves, replace(view, issues=view.issues[:-1], change=None)
    was = _reasons(sample_club, sample_club.forecaster(), before, before.last)
    then, now = people(was), people(found)
    for driver in moves.drivers:
        told = now.get(driver.name, 0.0) - then.get(driver.name, 0.0)
        assert driver.people == pytest.approx(told, abs=12)  # what was unknown then is known now
    assert moves.difference == -70
    assert people(moves)[d.RECENT_ATTENDANCE] < -100
    assert people(moves)["own_tickets_sold"] > 50
    assert abs(moves.usual) < 60
    assert abs(moves.rest) < 60
    assert moves.before == view.change.before.as_of == dt.date(2025, 6, 1)


def test_what_a_promotion_taken_out_between_two_forecasts_moved(own_service, compiled_once):
    game = {"game_id": [NEXT], "date": [dt.date(2025, 6, 13)], "home": ["Quillport Lanterns"], "promotion": [""]}
    own_service.store.import_games(pl.DataFrame(game), columns=["promotion"])
    issue_forecast(own_service, own_service.club())
    moves = reasons_of(own_service, game_view(own_service, NEXT)).moves
    assert moves.drivers[0].name == d.PROMOTION
    assert moves.drivers[0].people < -200
    assert moves.difference < -200


def test_another_model_leaves_unsaid_what_moved_the_forecast(own_service, compiled_once):
    view = game_view(own_service, NEXT)
    issue_before = replace(view.change.before, model="another")
    assert reasons_of(own_service, replace(view, change=replace(view.change, before=issue_before))).moves is None


def test_what_the_model_does_not_say_again_moved_nothing(sample_club, reasons):
    """The forecast before rests on figures that were corrected since without a trace."""
    assert reasons("QUI202506140").moves is None


def test_nothing_is_stored(sample_club, reasons):
    before = sample_club.revision()
    assert reasons("QUI202506110") is not None
    assert sample_club.revision() == before


def test_the_biggest_reason_points_the_way_the_forecast_differs():
    drivers = (Driver("a", 300.0), Driver("b", -250.0), Driver("c", -200.0))
    found = Reasons(1000.0, 850.0, drivers, 9, None, None, {}, ())
    assert found.most == drivers[1]
    assert Reasons(1000.0, 1300.0, drivers, 9, None, None, {}, ()).most == drivers[0]
    assert Reasons(1000.0, 1000.0, (), 9, None, None, {}, ()).most is None


def forecast_of(game, day=None):
    quantiles = {f"q{level:02d}": 400.0 + level for level in (5, 10, 25, 50, 75, 90, 95)}
    return pl.DataFrame([{"game_id": game, "lead": "1", AS_OF: day, "mean": 450.0, **quantiles, "p_sellout": None}])


def test_without_a_model_a_forecast_or_a_gate_there_are_none(empty_service, sample_club, compiled_once):
    games = {"game_id": ["x", "y"], "date": [dt.date(2025, 6, 1), dt.date(2025, 7, 1)], "home": ["Hens", "Kites"]}
    empty_service.store.import_games(pl.DataFrame({**games, "attendance": [500, None]}))

    def asked():
        return reasons_of(empty_service, game_view(empty_service, "y"))

    assert asked() is None
    keep_model(empty_service.store, empty_service.folder, sample_club.folder / "models" / sample_club.model_id())
    assert asked() is None
    empty_service.store.record_forecast(forecast_of("y", dt.date(2025, 6, 30)), "m")
    assert asked() is None


@pytest.mark.parametrize("game", ["c", "d"])
def test_without_dates(empty_service, sample_club, compiled_once, game):
    empty_service.store.import_games(pl.DataFrame({"game_id": [*"abcd"], "attendance": [500, 620, 580, None]}))
    keep_model(empty_service.store, empty_service.folder, sample_club.folder / "models" / sample_club.model_id())
    empty_service.store.record_forecast(forecast_of(game), "m")
    found = reasons_of(empty_service, game_view(empty_service, game))
    assert (found.as_of, found.since) == (None, None)
    assert {each.row[c.GAME_ID] for each in found.like} == set("abc") - {game}
    assert found.row[c.ATTENDANCE] is None
