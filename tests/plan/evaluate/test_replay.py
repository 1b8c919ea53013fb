import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.plan import CrowdSettings, Operations, StaffRole, StockItem, TransportService, default_operations
from gatecast.plan.evaluate.replay import entries_of, replay_costs, replayed
from gatecast.plan.evaluate.scaling import scaled_operations

from ..seasons import forecasts_of, homestands_of_season, league

ROLE = StaffRole(name="ushers", people_per_shift=100, cost=100, shortage_cost=400)
KEPT = StockItem(
    name="water", sold_per_head=0.5, price=5, unit_cost=1, salvage=0.2, case_size=500, shelf_life_days=4,
    delivery_days=("mon", "wed", "fri"),
)  # fmt: skip


def one_role(role=ROLE, **more):
    """Operations in which every ticket is used."""
    return Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,), **more)


def costs_of(games, forecasts, operations, **more):
    told = replayed(games, forecasts)
    costs = replay_costs(told, operations, **more)
    return told, {plan: costs[:, :, place] for place, plan in enumerate(told.plans)}


def test_the_cost_of_a_certain_plan_is_a_simple_sum():
    games = league()
    told, costs = costs_of(games, forecasts_of(games, 2000, 2000), one_role())
    for plan, column in {"point": "q50", "naive": "naive_attendance", "hindsight": "attendance"}.items():
        for believed, gate, cost in zip(told.table[column], told.table["attendance"], costs[plan][:, 0], strict=True):
            # The last started shift is hired where at least a quarter of it is needed.
            hired = math.floor(believed / 100) + (believed / 100 % 1 > 0.25)
            assert cost == pytest.approx(100 * hired + 400 * max(gate / 100 - hired, 0))


@pytest.mark.parametrize("scaled", [False, True])
def test_nothing_beats_hindsight_in_any_homestand(scaled):
    games = homestands_of_season(capacity=30_000, scanned=pl.lit(None, pl.Int32))
    operations = default_operations()
    operations = operations.replace(stock=(*operations.stock, KEPT))
    told, costs = costs_of(games, forecasts_of(games, 2500, 2500), operations, scaled=scaled)
    stand = np.arange(told.table.height) // 4
    for plan in told.plans:
        for entry, name in enumerate(entries_of(operations)):
            least, own = (np.bincount(stand, costs[p][:, entry]) for p in ("hindsight", plan))
            if name[1] == KEPT.name:
                least, own = least.sum(), own.sum()
            assert np.all(least <= own + 1e-6), (plan, name)


def test_a_promise_over_a_home_stand_is_kept():
    games = homestands_of_season()
    promised = one_role(ROLE.replace(minimum_shifts=4))
    told, costs = costs_of(games, forecasts_of(games, 1500, 1500), promised)
    needed = told.table["attendance"].to_numpy().reshape(-1, 4) / 100
    for stand, cost in zip(needed, costs["hindsight"].reshape(-1, 4).sum(axis=1), strict=True):
        by_people = [4 * 100 * n + 400 * np.maximum(stand - n, 0).sum() for n in range(int(stand.max()) + 2)]
        assert cost == pytest.approx(min(by_people))


def test_what_keeps_is_ordered_for_several_games():
    games = homestands_of_season()
    forecasts = forecasts_of(games, 500, 500)
    kept = Operations(crowd=CrowdSettings(show_rate=1.0), stock=(KEPT,))
    daily = KEPT.replace(shelf_life_days=1, delivery_days=())
    told, costs = costs_of(games, forecasts, kept)
    _, fresh = costs_of(games, forecasts, Operations(crowd=CrowdSettings(show_rate=1.0), stock=(daily,)))
    unserved = told.table["attendance"].to_numpy() * 0.5 * 4
    assert costs["hindsight"].sum() < 0.2 * unserved.sum()
    assert costs["hindsight"].sum() != pytest.approx(fresh["hindsight"].sum())


def test_each_lead_is_planned_by_itself():
    games = homestands_of_season()
    week, month = (forecasts_of(games, e, e, seed=int(e), lead=lead) for e, lead in ((800.0, "7"), (2000.0, "30")))
    operations = one_role(ROLE.replace(minimum_shifts=2)).replace(stock=(KEPT,))
    told, both = costs_of(games, pl.concat([month, week]), operations)
    assert told.table["lead"].unique(maintain_order=True).to_list() == ["30", "7"]
    for lead, alone in (("7", week), ("30", month)):
        _, one = costs_of(games, alone, operations)
        rows = (told.table["lead"] == lead).to_numpy()
        for plan, cost in one.items():
            assert both[plan][rows] == pytest.approx(cost), (lead, plan)


@pytest.mark.parametrize(("seats", "enough"), [(25_000, False), (100_000, True)])
def test_each_ballpark_has_operations_of_its_size(seats, enough):
    fleet = TransportService(name="buses", share=0.1, seats=50, cost=300, penalty=20, fleet=40)
    operations = one_role(transport=(fleet,))
    games = league(capacity=pl.lit(seats)).filter(pl.col("home") == "B")
    forecasts = forecasts_of(games, 1000, 1000)
    _, found = costs_of(games, forecasts, operations, scaled=True)
    _, alone = costs_of(games, forecasts, scaled_operations(operations, seats))
    for plan in found:
        assert found[plan] == pytest.approx(alone[plan])
    vehicles_for_all = 0.1 * 45_000 / 50
    assert (found["hindsight"][:, 1] <= 300 * vehicles_for_all).all() == enough


def test_two_ballparks_of_one_club_are_planned_apart():
    buses = TransportService(name="buses", share=0.1, seats=50, cost=300, penalty=20, fleet=40)
    small = pl.col("date").dt.day() % 2 == 0
    games = homestands_of_season(
        venue=pl.when(small).then(pl.lit("field")).otherwise(pl.lit("park")),
        capacity=pl.when(small).then(18_000).otherwise(60_000),
    )
    told, costs = costs_of(games, forecasts_of(games, 800, 800), one_role(transport=(buses,)), scaled=True)
    at_small = told.table["venue"] == "field"
    unserved = np.maximum(told.table["attendance"].to_numpy() * 0.1 / 50 - 18, 0) * 50 * 20
    assert costs["hindsight"][at_small, 1] == pytest.approx(18 * 300 + unserved[at_small])


def test_seats_are_asked_for_where_they_are_needed():
    games = league()
    told = replayed(games, forecasts_of(games, 500, 500))
    bare = dataclasses.replace(told, table=told.table.with_columns(capacity=pl.lit(None, pl.Int32)))
    with pytest.raises(DataError, match="seats of every game"):
        replay_costs(bare, default_operations(), scaled=True)


def test_a_method_with_the_same_forecasts_costs_the_same():
    games = league()
    forecasts = forecasts_of(games, 1500, 1500)
    five = forecasts.drop("q05", "q95", "mean")
    told = replayed(games, forecasts, {"trees": forecasts, "fewer levels": five})
    assert told.plans == ("forecast", "point", "naive", "trees", "fewer levels", "hindsight")
    costs = replay_costs(told, default_operations())
    assert costs[:, :, 3] == pytest.approx(costs[:, :, 0])
    assert costs[:, :, 4].sum() == pytest.approx(costs[:, :, 0].sum(), rel=1e-4)


def test_games_that_another_method_lacks_are_left_out():
    games = league()
    forecasts = forecasts_of(games, 1500, 1500)
    told = replayed(games, forecasts, {"trees": forecasts.head(50), "rules": forecasts.tail(100)})
    assert told.table.height == 30
    assert (told.without_naive, told.without_others) == (0, 90)
    with pytest.raises(DataError, match="trees and the forecasts share"):
        replayed(games, forecasts, {"trees": forecasts.with_columns(lead=pl.lit("1"))})


@pytest.mark.parametrize("name", ["naive", "hindsight", " ", "two\nlines"])
def test_a_method_needs_a_name_of_its_own(name):
    games = league()
    forecasts = forecasts_of(games, 1500, 1500)
    with pytest.raises(InputError, match="other than forecast, point"):
        replayed(games, forecasts, {name: forecasts})


def test_progress_is_told_to_the_end():
    games = league(capacity=pl.lit(40_000))
    told = []
    replay_costs(
        replayed(games, forecasts_of(games, 500, 500)),
        one_role(),
        scaled=True,
        progress=lambda what, done, total: told.append((done, total)),
    )
    assert told[-1][0] == told[-1][1] == len(told)


def test_what_cannot_be_replayed_is_refused():
    games = league()
    forecasts = forecasts_of(games, 900, 900)
    with pytest.raises(DataError, match="both a forecast and an attendance"):
        replayed(games, forecasts.with_columns(game_id=pl.lit("x") + pl.col("game_id")))
    with pytest.raises(DataError, match="no lead"):
        replayed(games, forecasts.drop("lead"))
    with pytest.raises(DataError, match="no earlier season"):
        replayed(games.filter(pl.col("season") == 2019), forecasts)
    undated = type(games).from_frame(pl.DataFrame({"home": "A", "attendance": [900]}))
    with pytest.raises(DataError, match="dated games"):
        replayed(undated, forecasts)
