"""Tables as a manager reads them: the games to come, the plan, what plans were worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from gatecast.evaluate.quantiles import AS_OF, MEDIAN, P_SELLOUT
from gatecast.evaluate.tables import PageTable
from gatecast.evaluate.words import ABSENT, MONTHS, WEEKDAYS, clock, day, lead_words, number, percent, rounded
from gatecast.games import columns as c
from gatecast.plan import Plan
from gatecast.plan.columns import CHOICE, EXPECTED_COST, KIND, PEOPLE

__all__ = ["MOST_ROWS", "forecast_table", "plan_table", "value_table"]

MOST_ROWS = 40
KINDS = {"staff": "Shifts", "stock": "Cases", "transport": "Vehicles"}
LOW, HIGH = "q10", "q90"


def forecast_table(forecast: pl.DataFrame) -> PageTable:
    """Forecasts of games to come, one short row each, the first `MOST_ROWS`.

    Parameters
    ----------
    forecast : polars.DataFrame
        As `Forecaster.forecast` returns it.
    """
    heads, names = _games(forecast)
    heads = [*heads, "Expected", "8 in 10 between", "Sell-out"]
    rows = [
        [*name, rounded(row[MEDIAN]), f"{rounded(row[LOW])} and {rounded(row[HIGH])}", percent(row[P_SELLOUT])]
        for name, row in zip(names, forecast.head(MOST_ROWS).to_dicts(), strict=True)
    ]
    known = forecast[AS_OF].max()
    caption = "Games to come" + (f", as known at the end of {day(known)}" if isinstance(known, dt.date) else "")
    return PageTable(caption + _left_out(forecast), heads, [False] * (len(heads) - 3) + [True] * 3, rows)


def plan_table(plan: Plan) -> PageTable:
    """What a plan comes to for each game, the first `MOST_ROWS`."""
    games = plan.games.head(MOST_ROWS)
    shown = {kind: head for kind, head in KINDS.items() if getattr(plan.operations, kind)}
    chosen = plan.table.group_by(c.GAME_ID, KIND).agg(pl.col(CHOICE).sum())
    totals = {(game, kind): total for game, kind, total in chosen.iter_rows()}
    heads, names = _games(plan.games)
    people = f"{PEOPLE}_{MEDIAN}"
    rows = [
        [
            *name,
            rounded(row[people]),
            *(number(totals.get((row[c.GAME_ID], kind))) for kind in shown),
            f"{plan.operations.currency}{number(row[EXPECTED_COST])}",
        ]
        for name, row in zip(names, games.to_dicts(), strict=True)
    ]
    extra = ["People", *shown.values(), "Cost"]
    numeric = [False] * len(heads) + [True] * len(extra)
    return PageTable(
        "The plan: people through the gate, staff, stock and transport in all, expected cost" + _left_out(plan.games),
        [*heads, *extra],
        numeric,
        rows,
    )


def value_table(value: Mapping[str, Any]) -> PageTable:
    """What plans were worth over all seasons, by lead and decision.

    Parameters
    ----------
    value : mapping
        As `gatecast.plan.plan_value` returns it.
    """
    money = value["currency"]
    rows = []
    for entry in value["results"]:
        if entry["season"] != "all":
            continue
        saved, share = entry["saved_over_naive"], entry["captured"]["estimate"]
        rows.append(
            [
                lead_words(entry["lead"]),
                entry["decision"],
                number(entry["games"]),
                *(f"{money}{number(entry['cost_a_game'][plan])}" for plan in ("naive", "forecast", "hindsight")),
                f"{money}{number(saved['estimate'])}",
                f"{number(saved['low'])} to {number(saved['high'])}",
                ABSENT if share is None else f"{share * 100:.0f} %",
            ]
        )
    heads = ["Forecast made", "Decision", "Games", "By habit", "By forecast", "In hindsight", "Saved", "95 % range"]
    caption = "Cost a game, and what planning by the forecast saved over the club's habit"
    return PageTable(caption, [*heads, "Of what hindsight saves"], [False] * 2 + [True] * 7, rows)


def _games(table: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Headings and cells that say which game it is: what is known of date, start, clubs, or else its id."""
    shown = table.head(MOST_ROWS)
    forms: dict[str, tuple[str, Callable[[Any], str]]] = {
        c.DATE: ("Date", _short_day),
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


def _short_day(date: dt.date) -> str:
    return f"{WEEKDAYS[date.weekday()]} {date.day:>2} {MONTHS[date.month - 1][:3]}"


def _left_out(table: pl.DataFrame) -> str:
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more are in the file)" if more > 0 else ""
