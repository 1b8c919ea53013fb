import polars as pl
import pytest

from gatecast.plan import (
    CrowdSettings,
    Operations,
    StaffRole,
    StockItem,
    TransportService,
    default_operations,
    make_plan,
)
from gatecast.plan.views.constraints import limits_that_bind

ALL = CrowdSettings(show_rate=1.0)
USHERS = {"name": "ushers", "people_per_shift": 100, "cost": 100, "shortage_cost": 400}
BUNS = {"name": "buns", "sold_per_head": 0.5, "price": 7, "unit_cost": 2, "case_size": 50}
SHUTTLES = {"name": "shuttles", "share": 0.1, "seats": 50, "cost": 300, "penalty": 20}


def told(forecast, **groups):
    return limits_that_bind(make_plan(forecast, Operations(crowd=ALL, **groups)))


def test_a_plan_that_nothing_holds_down_has_nothing_to_watch(forecast, operations):
    assert limits_that_bind(make_plan(forecast, operations)) == []
    free = default_operations().replace(transport=())
    assert limits_that_bind(make_plan(forecast, free)) == []


def test_rules_that_cannot_be_met_come_with_the_largest_gap(forecast):
    role = StaffRole(**USHERS, minimum=120, pool=90)
    assert told(forecast, staff=(role,)) == [
        "Ushers: too few for the rules at each of the 3 games, by up to 30 shifts."
    ]


@pytest.mark.parametrize(
    ("groups", "start"),
    [
        (
            {"staff": (StaffRole(**USHERS, pool=85),)},
            "Ushers: held down by a limit at 1 of 3 games; one more would save",
        ),
        ({"stock": (StockItem(**BUNS, store_size=60),)}, "Buns: held down by a limit at 2 of 3 games; one more"),
        ({"transport": (TransportService(**SHUTTLES, fleet=16),)}, "Shuttles: held down by a limit at 1 of 3 games;"),
    ],
)
def test_a_limit_that_binds_says_at_how_many_games(forecast, groups, start):
    (line,) = told(forecast, **groups)
    assert line.startswith(start)
    worth = make_plan(forecast, Operations(crowd=ALL, **groups)).table["marginal_worth"].max()
    assert line.endswith(f"one more would save up to ${worth:,.0f} net.")


def test_one_game_is_the_game(forecast):
    role = StaffRole(**USHERS, pool=10)
    assert "by a limit at the game; one more" in told(forecast.head(1), staff=(role,))[0]


def test_games_that_no_delivery_reaches_are_told(forecast):
    item = StockItem(**BUNS, shelf_life_days=2, delivery_days=("thu",))
    assert told(forecast, stock=(item,)) == [
        "Buns: nothing to sell at 1 of 3 games: every earlier delivery is past its shelf life."
    ]
    assert told(forecast.with_columns(pl.lit(None, pl.Date).alias("date")), stock=(item,)) == []
