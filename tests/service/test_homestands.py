import datetime as dt

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.plan import make_plan
from gatecast.service.homestands import homestand_view
from gatecast.service.operations_form import edited

FRIDAY = "QUI202506130"


@pytest.fixture
def view(sample_club):
    return homestand_view(sample_club)


def quantiles(middle):
    return {f"q{level:02d}": middle + level for level in (5, 10, 25, 50, 75, 90, 95)}


def test_the_next_home_stand_is_planned(view):
    assert (view.season.season, view.stand.number) == (2025, 5)
    assert (len(view.played), len(view.planned), view.unforecast, view.open_games) == (6, 6, (), ())
    assert [game["date"].day for game in view.plan.games] == [10, 11, 12, 13, 14, 15]
    assert view.as_of == dt.date(2025, 6, 8)
    assert view.forecast_at == dt.datetime(2025, 6, 9, 6, tzinfo=dt.UTC)
    assert view.issue_id is not None


def test_the_plan_is_that_of_the_public_function_on_the_latest_forecasts(sample_club, view):
    context = sample_club.home_games(sample_club.club()).table.select(
        c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.VENUE, c.SEASON
    )
    latest = sample_club.latest(sample_club.club()).join(context, on=c.GAME_ID)
    ids = [game["game_id"] for game in view.plan.games]
    plain = make_plan(latest.filter(pl.col(c.GAME_ID).is_in(ids)), sample_club.operations())
    assert plain.table.equals(view.plan.decisions.table)


def test_roles_are_told_over_all_games(view):
    table = view.plan.decisions.table
    ushers = next(each for each in view.plan.decided["staff"] if each.name == "ushers")
    rows = table.filter(pl.col("name") == "ushers")
    assert ushers.choices == tuple(rows["choice"])
    assert ushers.engaged == max(ushers.choices)
    assert ushers.total == sum(ushers.choices)
    assert ushers.spend == 100 * ushers.total
    assert ushers.expected_cost == pytest.approx(rows["expected_cost"].sum())
    assert all(reason.startswith("Hire ") for reason in ushers.reasons)


def test_sums(view):
    plan, table = view.plan, view.plan.decisions.table
    assert plan.expected_cost == pytest.approx(table["expected_cost"].sum())
    assert plan.expected_cost == pytest.approx(sum(plan.cost_of(kind) for kind in ("staff", "stock", "transport")))
    assert plan.engaged == sum(each.engaged for each in plan.decided["staff"])
    assert sum(plan.by_game("staff")) == plan.units_of("staff")
    beer = next(each for each in plan.decided["stock"] if each.name == "draft beer")
    assert beer.spend == pytest.approx(beer.total * 120 * 1.6)
    assert beer.engaged is None


def test_deliveries_hold_every_case_with_the_day_to_order_by(view):
    assert [(each.day.day, each.decide_by.day) for each in view.plan.deliveries] == [(d, d - 1) for d in range(10, 16)]
    for item in view.plan.decided["stock"]:
        assert sum(each.cases.get(item.name, 0) for each in view.plan.deliveries) == item.total


def test_a_plan_is_kept_until_games_or_forecasts_change(own_service):
    first = homestand_view(own_service).plan
    assert homestand_view(own_service).plan is first
    own_service.store.save_setting("units", "metric")
    assert homestand_view(own_service).plan is first
    own_service.store.record_outcomes(pl.DataFrame({"game_id": ["QUI202506100"], "attendance": [3000]}))
    again = homestand_view(own_service, 2025, 5)
    assert (len(again.played), len(again.planned)) == (7, 5)


def test_other_operations_make_another_plan_and_are_not_stored(sample_club, view):
    revision = sample_club.revision()
    dearer = edited(sample_club.operations(), {"staff.ushers.cost": "150"}).operations
    tried = homestand_view(sample_club, operations=dearer)
    assert tried.plan.operations.staff[1].cost == 150
    assert tried.plan.decided["staff"][1].total < view.plan.decided["staff"][1].total
    assert tried.plan.mark != view.plan.mark
    assert sample_club.revision() == revision


def test_home_stands_of_the_past_and_none(sample_club):
    past = homestand_view(sample_club, 2025, 1)
    assert (past.plan, past.planned) == (None, ())
    assert len(past.played) == 6
    assert homestand_view(sample_club, 2024).stand.number == 9
    assert homestand_view(sample_club, 2025, 99) is None
    assert homestand_view(sample_club, 1999) is None


def test_a_game_without_a_forecast_is_left_out_and_told(own_service):
    game = {"game_id": ["new"], "date": [dt.date(2025, 6, 16)], "home": [own_service.club()], "season": [2025]}
    own_service.store.import_games(
        pl.DataFrame({**game, "attendance": [None]}, schema_overrides={"attendance": pl.Int64})
    )
    view = homestand_view(own_service)
    assert [game.row[c.GAME_ID] for game in view.unforecast] == ["new"]
    assert len(view.plan.games) == 6


def test_a_game_of_the_past_without_a_gate_is_told(own_service):
    game = {"game_id": ["lost"], "date": [dt.date(2025, 6, 4)], "home": [own_service.club()], "season": [2025]}
    own_service.store.import_games(
        pl.DataFrame({**game, "attendance": [None]}, schema_overrides={"attendance": pl.Int64})
    )
    assert [game.row[c.GAME_ID] for game in homestand_view(own_service).open_games] == ["lost"]


def test_undated_games(empty_service):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    row = {"game_id": "y", "lead": "1", "mean": 460.0, **quantiles(410.0), "p_sellout": None}
    empty_service.store.record_forecast(pl.DataFrame([row]), "m")
    view = homestand_view(empty_service)
    assert len(view.plan.games) == 1
    assert (view.plan.deliveries, view.plan.deadlines) == ((), ())
    assert view.plan.units_of("stock") > 0


def test_an_empty_service_has_no_homestand(empty_service):
    assert homestand_view(empty_service) is None


def test_each_number_stands_beside_its_chance_of_falling_short(view):
    table = view.plan.decisions.table
    for kind, rows in view.plan.decided.items():
        for each in rows:
            ours = table.filter(pl.col("kind") == kind, pl.col("name") == each.name)
            assert [risk.alone for risk in each.risks] == ours["risk_alone"].to_list()
            assert all(0 <= risk.called_in <= risk.alone <= 1 for risk in each.risks)
    ushers = next(each for each in view.plan.decided["staff"] if each.name == "ushers")
    assert any(risk.called_in < risk.alone for risk in ushers.risks)
    for delivery in view.plan.deliveries:
        assert delivery.risks.keys() == delivery.cases.keys()
