import datetime as dt

import polars as pl

from gatecast.plan import CrowdSettings, Operations, StaffRole, StockItem, make_plan
from gatecast.plan.views.deadlines import deadlines

USHERS = {"name": "ushers", "people_per_shift": 100, "cost": 100, "shortage_cost": 400}
BUNS = {"name": "buns", "sold_per_head": 0.5, "price": 7, "unit_cost": 2, "case_size": 50}


def planned(forecast, staff=(), stock=()):
    return make_plan(
        forecast,
        Operations(
            crowd=CrowdSettings(show_rate=1.0),
            staff=tuple(StaffRole(**(USHERS | each)) for each in staff),
            stock=tuple(StockItem(**(BUNS | each)) for each in stock),
        ),
    )


def test_roles_of_one_notice_make_one_deadline_a_game(forecast):
    due = deadlines(
        planned(forecast, [{}, {"name": "gate", "people_per_shift": 400}, {"name": "medics", "call_in_days": 9}])
    )
    assert [(each.decide_by.day, [name for name, _ in each.amounts]) for each in due] == [
        (21, ["medics"]), (22, ["medics"]), (23, ["medics"]),
        (28, ["ushers", "gate"]), (29, ["ushers", "gate"]), (30, ["ushers", "gate"]),
    ]  # fmt: skip
    assert due[3].what == "Hire 71 shifts for Thu 30 May, 19:05, Lakers"
    assert due[3].amounts == (("ushers", 57), ("gate", 14))
    assert due[3].unit == "shifts"
    assert due[3].on == dt.date(2019, 5, 30)


def test_items_of_one_delivery_and_notice_make_one_deadline(forecast):
    due = deadlines(planned(forecast, stock=[{}, {"name": "ice"}, {"name": "kegs", "order_days": 4}]))
    assert [(each.decide_by.day, each.on.day, len(each.amounts)) for each in due] == [
        (26, 30, 1), (27, 31, 1), (28, 1, 1), (29, 30, 2), (30, 31, 2), (31, 1, 2),
    ]  # fmt: skip
    assert [due[0].what, due[3].what] == [
        "Order kegs for the delivery of Thu 30 May",
        "Order 2 items for the delivery of Thu 30 May",
    ]
    assert due[0].games == ("RIV201905310",)


def test_what_is_not_needed_has_no_deadline(forecast):
    none = forecast.with_columns(pl.col("mean", "^q.*$") * 0)
    assert deadlines(planned(none, [{}], [{}])) == []
    assert deadlines(planned(forecast.with_columns(date=None), [{}], [{}])) == []


def test_one_shift_is_one_shift(forecast):
    due = deadlines(planned(forecast, [{"people_per_shift": 100_000, "minimum": 1}]))
    assert due[0].what.startswith("Hire 1 shift for ")


def test_a_deadline_up_to_the_day_of_the_forecast_has_passed(forecast):
    late = forecast.with_columns(as_of=pl.lit(dt.date(2019, 5, 28)))
    assert [each.passed for each in deadlines(planned(late, [{}]))] == [True, False, False]
    assert [each.passed for each in deadlines(planned(late, stock=[{"order_days": 2}]))] == [True, False, False]
    unknown = forecast.with_columns(as_of=None)
    assert not any(each.passed for each in deadlines(planned(unknown, [{}], [{}])))


def test_a_key_stays_when_amounts_change_and_is_one_of_a_kind(forecast):
    first, second = (
        deadlines(planned(forecast.with_columns(pl.col("mean", "^q.*$") * share), [{}], [{}, {"name": "ice"}]))
        for share in (1.0, 0.5)
    )
    assert [each.key for each in first] == [each.key for each in second]
    assert [each.amounts for each in first] != [each.amounts for each in second]
    assert len({each.key for each in first}) == len(first) == 6


def test_several_clubs_are_named(forecast):
    clubs = forecast.with_columns(home=pl.Series(["Bay", "Hill", "Hill"]), date=dt.date(2019, 5, 30))
    told = [each.what for each in deadlines(planned(clubs, [{}], [{}]))]
    assert (
        sum(what.startswith("Hire ") and what.endswith(" shifts for Thu 30 May, 19:05, Gulls at Bay") for what in told)
        == 1
    )
    assert "Order buns for the delivery to Hill of Thu 30 May" in told
