import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.plan import compare, make_plan

COLUMNS = [
    "game_id", "kind", "name", "unit", "choice_before", "choice_after", "expected_cost_before", "expected_cost_after",
    "reason",
]  # fmt: skip


@pytest.fixture
def plan(forecast, operations):
    return make_plan(forecast, operations)


def fewer_at(forecast, place, share=0.8):
    game = pl.int_range(pl.len()) == place
    return forecast.with_columns(
        pl.when(game).then(pl.col(name) * share).otherwise(name).alias(name)
        for name in ("mean", *(name for name in forecast.columns if name.startswith("q")))
    )


def test_a_plan_differs_from_itself_in_nothing(plan):
    none = compare(plan, plan)
    assert (none.columns, none.height) == (COLUMNS, 0)


def test_only_what_differs_is_listed_with_its_reason(plan, forecast, operations):
    other = make_plan(fewer_at(forecast, 1), operations)
    found = compare(plan, other)
    assert found.columns == COLUMNS
    assert found["kind"].to_list() == ["staff", "stock", "transport"]
    assert found["game_id"].unique().to_list() == [forecast["game_id"][1]]
    staff = found.row(0, named=True)
    assert (staff["choice_before"], staff["choice_after"]) == (57, 45)
    assert staff["expected_cost_after"] < staff["expected_cost_before"]
    saved = staff["expected_cost_before"] - staff["expected_cost_after"]
    assert staff["reason"] == (
        "Ushers: 45 shifts in place of 57, as 4,000 people are expected through the gate in place of 5,000;"
        f" expected cost ${saved:,.0f} less."
    )
    back = compare(other, plan)["reason"][0]
    assert back.startswith("Ushers: 57 shifts in place of 45, as 5,000 people")
    assert back.endswith("more.")


def test_costs_add_up_to_those_of_the_plans(plan, forecast, operations):
    other = make_plan(fewer_at(forecast, 0), operations)
    found = compare(plan, other)
    change = (found["expected_cost_after"] - found["expected_cost_before"]).sum()
    assert change == pytest.approx(other.games["expected_cost"].sum() - plan.games["expected_cost"].sum())


def test_another_operations_file_is_the_reason_where_the_crowd_is_the_same(plan, forecast, operations):
    dearer = operations.staff[0].replace(shortage_cost=800)
    other = make_plan(forecast, operations.replace(staff=(dearer,)))
    found = compare(plan, other)
    assert found["name"].unique().to_list() == ["ushers"]
    assert "in place of 57, as the operations differ; expected cost $" in found["reason"][0]


def test_a_narrower_range_is_the_reason_where_the_mean_stays(plan, forecast, operations):
    middle = forecast["q50"]
    narrow = forecast.with_columns(
        ((pl.col(name) - middle) * 0.5 + middle).alias(name) for name in forecast.columns if name.startswith("q")
    ).filter(pl.int_range(pl.len()) == 1)
    found = compare(make_plan(forecast[1:2], operations), make_plan(narrow, operations))
    assert "as the range of the crowd differs" in found["reason"][0]


def test_a_game_decided_together_with_another_says_so(forecast, operations):
    bound = operations.staff[0].replace(minimum_shifts=3)
    both = (make_plan(each, operations.replace(staff=(bound,))) for each in (forecast, fewer_at(forecast, 0)))
    found = compare(*both).filter(kind="staff")
    assert found.height == 3
    assert sum("as it is decided together with games that changed" in reason for reason in found["reason"]) == 2


def test_a_decision_of_one_plan_only_is_listed(plan, forecast, operations):
    without = make_plan(forecast, operations.replace(transport=()))
    gone, new = compare(plan, without), compare(without, plan)
    assert gone["choice_after"].null_count() == new["choice_before"].null_count() == 3
    assert gone["reason"][0] == "Shuttles: no longer decided, 11 vehicles before."
    assert new["reason"][0] == "Shuttles: 11 vehicles, not part of the plan before."


def test_plans_of_other_games_or_money_are_refused(plan, forecast, operations):
    with pytest.raises(InputError, match=r"got game RIV201905300 in one of them only"):
        compare(plan, make_plan(forecast[1:], operations))
    with pytest.raises(InputError, match=r"got costs in \$ and in EUR"):
        compare(plan, make_plan(forecast, operations.replace(currency="EUR")))
