"""Forecasts and plans are issued again only where they say something else."""

from gatecast.desk.homestands import stand_view
from gatecast.desk.intake import take_games
from gatecast.desk.issuing import issue_forecast, issue_plan

GAME = "QUI202506100"


def test_a_forecast_is_issued_once_until_something_changes(own_desk):
    club = own_desk.club()
    first, new = issue_forecast(own_desk, club)
    assert new
    assert issue_forecast(own_desk, club) == (first, False)
    take_games(own_desk, [{"game_id": GAME, "precipitation": "rain", "temperature_c": 6}], source="a program")
    second, new = issue_forecast(own_desk, club)
    assert (second > first, new) == (True, True)


def test_a_plan_is_issued_once_until_something_changes(own_desk):
    first, new = issue_plan(own_desk, stand_view(own_desk))
    assert new
    assert issue_plan(own_desk, stand_view(own_desk)) == (first, False)
    assert own_desk.store.plans()["plan_id"].to_list() == [first]
    take_games(own_desk, [{"game_id": GAME, "precipitation": "rain", "temperature_c": 6}], source="a program")
    issue_forecast(own_desk, own_desk.club())
    assert issue_plan(own_desk, stand_view(own_desk)) == (first + 1, True)
