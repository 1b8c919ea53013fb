import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.plan.optimize.inventory import case_costs, stock_cost, stock_orders, stock_program
from gatecast.plan.optimize.newsvendor import best_choice, expected_cost, risk_short, worth_of_one_more

from ..stock_oracle import cheapest, item, mean_cost

EXACT = 1e-6
WEEKDAY_SETS = st.sampled_from([(), ("mon",), ("mon", "thu"), ("tue", "fri", "sun")])
ITEMS = st.builds(
    lambda life, weekdays, room, salvage, size: item(
        shelf_life_days=life, delivery_days=weekdays, store_size=room, salvage=salvage, case_size=size
    ),
    st.integers(1, 9), WEEKDAY_SETS, st.one_of(st.none(), st.integers(1, 6)), st.sampled_from([0.0, 1.5]),
    st.sampled_from([1, 3]),
)  # fmt: skip


@st.composite
def seasons(draw, games=4, most=3.0):
    """Days of games, two of which may share one, and cases asked for in a few scenarios."""
    count = draw(st.integers(1, games))
    days = np.cumsum(draw(st.lists(st.sampled_from([0, 1, 1, 2, 5]), min_size=count, max_size=count)))
    scenarios = draw(st.integers(1, 3))
    need = draw(st.lists(st.floats(0, most), min_size=count * scenarios, max_size=count * scenarios))
    return days, np.round(np.array(need).reshape(count, scenarios), 2)


def long_season(games=40, scenarios=120, seed=0, mean=20.0):
    """Homestands with joint errors that last from game to game: days, weekdays, units asked for."""
    draw = np.random.default_rng(seed)
    days = np.cumsum(np.where(np.arange(games) % 7 == 0, 6, 1))
    errors = np.zeros((games, scenarios))
    for game in range(1, games):
        errors[game] = 0.7 * errors[game - 1] + draw.normal(size=scenarios)
    need = mean * (1 + 0.3 * (days % 7 > 4))[:, None] * np.exp(0.15 * errors)
    return days, days % 7, need


@given(seasons(), ITEMS, st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_a_list_costs_what_a_store_followed_crate_by_crate_costs(season, entry, cases):
    days, need = season
    cases = np.array(cases[: len(days)])
    cost = stock_cost(cases, need * entry.case_size, days, days % 7, entry)
    assert cost.sum() == pytest.approx(mean_cost(cases, need, days, entry))


@settings(max_examples=60, deadline=None)
@given(seasons(), ITEMS)
def test_the_plan_is_the_best_of_all_lists_of_whole_cases(season, entry):
    days, need = season
    plan = stock_program(need * entry.case_size, days, days % 7, entry, gap=EXACT)
    best = cheapest(need, days, entry, most=int(np.ceil(need.sum(axis=0).max())))
    assert plan.cost == pytest.approx(best, rel=1e-5, abs=1e-6)
    assert plan.bound <= best * (1 + 1e-6) + 1e-6
    assert plan.gap <= 1e-5


def test_a_plan_of_three_games_is_the_best_of_all_lists():
    days, need = np.array([0, 1, 2]), np.random.default_rng(3).gamma(4, 0.8, (3, 7))
    for entry in (item(shelf_life_days=2), item(shelf_life_days=2, store_size=4), item(shelf_life_days=3)):
        plan = stock_program(need, days, days, entry, gap=EXACT)
        assert plan.cost == pytest.approx(cheapest(need, days, entry, most=9), rel=1e-5)


def test_an_item_that_keeps_one_day_is_a_newsvendor_at_each_game():
    days, weekdays, need = long_season()
    entry = item(case_size=6, price=9.0)
    plan = stock_program(need, days, weekdays, entry)
    cases, costs = need / 6, case_costs(entry)
    choice = best_choice(cases, costs)
    assert plan.cases.tolist() == choice.tolist()
    assert plan.expected_cost == pytest.approx(expected_cost(cases, choice, costs))
    assert plan.risk_short == pytest.approx(risk_short(cases, choice))
    assert plan.worth_of_one_more == pytest.approx(worth_of_one_more(cases, choice, costs))
    assert plan.gap == 0


@pytest.mark.parametrize(
    "entry",
    [
        item(shelf_life_days=3),
        item(shelf_life_days=2, case_size=7),
        item(shelf_life_days=5, delivery_days=("mon", "wed", "fri"), case_size=4),
        item(shelf_life_days=12, store_size=60),
        item(shelf_life_days=300, store_size=50, delivery_days=("tue", "fri")),
        item(shelf_life_days=300, store_size=9, case_size=2),
    ],
)
def test_a_season_is_within_a_thousandth_of_the_bound_and_the_bound_holds(entry):
    days, weekdays, need = long_season()
    plan = stock_program(need, days, weekdays, entry)
    assert plan.gap <= 0.001
    draw = np.random.default_rng(1)
    for _ in range(30):
        other = np.maximum(plan.cases + draw.integers(-2, 3, len(days)) * (plan.delivery_day == days), 0)
        assert stock_cost(other, need, days, weekdays, entry).sum() >= plan.bound * (1 - 1e-9)
    assert stock_program(need, days, weekdays, entry, gap=EXACT).cost >= plan.bound * (1 - 1e-9)


def test_what_keeps_for_the_season_is_ordered_for_its_whole_need_and_comes_late():
    days, weekdays, need = long_season()
    entry = item(shelf_life_days=400)
    plan = stock_program(need, days, weekdays, entry)
    whole = best_choice(need.sum(axis=0)[None, :], case_costs(entry))
    assert plan.cases.sum() == whole[0]
    assert plan.gap == 0
    cumulative = np.cumsum(need, axis=0).max(axis=1)
    assert (np.cumsum(plan.cases) <= np.ceil(cumulative)).all()
    assert (np.cumsum(plan.cases)[:-10] >= cumulative[:-10]).all()


@settings(max_examples=40, deadline=None)
@given(seasons(games=6, most=6.0), ITEMS, st.integers(0, 3), st.integers(0, 4))
def test_more_room_and_longer_life_never_raise_the_cost(season, entry, more_room, more_days):
    days, need = season
    better = entry.replace(
        store_size=None if entry.store_size is None else entry.store_size + more_room,
        shelf_life_days=entry.shelf_life_days + more_days,
    )
    cost, cost_then = (
        stock_program(need * entry.case_size, days, days % 7, one, gap=EXACT).cost for one in (entry, better)
    )
    assert cost_then <= cost * (1 + 1e-5) + 1e-6


@settings(max_examples=40, deadline=None)
@given(seasons(games=6, most=6.0), ITEMS, st.lists(st.floats(0, 4), min_size=6, max_size=6))
def test_more_demand_never_lowers_what_is_sold(season, entry, added):
    days, need = season
    more = need + np.array(added)[: len(need), None]

    def sold(asked):
        plan = stock_program(asked * entry.case_size, days, days % 7, entry, gap=EXACT)
        return plan.cases.sum() * entry.case_size - plan.waste.sum()

    assert sold(more) >= sold(need) - 1e-6


@settings(max_examples=40, deadline=None)
@given(seasons(games=6, most=6.0), ITEMS)
def test_the_worth_of_one_more_case_is_the_drop_in_cost(season, entry):
    days, need = season
    sold = need * entry.case_size
    plan = stock_program(sold, days, days % 7, entry)
    comes = np.flatnonzero(plan.reachable & (np.diff(plan.delivery_day, prepend=-99) > 0))
    for game in comes:
        more = plan.cases + (np.arange(len(days)) == game)
        drop = plan.cost - stock_cost(more, sold, days, days % 7, entry).sum()
        assert plan.worth_of_one_more[game] == pytest.approx(drop, abs=1e-6)


def test_stock_left_from_one_game_serves_the_next():
    need, days = np.array([[4.0, 10.0], [12.0, 6.0]]), np.array([0, 1])
    plan = stock_program(need, days, None, item(shelf_life_days=2))
    assert plan.cases.tolist() == [10, 6]
    assert plan.on_hand.tolist() == [10.0, 9.0]
    assert plan.cost == 0
    assert stock_program(need, days, None, item()).cost > 0


def test_a_game_that_no_delivery_reaches_sells_nothing():
    entry = item(delivery_days=("mon",), shelf_life_days=2, order_days=3)
    plan = stock_program(np.full((3, 1), 5.0), np.array([7, 8, 9]), np.array([0, 1, 2]), entry)
    assert plan.reachable.tolist() == [True, True, False]
    assert plan.cases.tolist() == [10, 0, 0]
    assert plan.order_day.tolist()[:2] == [4, 4]
    assert plan.expected_cost.tolist() == [0.0, 0.0, 15.0]
    assert plan.risk_short.tolist() == [0.0, 0.0, 1.0]
    assert plan.worth_of_one_more[2] == 0


def test_both_games_of_a_doubleheader_sell_from_one_delivery():
    plan = stock_program(np.array([[3.0], [4.0]]), np.array([5, 5]), np.array([5, 5]), item())
    assert plan.cases.tolist() == [7, 0]
    assert plan.on_hand.tolist() == [7.0, 4.0]


def test_the_store_is_never_fuller_than_it_holds():
    days, weekdays, need = long_season(scenarios=30)
    plan = stock_program(need, days, weekdays, item(shelf_life_days=300, store_size=40))
    assert plan.on_hand.max() <= 40
    assert plan.gap <= 0.001


def test_games_may_stand_in_any_order_and_stores_share_nothing():
    days, weekdays, need = long_season(games=14, scenarios=20)
    entry = item(shelf_life_days=4)
    alone = stock_program(need, days, weekdays, entry)
    mixed = np.random.default_rng(0).permutation(28)
    stores = np.repeat([7, 3], 14)[mixed]
    both = [np.concatenate([part, part])[mixed] for part in (need, days, weekdays)]
    plan = stock_program(*both, entry, stores=stores)
    for store in (7, 3):
        rows = np.argsort(np.where(stores == store, both[1], 9999), kind="stable")[:14]
        assert plan.cases[rows].tolist() == alone.cases.tolist()
        assert plan.expected_cost[rows] == pytest.approx(alone.expected_cost)
    assert stock_orders(*both, entry, stores=stores).tolist() == plan.cases.tolist()
    again = stock_cost(plan.cases, *both, entry, stores=stores)
    assert again == pytest.approx(plan.expected_cost)


def test_a_list_can_be_costed_with_what_came():
    entry = item(shelf_life_days=2)
    days, came = np.array([0, 1]), np.array([[6.0], [9.0]])
    cost = stock_cost(np.array([10, 8]), came, days, None, entry)
    assert cost.tolist() == [0.0, 3 * 1.5]


def test_nobody_coming_costs_nothing():
    plan = stock_program(np.zeros((3, 4)), np.arange(3), None, item(shelf_life_days=2))
    assert plan.cases.tolist() == [0, 0, 0]
    assert (plan.cost, plan.gap) == (0, 0)


def test_no_games_make_an_empty_plan():
    plan = stock_program(np.zeros((0, 4)), np.zeros(0, int), None, item())
    assert len(plan.cases) == 0
    assert (plan.cost, plan.gap) == (0, 0)


def test_two_runs_give_the_same_plan():
    days, weekdays, need = long_season()
    entry = item(shelf_life_days=3, case_size=5)
    one, two = (stock_program(need, days, weekdays, entry) for _ in range(2))
    assert one.cases.tolist() == two.cases.tolist()
    assert one.bound == two.bound
