"""Forecasts and plans are issued again only where they say something else."""

from gatecast.service.api_imports import take_games
from gatecast.service.homestands import homestand_view
from gatecast.service.issued_forecasts import issue_forecast
from gatecast.service.issued_plans import issue_plan

GAME = "QUI202506100"


def test_a_forecast_is_issued_once_until_something_changes(own_service):
    club = own_service.club()
    first, new = issue_forecast(own_service, club)
    assert not new, "the sample's latest forecast is what the model says now"
    assert issue_forecast(own_service, club) == (first, False)
    take_games(own_service, [{"game_id": GAME, "precipitation": "rain", "temperature_c": 6}], source="a program")
    second, new = issue_forecast(own_service, club)
    assert (second > first, new) == (True, True)


def test_a_plan_is_issued_once_until_something_changes(own_service):
    first, new = issue_plan(own_service, homestand_view(own_service))
    assert new
    assert issue_plan(own_service, homestand_view(own_service)) == (first, False)
    assert own_service.store.plans()["plan_id"].to_list() == [first]
    take_games(own_service, [{"game_id": GAME, "precipitation": "rain", "temperature_c": 6}], source="a program")
    issue_forecast(own_service, own_service.club())
    assert issue_plan(own_service, homestand_view(own_service)) == (first + 1, True)
