import pytest

from gatecast.plan import default_operations
from gatecast.service.operations_form import entries_of, new_entry, typed_text


@pytest.fixture(scope="module")
def entries():
    return {(entry.group, entry.name): entry for entry in entries_of(default_operations())}


def field(entry, setting):
    return next(each for each in entry.fields if each.setting == setting)


def test_every_role_item_and_service_has_its_fields_with_unit_and_source(entries):
    assert next(iter(entries)) == ("crowd", "")
    aid = entries["staff", "first aid"]
    assert [each.setting for each in aid.fields][:3] == ["name", "people_per_shift", "cost"]
    cost = field(aid, "cost")
    assert (cost.key, cost.value, cost.number.unit, cost.source) == (
        "staff.first aid.cost",
        180,
        "$ a shift",
        "assumption",
    )
    assert "Milsten" in field(aid, "people_per_shift").source
    assert field(aid, "pool").typed == ""
    assert field(entries["stock", "hot dogs"], "delivery_days").value == ()


def test_money_is_in_the_currency_of_the_club():
    entry = new_entry("staff", "EUR")
    assert field(entry, "cost").number.unit == "EUR a shift"


def test_an_entry_to_be_added_shows_what_settings_are_if_left_out():
    entry = new_entry("stock", "$", {"stock..price": "7"}, {"stock..unit_cost": "no"})
    assert field(entry, "case_size").typed == "1"
    assert field(entry, "name").typed == ""
    assert field(entry, "price").typed == "7"
    assert field(entry, "unit_cost").error == "no"
    assert entry.refused


def test_what_was_typed_stands_in_place_of_what_is_set(entries):
    typed = {"staff.ushers.cost": "x"}
    ushers = next(e for e in entries_of(default_operations(), typed, {"staff.ushers.cost": "no"}) if e.name == "ushers")
    assert (field(ushers, "cost").typed, field(ushers, "cost").error) == ("x", "no")
    assert field(ushers, "minimum").typed == "2"
    assert not entries["staff", "ushers"].refused


def test_values_as_they_are_typed():
    assert [typed_text(value) for value in (2, 0.5, None, "a", ("mon", "thu"))] == ["2", "0.5", "", "a", "mon thu"]
