import pytest

from gatecast.errors import InputError
from gatecast.service.homestands import homestand_view
from gatecast.service.operations_form import added, edited, without
from gatecast.service.plan_differences import differences, restricted_to


@pytest.fixture
def tried(sample_club):
    """The differences that other operations make."""

    def changed(operations):
        plans = [homestand_view(sample_club, operations=each).plan.decisions for each in (None, operations)]
        return differences(*plans)

    return changed


def test_a_dearer_shift(sample_club, tried):
    found = tried(edited(sample_club.operations(), {"staff.ushers.cost": "150"}).operations)
    (ushers,) = found.changes
    assert (ushers.kind, ushers.name, ushers.unit) == ("staff", "ushers", "shifts")
    assert ushers.total_after < ushers.total_before
    assert ushers.engaged_after < ushers.engaged_before
    assert ushers.games == len(found.choices) == 6
    assert ushers.dearer == pytest.approx(found.dearer)
    assert found.dearer > 0
    assert "the operations differ" in found.choices[0]["reason"]


def test_what_only_costs_otherwise_is_told(sample_club, tried):
    found = tried(edited(sample_club.operations(), {"staff.first aid.cost": "190"}).operations)
    (aid,) = found.changes
    assert (aid.total_before, aid.games, found.choices) == (aid.total_after, 0, ())
    assert aid.dearer == pytest.approx(10 * aid.total_after)


def test_a_role_more_and_a_role_less(sample_club, tried):
    role = {
        "staff..name": "scanners",
        "staff..people_per_shift": "500",
        "staff..cost": "90",
        "staff..shortage_cost": "300",
    }
    (more,) = tried(added(sample_club.operations(), "staff", role).operations).changes
    assert (more.total_before, more.engaged_before) == (None, None)
    assert more.dearer > 0
    (less,) = tried(without(sample_club.operations(), "staff", "ushers")).changes
    assert less.total_after is None
    assert less.dearer < 0


def test_nothing_differs(sample_club, tried):
    found = tried(sample_club.operations())
    assert (found.changes, found.choices, found.dearer) == ((), (), 0.0)


def test_plans_in_two_currencies_are_refused(sample_club, tried):
    with pytest.raises(InputError, match="one currency"):
        tried(edited(sample_club.operations(), {"currency": "EUR"}).operations)


def test_some_games_of_a_plan(sample_club):
    plan = homestand_view(sample_club).plan.decisions
    part = restricted_to(plan, ["QUI202506130"])
    assert part.games.height == 1
    assert part.table.height == plan.table.height / 6
