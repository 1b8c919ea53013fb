"""Tables as a manager reads them: the games to come, what plans were worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from gatecast.evaluate.tables import PageTable
from gatecast.formatting import ABSENT, MONTHS, WEEKDAYS, clock, day, lead_words, number, percent, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEDIAN, P_SELLOUT
from gatecast.plan.evaluate.value import EVERY, saved_over

__all__ = ["MOST_ROWS", "forecast_table", "game_cells", "left_out", "saved_table", "short_day", "value_table"]

MOST_ROWS = 40
LOW, HIGH = "q10", "q90"
MADE = {"naive": "By habit", "forecast": "By forecast", "point": "By its median", "hindsight": "In hindsight"}
SAVED_OVER = {"naive": "habit", "point": "its median"}


def forecast_table(forecast: pl.DataFrame) -> PageTable:
    """Forecasts of games to come, one short row each, the first `MOST_ROWS`.

    Parameters
    ----------
    forecast : polars.DataFrame
        As `Forecaster.forecast` returns it.
    """
    heads, names = game_cells(forecast)
    heads = [*heads, "Expected", "8 in 10 between", "Sell-out"]
    rows = [
        [*name, rounded(row[MEDIAN]), f"{rounded(row[LOW])} and {rounded(row[HIGH])}", percent(row[P_SELLOUT])]
        for name, row in zip(names, forecast.head(MOST_ROWS).to_dicts(), strict=True)
    ]
    known = forecast[AS_OF].max()
    caption = "Games to come" + (f", as known at the end of {day(known)}" if isinstance(known, dt.date) else "")
    return PageTable(caption + left_out(forecast), heads, [False] * (len(heads) - 3) + [True] * 3, rows)


def value_table(value: Mapping[str, Any]) -> PageTable:
    """What each plan cost over all seasons, by lead and decision.

    Parameters
    ----------
    value : mapping
        As `gatecast.plan.plan_value` returns it.
    """
    plans = sorted(value["plans"], key=lambda plan: plan != "naive")
    rows = []
    for entry in _all_seasons(value):
        share = entry["captured"]["estimate"]
        costs = [f"{value['currency']}{number(entry['cost_a_game'][plan])}" for plan in plans]
        captured = ABSENT if share is None else f"{share * 100:.0f} %"
        rows.append([lead_words(entry["lead"]), entry["decision"], number(entry["games"]), *costs, captured])
    heads = ["Forecast made", "Decision", "Games", *(MADE.get(plan, f"By {plan}") for plan in plans)]
    numeric = [False] * 2 + [True] * (len(heads) - 1)
    return PageTable("Cost a game of each plan", [*heads, "Of what hindsight saves"], numeric, rows)


def saved_table(value: Mapping[str, Any]) -> PageTable:
    """What planning by the forecast saved over each other plan, over all seasons, by lead and decision.

    Parameters
    ----------
    value : mapping
        As `gatecast.plan.plan_value` returns it.
    """
    plans = [plan for plan in value["plans"] if plan not in ("forecast", "hindsight")]
    plans.sort(key=lambda plan: plan != "naive")
    rows = []
    for entry in _all_seasons(value):
        cells = [lead_words(entry["lead"]), entry["decision"]]
        for plan in plans:
            saved = entry[saved_over(plan)]
            cells.append(f"{value['currency']}{number(saved['estimate'])}")
            cells.append(f"{number(saved['low'])} to {number(saved['high'])}")
        rows.append(cells)
    heads = ["Forecast made", "Decision"]
    for plan in plans:
        heads += [f"Over {SAVED_OVER.get(plan, plan)}", "95 % range"]
    numeric = [False] * 2 + [True] * (2 * len(plans))
    return PageTable("Saved a game by planning with the whole forecast", heads, numeric, rows)


def _all_seasons(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in value["results"] if entry["season"] == EVERY]


def game_cells(table: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Headings and cells that say which game it is: what is known of date, start, clubs, or else its id."""
    shown = table.head(MOST_ROWS)
    forms: dict[str, tuple[str, Callable[[Any], str]]] = {
        c.DATE: ("Date", short_day),
        c.START_TIME: ("Start", clock),
        c.VISITOR: ("Opponent", str),
        c.HOME: ("Home", str),
    }
    kept = [name for name in forms if table[name].null_count() < table.height]
    if table[c.HOME].n_unique() == 1:
        kept = [name for name in kept if name != c.HOME]
    if c.DATE not in kept:
        cells = shown[c.GAME_ID].to_list()
        return ["Game"], [[cell] for cell in cells]
    columns = [[ABSENT if v is None else forms[name][1](v) for v in shown[name]] for name in kept]
    return [forms[name][0] for name in kept], [list(cells) for cells in zip(*columns, strict=True)]


def short_day(date: dt.date) -> str:
    """Weekday, day and month in letters that line up below each other."""
    return f"{WEEKDAYS[date.weekday()]} {date.day:>2} {MONTHS[date.month - 1][:3]}"


def left_out(table: pl.DataFrame) -> str:
    """What a caption says of the games beyond the first `MOST_ROWS`; empty where there are none."""
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more are in the file)" if more > 0 else ""
