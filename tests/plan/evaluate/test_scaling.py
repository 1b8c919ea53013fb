import pytest

from gatecast.plan import (
    CrowdSettings,
    Operations,
    StaffRole,
    StockItem,
    TransportService,
    default_operations,
)
from gatecast.plan.evaluate.scaling import REFERENCE_SEATS, scaled_operations

SIZES = ("minimum", "pool", "call_in_pool", "store_size", "fleet")


def entries(operations):
    return [*operations.staff, *operations.stock, *operations.transport]


@pytest.mark.parametrize("seats", [1, 2366, 25_025, 60_000])
def test_only_sizes_change(seats):
    before, after = default_operations(), scaled_operations(default_operations(), seats)
    for one, other in zip(entries(before), entries(after), strict=True):
        for field in type(one).model_fields:
            if field not in SIZES:
                assert getattr(one, field) == getattr(other, field)
    assert (after.crowd, after.currency) == (before.crowd, before.currency)


def test_the_reference_is_left_as_it_is():
    assert scaled_operations(default_operations(), REFERENCE_SEATS) == default_operations()


def test_sizes_go_with_the_seats_and_are_rounded_up():
    role = StaffRole(name="r", people_per_shift=90, cost=1, shortage_cost=3, minimum=3, pool=401, call_in_cost=2)
    role = role.replace(call_in_pool=0, minimum_one_per=250, minimum_shifts=2)
    item = StockItem(name="i", sold_per_head=1, price=2, unit_cost=1, store_size=100)
    service = TransportService(name="s", share=0.1, seats=50, cost=1, penalty=1, minimum=1, fleet=30)
    operations = Operations(
        crowd=CrowdSettings(show_rate=1),
        staff=(role, role.replace(name="free", pool=None, minimum=0)),
        stock=(item,),
        transport=(service,),
    )
    small = scaled_operations(operations, 2000, reference=20_000)
    assert [(r.minimum, r.pool, r.call_in_pool) for r in small.staff] == [(1, 41, 0), (0, None, 0)]
    assert (small.stock[0].store_size, small.transport[0].minimum, small.transport[0].fleet) == (10, 1, 3)
    assert scaled_operations(operations, 40_000, reference=20_000).transport[0].fleet == 60
