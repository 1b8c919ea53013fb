import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.plan.optimize.deliveries import deliveries_for

from ..stock_oracle import allowed, delivery_days, item

SPELLS = st.lists(st.sampled_from([0, 1, 1, 2, 3, 9]), min_size=1, max_size=12).map(np.cumsum)
ENTRIES = st.builds(
    lambda life, weekdays: item(shelf_life_days=life, delivery_days=weekdays),
    st.integers(1, 20),
    st.sampled_from([(), ("mon",), ("tue", "fri"), ("sat", "sun")]),
)


@given(SPELLS, ENTRIES)
def test_a_delivery_comes_on_the_last_day_that_serves_a_game(days, entry):
    found = deliveries_for(days, days % 7, entry)
    by_day = delivery_days(days, entry)
    assert found.comes.tolist() == [day is not None for day in by_day]
    assert [day for day, comes in zip(found.day, found.comes, strict=True) if comes] == [
        d for d in by_day if d is not None
    ]
    assert all(allowed(day, entry) for day in found.day[found.comes])


@given(SPELLS, ENTRIES)
def test_each_game_is_served_by_the_deliveries_that_still_keep(days, entry):
    found = deliveries_for(days, days % 7, entry)
    came = [day for day in delivery_days(days, entry) if day is not None]
    for game, day in enumerate(days):
        keeping = [d for d in came if d <= day < d + entry.shelf_life_days]
        assert found.arrived[game] - found.expired[game] == len(keeping)
        assert found.reachable[game] == bool(keeping)


@given(SPELLS, ENTRIES)
def test_no_delivery_keeps_from_one_spell_to_the_next(days, entry):
    found = deliveries_for(days, days % 7, entry)
    assert found.games.sum() == len(days)
    for first in found.first[1:-1]:
        earlier = found.day[:first][found.comes[:first]]
        assert (earlier + entry.shelf_life_days <= days[first]).all()
        assert found.expired[first] == 0
    for game in set(range(1, len(days))) - set(found.first.tolist()):
        assert found.arrived[game - 1] > found.expired[game]


def test_stores_are_apart_and_rows_may_stand_in_any_order():
    days = np.array([3, 1, 2, 1])
    found = deliveries_for(days, None, item(shelf_life_days=9), stores=np.array([1, 1, 0, 0]))
    assert found.order.tolist() == [3, 2, 1, 0]
    assert found.first.tolist() == [0, 2, 4]
    assert found.arrived.tolist() == [1, 2, 1, 2]
    assert found.order[found.place].tolist() == [0, 1, 2, 3]


def test_games_without_dates_are_delivered_to_on_their_own_day():
    found = deliveries_for(np.array([0, 10, 20]), None, item(delivery_days=("sun",)))
    assert found.comes.all()
    assert found.day.tolist() == [0, 10, 20]


@pytest.mark.parametrize("life", [1, 365, 3650])
def test_a_long_life_never_reaches_into_another_store(life):
    days = np.tile([0, 180], 3)
    found = deliveries_for(days, days % 7, item(shelf_life_days=life), stores=np.repeat([0, 1, 2], 2))
    assert found.games.tolist() == ([1] * 6 if life == 1 else [2, 2, 2])


def test_there_may_be_no_games():
    found = deliveries_for(np.zeros(0, int), None, item())
    assert found.first.tolist() == [0]
    assert len(found.run) == 0
