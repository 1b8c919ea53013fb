"""What the API takes and gives, as its OpenAPI document describes it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.games import CANONICAL
from gatecast.games import columns as c

__all__ = [
    "Cell",
    "Changes",
    "Forecast",
    "ForecastPage",
    "Game",
    "GamePage",
    "Imported",
    "Imports",
    "Issued",
    "Operations",
    "Outcome",
    "Plan",
    "PlanIssued",
    "PlanRequest",
    "Plans",
    "Problem",
    "Refusal",
    "Row",
    "Text",
    "Tickets",
    "TicketsPage",
    "Undone",
    "WhatIf",
    "WhatIfAnswer",
]

LARGEST_WHOLE = 2**31 - 1
MOST_ROWS = 5000
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Text without control signs: no spreadsheet holds them, and PostgreSQL refuses one of them."""

Text = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
Cell = Annotated[int, Field(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)] | Number | Text | None
Row = Annotated[dict[Text, Cell], Field(min_length=1, max_length=100)]
JSON_TYPES: dict[Any, Any] = {pl.String: str, pl.Date: dt.date, pl.Time: str, pl.Float64: float}


class Strict(BaseModel):
    """A body in which every name is known."""

    model_config = ConfigDict(extra="forbid")


def _fields(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: (JSON_TYPES.get(each.dtype, int) | None, None) for name, each in columns.items()}


GameColumns = create_model("GameColumns", **{**_fields(CANONICAL), c.GAME_ID: (str, ...)})


class Game(GameColumns):  # type: ignore[misc, valid-type]  # made of the schema of games
    """A game by its canonical columns; what a club's own columns say stands under `further`."""

    further: dict[str, Any]


class GamePage(BaseModel):
    """Some games, how many there are in all, and where the next ones are."""

    items: list[Game]
    total: int
    next: str | None


class _Said(BaseModel):
    issue_id: int
    issued_at: dt.datetime


CONTRACT: dict[str, Any] = {
    MODEL: (str, ...),
    c.GAME_ID: (str, ...),
    LEAD: (str, ...),
    AS_OF: (dt.date | None, ...),
    MEAN: (float, ...),
    **dict.fromkeys(QUANTILE_COLUMNS, (float, ...)),
    P_SELLOUT: (float | None, ...),
}
ForecastColumns = create_model("ForecastColumns", __base__=_Said, **CONTRACT)


class Forecast(ForecastColumns):  # type: ignore[misc, valid-type]  # made of the contract's columns
    """A forecast as it was issued: people, at the quantiles named; whatever else it said under `further`."""

    further: dict[str, Any]


class ForecastPage(BaseModel):
    """Some forecasts, how many there are in all, and where the next ones are."""

    items: list[Forecast]
    total: int
    next: str | None


class Outcome(Strict):
    """What came of a game."""

    game_id: Text
    attendance: Whole | None = None
    scanned: Whole | None = None


class Tickets(Strict):
    """Tickets sold for a game by the end of a day."""

    game_id: Text
    as_of: dt.date
    tickets: Whole


class TicketsPage(BaseModel):
    """Some snapshots of tickets sold, how many there are in all, and where the next ones are."""

    items: list[Tickets]
    total: int
    next: str | None


class Refusal(BaseModel):
    """A cell for which its row was left out; rows of a body count from 2, as below a header."""

    row: int | None
    column: str
    got: str
    expected: str
    remedy: str


class Imported(BaseModel):
    """What an import did."""

    import_id: int | None
    added: int
    changed: int
    unchanged: int
    refused: list[Refusal]


class Imports(BaseModel):
    """Every import, oldest first."""

    items: list[dict[str, Any]]


class Undone(BaseModel):
    """What taking an import back did."""

    import_id: int
    withdrawn: int
    restored: int


class Issued(BaseModel):
    """Forecasts that were issued."""

    issue_id: int
    rows: int


Operations = dict[str, Any]
"""In the shape of an operations file: currency, crowd, staff, stock, transport."""
Plan = dict[str, Any]
"""As a plan is written in JSON: games, decisions, deliveries, deadlines, assumptions, operations."""


class PlanRequest(Strict):
    """Operations to plan with in place of those saved."""

    operations: Operations | None = None


class PlanIssued(BaseModel):
    """A plan that was kept."""

    plan_id: int
    plan: Plan


class Plans(BaseModel):
    """Every plan kept, oldest first."""

    items: list[dict[str, Any]]


class WhatIf(Strict):
    """What would be otherwise: for games to come, columns and their values."""

    changes: Annotated[dict[Text, Row], Field(min_length=1, max_length=100)]


Changes = dict[str, dict[str, Cell]]


class WhatIfAnswer(BaseModel):
    """Forecasts of the games changed, as they are and as they would be."""

    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


class Problem(BaseModel):
    """What is amiss (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None
