import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan import default_operations, make_plan
from gatecast.plan.columns import CHOICE, ENGAGED, EXPECTED_COST, KIND, NAME, REASON, RISK_SHORT, SHIFTS
from gatecast.plan.export.ics import calendar_text
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.export.write import write_plan
from gatecast.plan.overrides import (
    FIGURE,
    MODEL,
    OverriddenNumber,
    costs_under,
    moved_forecast,
    settable,
    with_numbers,
)

GAMES = ["A", "B", "C"]


def forecast(scale=1.0):
    widths = (-1500, -1100, -500, 0, 600, 1200, 1500)
    return pl.DataFrame(
        {
            c.GAME_ID: GAMES,
            "lead": ["7"] * 3,
            "as_of": ["2025-06-08"] * 3,
            c.DATE: ["2025-06-15", "2025-06-16", "2025-06-17"],
            c.HOME: ["Larks"] * 3,
            c.CAPACITY: [9000] * 3,
            MEAN: [4000.0 * scale] * 3,
            **{name: [4000.0 * scale + w] * 3 for name, w in zip(QUANTILE_COLUMNS, widths, strict=True)},
            P_SELLOUT: [0.0] * 3,
        }
    )


@pytest.fixture(scope="module")
def plan():
    return make_plan(forecast(), default_operations())


def of(plan, game, name):
    return plan.table.row(by_predicate=(pl.col(c.GAME_ID) == game) & (pl.col(NAME) == name), named=True)


def test_a_number_by_hand_takes_the_place_of_the_models_with_cost_and_risk_of_both(plan):
    role = default_operations().staff[0].name
    model = of(plan, "B", role)
    fewer = max(model[CHOICE] - 3, 0)
    hand = with_numbers(plan, forecast(), {("B", "staff", role): OverriddenNumber(fewer, "two are ill")})
    row = of(hand, "B", role)
    assert row[CHOICE] == fewer
    assert row[EXPECTED_COST] >= model[EXPECTED_COST]
    assert row[RISK_SHORT] >= model[RISK_SHORT]
    assert f"{fewer} set by hand (two are ill)" in row[REASON]
    assert of(hand, "A", role)[CHOICE] == of(plan, "A", role)[CHOICE]
    told = hand.overrides.row(0, named=True)
    assert (told[FIGURE], told[MODEL], told["model_cost"]) == (
        fewer,
        model[CHOICE],
        pytest.approx(model[EXPECTED_COST]),
    )
    shifts = hand.games.filter(pl.col(c.GAME_ID) == "B")[SHIFTS][0]
    assert shifts == plan.games.filter(pl.col(c.GAME_ID) == "B")[SHIFTS][0] - (model[CHOICE] - fewer)
    more = with_numbers(plan, forecast(), {("B", "staff", role): OverriddenNumber(model[CHOICE] + 9, "")})
    assert set(more.table.filter(pl.col(NAME) == role)[ENGAGED]) == {model[CHOICE] + 9}


def test_a_plan_costs_under_its_own_forecast_what_it_says_and_more_under_another(plan):
    same = costs_under(plan, forecast())
    assert same[EXPECTED_COST].to_list() == pytest.approx(
        plan.table.sort(KIND, NAME, c.GAME_ID).join(same.select(c.GAME_ID, KIND, NAME), on=[c.GAME_ID, KIND, NAME])
        .sort(KIND, NAME, c.GAME_ID)[EXPECTED_COST].to_list()
    ) or same[EXPECTED_COST].sum() == pytest.approx(plan.table[EXPECTED_COST].sum())  # fmt: skip
    larger = make_plan(forecast(1.5), default_operations(), explained=False)
    under = costs_under(plan, forecast(1.5))
    assert under[EXPECTED_COST].sum() >= larger.table[EXPECTED_COST].sum() - 1e-6


def test_a_forecast_by_hand_keeps_its_width_within_the_seats():
    row = forecast().row(0, named=True)
    moved = moved_forecast(row, 4600, 9000)
    assert moved[MEAN] == 4600
    assert moved["q90"] - moved["q10"] == row["q90"] - row["q10"]
    full = moved_forecast(row, 9000, 9000)
    assert full["q95"] == full["q50"] == 9000
    assert full[P_SELLOUT] == pytest.approx(0.5)
    assert moved_forecast(row, 100, 9000)["q05"] == 0


def test_what_was_set_by_hand_stands_in_workbook_calendar_and_data(plan, tmp_path):
    import openpyxl

    role = default_operations().staff[0].name
    hand = with_numbers(plan, forecast(), {("A", "staff", role): OverriddenNumber(25, "school trip")})
    write_plan(hand, tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["By hand"]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {25, "school trip", of(plan, "A", role)[CHOICE]} <= set(cells)
    text = calendar_text(hand).replace("\r\n ", "")
    assert f"By hand: {role}: 25 instead of {of(plan, 'A', role)[CHOICE]} (school trip)" in text
    assert plan_as_dict(hand)["by_hand"][0]["note"] == "school trip"
    assert plan_as_dict(plan)["by_hand"] == []


def keeping(**settings):
    """A plan of one item that keeps for all three games."""
    item = default_operations().stock[0].model_copy(update={"shelf_life_days": 3, **settings})
    return make_plan(forecast(), default_operations().model_copy(update={"stock": [item]}), explained=True), item.name


def test_an_order_of_stock_that_keeps_serves_the_games_that_follow():
    plan, item = keeping()
    ordered = of(plan, "A", item)[CHOICE]
    hand = with_numbers(plan, forecast(), {("A", "stock", item): OverriddenNumber(ordered - 10, "a cold spell")})
    assert [of(hand, game, item)[CHOICE] for game in GAMES] == [
        ordered - 10, *(of(plan, game, item)[CHOICE] for game in GAMES[1:])
    ]  # fmt: skip
    assert of(hand, "C", item)[RISK_SHORT] > of(plan, "C", item)[RISK_SHORT]
    assert of(hand, "B", item)["on_hand"] == pytest.approx(of(plan, "B", item)["on_hand"] - 10, abs=1)
    assert "planned without the numbers set by hand" in of(hand, "C", item)[REASON]
    told = hand.overrides.row(0, named=True)

    def cost(made):
        return made.table.filter(pl.col(NAME) == item)[EXPECTED_COST].sum()

    assert (told["cost"], told["model_cost"]) == (cost(hand), cost(plan))
    assert told["cost"] > told["model_cost"]
    assert told["risk_short"] == pytest.approx(of(hand, "A", item)[RISK_SHORT])
    assert told["model_risk_short"] == pytest.approx(of(plan, "A", item)[RISK_SHORT])


def test_each_of_two_orders_by_hand_is_compared_with_the_models_in_its_place():
    plan, item = keeping()
    both = {(game, "stock", item): OverriddenNumber(of(plan, game, item)[CHOICE] + 5, "") for game in ("A", "B")}
    hand = with_numbers(plan, forecast(), both)
    for game in ("A", "B"):
        other = "B" if game == "A" else "A"
        alone = with_numbers(plan, forecast(), {key: each for key, each in both.items() if key[0] == other})
        told = hand.overrides.row(by_predicate=pl.col(c.GAME_ID) == game, named=True)
        assert told["model_cost"] == alone.table.filter(pl.col(NAME) == item)[EXPECTED_COST].sum()


def test_a_game_without_a_delivery_of_its_own_has_no_order_to_set():
    plan, item = keeping(delivery_days=("sun", "tue"))  # A on a Sunday, B on Monday, C on Tuesday
    assert [(game, "stock", item) in settable(plan) for game in GAMES] == [True, False, True]
    assert with_numbers(plan, forecast(), {("B", "stock", item): OverriddenNumber(7, "")}).overrides is None
    fewer = with_numbers(plan, forecast(), {("A", "stock", item): OverriddenNumber(1, "")}).overrides.row(0, named=True)
    served = with_numbers(plan, forecast(), {("A", "stock", item): OverriddenNumber(1, "")})
    assert fewer["risk_short"] == max(of(served, game, item)[RISK_SHORT] for game in ("A", "B"))
