"""Games, forecasts, gates and tickets as the API takes and gives them, made of the columns of their tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.columns import TICKETS
from gatecast.store.schema import IMPORTS, ISSUES, RESULTS
from gatecast.web.api.fields import (
    Body,
    CachedResponse,
    Cell,
    Day,
    Moment,
    Page,
    Text,
    Value,
    cell_type,
    having,
    told_type,
)
from gatecast.web.api.problems import Refusal

__all__ = [
    "Clubs",
    "ForecastPage",
    "Game",
    "GamePage",
    "GameRow",
    "ImportPage",
    "Imported",
    "Issued",
    "OutcomePage",
    "OutcomeRow",
    "TicketPage",
    "TicketRow",
    "Undone",
    "WhatIf",
    "WhatIfAnswer",
]

MOST_GAMES, MOST_CHANGES = 100, 40
SOLD = Annotated[int, Field(ge=0, le=c.LARGEST_CROWD, description="Tickets sold by the end of that day.")]


def _about(name: str) -> str:
    column = CANONICAL[name]
    days = f"{column.known.lead:.0f} days before the game at most"
    known = {0.0: "after the game", float("inf"): "with the schedule"}.get(column.known.lead, days)
    return f"{column.unit + '; ' if column.unit else ''}known {known}"


def _offered(names: Iterable[str]) -> dict[str, Any]:
    cells = {name: cell_type(CANONICAL[name]) | None for name in names}
    return {name: (Annotated[cell, Field(description=_about(name))], None) for name, cell in cells.items()}


def _told(names: Iterable[str]) -> dict[str, Any]:
    cells = {name: told_type(CANONICAL[name]) | None for name in names}
    return {name: (Annotated[cell, Field(description=_about(name))], ...) for name, cell in cells.items()}


GIVEN_ID = {c.GAME_ID: (Text, ...)}
TOLD_ID = {c.GAME_ID: (str, ...)}
PEOPLE = {
    LEAD: (Annotated[str, Field(description="Days before the game, or preseason.")], ...),
    AS_OF: (Annotated[Day | None, Field(description="The last day that it knew of.")], ...),
    MEAN: (float, ...),
    **dict.fromkeys(QUANTILE_COLUMNS, (float, ...)),
    P_SELLOUT: (Annotated[float | None, Field(ge=0, le=1)], ...),
}


class _Open(CachedResponse):
    """An answer with columns of the club's or the forecaster's own."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Value] = Field(init=False)


@having(_offered(CANONICAL))
class GameRow(Body):
    """A game to be stored, by canonical columns and the club's own; what is absent or null is left as it is."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Cell] = Field(init=False)


@having({**_told(CANONICAL), **TOLD_ID})
class Game(_Open):
    """A game by canonical columns, then the club's own; null for what is not known."""


class GamePage(Page):
    """Games in order of play."""

    items: list[Game]


@having(
    {
        ISSUES.c.issue_id.name: (int, ...),
        ISSUES.c.issued_at.name: (Moment, ...),
        MODEL: (str, ...),
        **TOLD_ID,
        **PEOPLE,
    }
)
class Forecast(_Open):
    """A forecast of a game's gate as it was issued, in people; further numbers as the forecaster gave them."""


class ForecastPage(Page):
    """Forecasts in the order in which they were issued."""

    items: list[Forecast]


@having({**GIVEN_ID, **_offered(RESULTS)})
class OutcomeRow(Body):
    """What came of a game; what is absent or null is left as it is."""


@having({**TOLD_ID, **_told((c.DATE, *RESULTS))})
class Outcome(CachedResponse):
    """What came of a game."""


class OutcomePage(Page):
    """Games with a gate, in order of play."""

    items: list[Outcome]


@having({**GIVEN_ID, AS_OF: (Day, ...), TICKETS: (SOLD, ...)})
class TicketRow(Body):
    """Tickets sold for a game by the end of a day."""


@having({**TOLD_ID, AS_OF: (Day, ...), TICKETS: (SOLD, ...)})
class Ticket(CachedResponse):
    """Tickets sold for a game by the end of a day, as told."""


class TicketPage(Page):
    """By game and day."""

    items: list[Ticket]


class Imported(CachedResponse):
    """What rows did: nothing of a refused row is stored."""

    import_id: Annotated[int | None, Field(description="For undoing; null where nothing was stored, or tickets were.")]
    added: int
    changed: int
    unchanged: int
    refused: list[Refusal]


@having(
    {
        IMPORTS.c.import_id.name: (int, ...),
        IMPORTS.c.imported_at.name: (Moment, ...),
        IMPORTS.c.source.name: (str, ...),
        **dict.fromkeys((each.name for each in (IMPORTS.c.added, IMPORTS.c.changed, IMPORTS.c.unchanged)), (int, ...)),
        IMPORTS.c.refused.name: (int, ...),
        IMPORTS.c.undone_at.name: (Moment | None, ...),
    }
)
class Import(CachedResponse):
    """An import: how many rows it added, changed, left unchanged and refused, and when it was taken back."""


class ImportPage(Page):
    """The oldest first."""

    items: list[Import]


class Undone(CachedResponse):
    """What taking an import back did: games taken out again, and games given their earlier values."""

    import_id: int
    withdrawn: int
    restored: int


class Club(CachedResponse):
    """A club with home games: how many, how many of them are to come, and the last day known of it."""

    club: str
    games: int
    to_come: int
    as_of: Day | None
    own: Annotated[bool, Field(description="Whether it is the club that the pages are about.")]


class Clubs(CachedResponse):
    """Every club with home games, and the model that forecasts are made with."""

    items: list[Club]
    model: Annotated[str | None, Field(description="Null before the first training.")]


class Issued(CachedResponse):
    """Forecasts that were issued: the number of the issue, and of how many games."""

    issue_id: int
    games: int
    new: Annotated[bool, Field(description="False where the last issue says the same, which then is the one told.")]


class WhatIf(Body):
    """What would be otherwise: for games to come of one club, columns and their values, null for not known."""

    changes: Annotated[
        dict[Text, Annotated[dict[Text, Cell], Field(min_length=1, max_length=MOST_CHANGES)]],
        Field(
            min_length=1,
            max_length=MOST_GAMES,
            examples=[{"QUI202506130": {c.PRECIPITATION: "rain", c.TEMPERATURE: 12}}],
        ),
    ]


@having(PEOPLE)
class Said(_Open):
    """A forecast that is not kept: people, and the game it is of."""


class TwoForecasts(CachedResponse):
    """The forecast of a game as it is, and as it would be."""

    game_id: str
    before: Said
    after: Said


class WhatIfAnswer(CachedResponse):
    """The games that were changed, each with two forecasts, and how many others would be forecast otherwise."""

    games: list[TwoForecasts]
    others: Annotated[int, Field(description="Further games whose forecast would be another.")]
