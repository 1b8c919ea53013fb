import datetime as dt

import polars as pl
import pytest

from gatecast.cli.plan_tables import difference_table
from gatecast.cli.tables import MOST_ROWS, forecasts_table
from gatecast.plan import compare, default_operations, make_plan

LEVELS = {"q05": 0.7, "q10": 0.75, "q25": 0.9, "q50": 1.0, "q75": 1.1, "q90": 1.25, "q95": 1.3}


def forecast(*people):
    games = pl.DataFrame({"game_id": [f"G{n}" for n in range(len(people))], "mean": [float(n) for n in people]})
    return games.with_columns(
        *((pl.col("mean") * share).alias(name) for name, share in LEVELS.items()),
        date=pl.Series([dt.date(2025, 6, 1) + dt.timedelta(weeks=n) for n in range(len(people))]),
        start_time=dt.time(19, 5),
        home=pl.lit("Bay"),
        visitor=pl.lit("Kites"),
        p_sellout=0.1,
        lead=pl.lit("7"),
    )


def test_games_asked_about_and_games_that_differ_are_shown():
    given, changed = forecast(5000, 6000, 7000, 8000), forecast(5000, 6000, 7500, 8000)
    table = forecasts_table(given, changed, ["G0"])
    assert [row[0] for row in table.rows] == ["Sun  1 Jun", "Sun 15 Jun"]
    assert table.rows[1][3:6] == ["7,000", "7,500", "+500"]
    assert table.rows[0][3:6] == ["5,000", "5,000", "0"]
    assert all(len(row) == len(table.heads) == len(table.numeric) for row in table.rows)


def differing(before, after):
    operations = default_operations()
    plans = make_plan(before, operations), make_plan(after, operations)
    return plans, difference_table(compare(*plans), plans[0].games, operations)


def test_one_game_needs_no_date_in_every_row():
    plans, table = differing(forecast(5000, 6000), forecast(5000, 5000))
    assert table.heads[0] == "Resource"
    ushers = next(row for row in table.rows if row[0] == "ushers (shifts)")
    was, now = (plan.table.filter(game_id="G1", name="ushers") for plan in plans)
    assert ushers[1:3] == [str(was["choice"][0]), str(now["choice"][0])]
    assert ushers[3:5] == [f"${was['expected_cost'][0]:,.0f}", f"${now['expected_cost'][0]:,.0f}"]
    assert table.rows[-1][0] == "total"
    assert all(len(row) == len(table.heads) == len(table.numeric) for row in table.rows)


def test_differences_are_those_of_the_figures_beside_them():
    plans, table = differing(forecast(5000, 6000), forecast(4321, 5432))
    assert table.heads[:4] == ["Date", "Start", "Opponent", "Resource"]
    for row in table.rows:
        before, after, difference = (
            int(cell.replace("$", "").replace(",", "").replace("\N{MINUS SIGN}", "-")) for cell in row[-3:]
        )
        assert after - before == difference
    saved = plans[0].games["expected_cost"].sum() - plans[1].games["expected_cost"].sum()
    assert -difference == pytest.approx(saved, abs=1)


def test_a_long_list_is_cut_and_says_so():
    before, after = (forecast(*[people] * 30) for people in (5000, 6000))
    _, table = differing(before, after)
    assert len(table.rows) == MOST_ROWS + 1
    assert "(the first 40; " in table.caption
    assert "(the first 40; " not in forecasts_table(before, after, []).caption
