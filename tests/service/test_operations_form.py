import pytest

from gatecast.errors import SettingsError
from gatecast.plan import CrowdSettings, Operations, StaffRole, assumptions, default_operations
from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service.operations_form import added, edited, without

ROLE = {
    "staff..name": "ticket scanners",
    "staff..people_per_shift": "500",
    "staff..cost": "90",
    "staff..shortage_cost": "300",
}


@pytest.fixture
def operations():
    return default_operations()


def role(operations, name):
    return next(each for each in operations.staff if each.name == name)


def source(operations, setting):
    return next(a.source for a in assumptions(operations) if (a.name, a.setting) == ("hot dogs", setting))


def test_what_was_typed_is_set_and_told(operations):
    found = edited(operations, {"staff.ushers.cost": "120,5", "staff.ushers.minimum": "2", "crowd.show_rate": "0.9"})
    assert found.errors == {}
    assert role(found.operations, "ushers").cost == 120.5
    assert found.operations.crowd.show_rate == 0.9
    told = {change.key: (change.before, change.after, change.unit) for change in found.changes}
    assert told == {
        "crowd.show_rate": (0.83, 0.9, "share of tickets"),
        "staff.ushers.cost": (100, 120.5, "money a shift"),
    }


def test_what_is_as_it_is_changes_nothing(operations):
    found = edited(operations, {"staff.ushers.cost": "100,0", "staff.ushers.pool": "", "season": "5", "currency": "$"})
    assert found.operations == operations
    assert found.changes == ()


def test_an_emptied_field_is_as_if_left_out(operations):
    found = edited(operations, {"staff.ushers.call_in_pool": "", "staff.ushers.minimum": " "})
    assert role(found.operations, "ushers").call_in_pool is None
    assert role(found.operations, "ushers").minimum == 0


def test_every_field_that_cannot_be_used_is_told(operations):
    typed = {
        "staff.ushers.cost": "1,500",
        "staff.ushers.pool": "x",
        "staff.cleaning.shortage_cost": "50",
        "stock.hot dogs.delivery_days": "mon noday",
        "stock.hot dogs.price": "",
        "crowd.show_rate": "1.1",
        "transport.shuttle buses.trip_minutes": "",
    }
    found = edited(operations, typed)
    assert found.operations is None
    told = {
        "staff.ushers.cost": "write 1500 or 1.5",
        "staff.ushers.pool": "got 'x', expected a whole number of 0 or more (people)",
        "staff.cleaning.shortage_cost": "more than the cost of a shift, 100",
        "stock.hot dogs.price": "got nothing, expected a number above 0 ($ a unit)",
        "crowd.show_rate": "expected a number above 0 up to 1 (share of tickets)",
        "transport.shuttle buses.minutes_to_clear": "both or neither",
    }
    assert set(found.errors) == set(told)
    for key, words in told.items():
        assert words in found.errors[key]


def test_weekdays_in_any_order(operations):
    found = edited(operations, {"stock.hot dogs.delivery_days": "thu mon"})
    assert found.changes[0].after == ("mon", "thu")
    again = edited(found.operations, {"stock.hot dogs.delivery_days": "mon thu"})
    assert again.changes == ()
    assert (
        "noday" in edited(operations, {"stock.hot dogs.delivery_days": "noday"}).errors["stock.hot dogs.delivery_days"]
    )


def test_names_and_currency_can_be_changed(operations):
    found = edited(operations, {"staff.ushers.name": "stewards", "currency": "EUR"})
    assert role(found.operations, "stewards").cost == 100
    assert found.operations.currency == "EUR"
    assert "a sign or code" in edited(operations, {"currency": ""}).errors["currency"]
    assert "a second time" in edited(operations, {"staff.ushers.name": "Parking"}).errors["staff.ushers.name"]
    assert "a name" in edited(operations, {"staff.ushers.name": " "}).errors["staff.ushers.name"]


def test_names_may_hold_points(operations):
    plain = Operations(
        crowd=CrowdSettings(show_rate=1.0),
        staff=(StaffRole(name="a.b.cost", people_per_shift=1, cost=1, shortage_cost=2),),
    )
    assert edited(plain, {"staff.a.b.cost.cost": "1.5"}).operations.staff[0].cost == 1.5


@pytest.mark.parametrize("key", ["staff.gone.cost", "staff.ushers.salary", "crowd.sources", "stock..cost"])
def test_a_setting_that_is_not_there_is_told(operations, key):
    found = edited(operations, {key: "1"})
    assert found.operations is None
    assert key in found.errors[""]


def test_a_source_does_not_outlive_the_value_it_speaks_of(operations):
    table = operations_to_dict(operations)
    table["stock"][0]["sources"]["price"] = "our till, 2024"
    own = operations_from_dict(table)
    assert source(own, "price") == "our till, 2024"
    changed = edited(own, {"stock.hot dogs.price": "8"}).operations
    assert source(changed, "price") == "yours (default 7)"
    assert "NHDSC" in source(changed, "sold_per_head")


def test_a_role_is_added_with_what_is_left_out_as_the_default(operations):
    found = added(operations, "staff", ROLE | {"staff..pool": ""})
    assert found.errors == {}
    assert found.operations.staff[-1] == StaffRole(
        name="ticket scanners", people_per_shift=500, cost=90, shortage_cost=300
    )
    assert found.operations.stock == operations.stock


def test_what_an_addition_lacks_is_told_by_field(operations):
    errors = added(operations, "staff", {"staff..cost": "90"}).errors
    assert set(errors) == {"staff..name", "staff..people_per_shift", "staff..shortage_cost"}
    assert (
        "more than the cost"
        in added(operations, "staff", ROLE | {"staff..shortage_cost": "9"}).errors["staff..shortage_cost"]
    )
    assert "a second time" in added(operations, "staff", ROLE | {"staff..name": "Ushers"}).errors["staff..name"]


def test_taking_out(operations):
    left = without(operations, "staff", "ushers")
    assert len(left.staff) == len(operations.staff) - 1
    assert without(operations, "staff", "nobody") == operations
    assert without(operations, "crowd", "") == operations
    one = Operations(crowd=CrowdSettings(show_rate=1.0), staff=operations.staff[:1])
    with pytest.raises(SettingsError, match="nothing to decide"):
        without(one, "staff", one.staff[0].name)
