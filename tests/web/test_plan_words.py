import pytest

from gatecast.plan.operations.numbers import numbers_of
from gatecast.service.operations_fields import MODELS
from gatecast.service.operations_form import Setting
from gatecast.service.plan_changes import Change
from gatecast.web.plan_words import LABELS, change_words, setting_words, value_text


@pytest.mark.parametrize("group", MODELS)
def test_every_number_has_a_name_of_its_own(group):
    names = [LABELS[group][setting] for setting in numbers_of(MODELS[group])]
    assert len(names) == len(set(names))


def test_values_with_their_units():
    assert value_text(0.3, "money a unit", "EUR") == "EUR 0.30 a unit"
    assert value_text(0.125, "money a unit", "$") == "$0.125 a unit"
    assert value_text(1200, "people", "$") == "1,200 people"
    assert value_text(None, "people", "$") == "nothing"


def test_changed_settings():
    pool = Setting("staff.ushers.pool", "staff", "ushers", "pool", None, 40, "people")
    assert setting_words(pool, "$") == "Ushers: most there are 40 people in place of nothing"
    crowd = Setting("crowd.show_rate", "crowd", "", "show_rate", 0.83, 0.9, "share of tickets")
    assert setting_words(crowd, "$") == "The whole crowd: tickets that are used 0.9 share of tickets in place of 0.83"
    days = Setting("stock.buns.delivery_days", "stock", "buns", "delivery_days", (), ("mon", "thu"), "")
    assert setting_words(days, "$") == "Buns: deliveries come on Mon, Thu in place of every day"


def test_changed_choices():
    def words(**more):
        plain = {"total_before": 10, "total_after": 10, "engaged_before": None, "engaged_after": None, "dearer": 0.0}
        return change_words(Change("stock", "buns", "cases", **{**plain, "games": 0, **more}), "$")

    assert words() == "Buns: 10 cases in all as before; expected cost as before"
    assert words(games=2, dearer=-3.0) == "Buns: 10 cases in all as before, others at 2 games; expected cost $3 less"
    assert words(games=1).startswith("Buns: 10 cases in all as before, others at 1 game")
    assert words(total_after=1200, dearer=5.0) == "Buns: 1,200 cases in place of 10; expected cost $5 more"
    assert words(total_before=None) == "Buns: 10 cases, not part of the plan before"
    assert words(total_after=None) == "Buns: no longer decided, 10 cases before"
