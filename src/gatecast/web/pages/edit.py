"""The page that changes a game: moved, postponed, cancelled, made up as a doubleheader; its details and history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Path, Request, Response

from gatecast.errors import ConflictError, GatecastError, InputError
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.service import ClubService
from gatecast.service.freshness import freshness
from gatecast.service.game import is_coming, reading_order
from gatecast.service.game_edits import (
    CANCELLED,
    POSTPONED,
    SCHEDULED,
    EditRefusedError,
    change_game,
    edit_log,
    editable_columns,
    read_values,
    stored_game,
)
from gatecast.store.rows import STATUS
from gatecast.web.cache import ALL_AREAS
from gatecast.web.column_inputs import UNITS_FIELD, in_units, input_kind, typed_text, unit_of, units_of
from gatecast.web.forms import sent_texts, texts_of
from gatecast.web.pages.game import address, show_game
from gatecast.web.preferences import Preferences
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.words import column_words, game_words, value_words

__all__ = ["router"]

router = APIRouter()
WAS, DONE = "was.", "done"
MOVE = (c.DATE, c.START_TIME)
TOGETHER, PLACE = "together", "place"
STATUS_WORDS = {SCHEDULED: "in the schedule", None: "in the schedule", POSTPONED: "postponed", CANCELLED: "cancelled"}
MESSAGES = {"moved": "The game is moved.", "saved": "Saved.", "aside": "The game is set aside.", "undone": "Undone."}
MOST_TOGETHER = 60
MEANWHILE = "Not saved: somebody else changed the same in the meantime. What is stored now stands beside each field."

Sent = Annotated[list[tuple[str, str]], Depends(sent_texts())]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@dataclass(frozen=True)
class EditField:
    """A field of the form: its column, what was stored as text, what was typed, and what is wrong with it."""

    name: str
    label: str
    unit: str
    kind: str
    options: tuple[tuple[str, str], ...]
    stored: str
    typed: str
    error: str
    now: str


@dataclass(frozen=True)
class Typed:
    """What was typed into one of the forms, and why it was not saved."""

    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    status: int = 200


@router.get("/games/{game_id:path}/edit")
def edit(request: Request, game_id: str) -> Response:
    """Show the form."""
    return _page(request, game_id, Typed())


@router.post("/games/{game_id:path}/edit")
def save(request: Request, game_id: str, sent: Sent) -> Response:
    """Save what was changed in the form."""
    service, texts = service_of(request), texts_of(sent)
    found = stored_game(service, game_id)
    if found is None:
        return _page(request, game_id, Typed())
    row, reader = found[0], in_units(reader_of(request), texts.get(UNITS_FIELD, ""))
    columns = {name: service.games().columns[name] for name in editable_columns(service.games().columns)}
    was = texts_of(texts.items(), WAS)
    changed = {name: text for name, text in texts.items() if name in columns and name in was and text != was[name]}
    meanwhile = [name for name in changed if was[name] != typed_text(row[name], columns[name], reader)]
    if meanwhile:
        errors = {name: f"stored now: {value_words(row[name], columns[name], reader)}" for name in meanwhile}
        return _page(request, game_id, Typed(changed, errors, MEANWHILE, 409))
    try:
        values = read_values(columns, changed, units_of(reader))
        change_game(service, game_id, values, expected={name: row[name] for name in changed})
    except EditRefusedError as refused:
        return _page(request, game_id, Typed(changed, refused.errors, "Some values are not valid.", 422))
    except ConflictError:
        return _page(request, game_id, Typed(changed, {}, MEANWHILE, 409))
    except InputError as refused:
        return _page(request, game_id, Typed(changed, {}, str(refused), 422))
    return redirected(f"{address(game_id)}/edit?{DONE}=saved")


@router.post("/games/{game_id:path}/move")
def move(request: Request, game_id: str, sent: Sent) -> Response:
    """Move a game to another day, or to the day of another game as a doubleheader."""
    service, texts = service_of(request), texts_of(sent)
    columns = service.games().columns
    typed = {name: texts.get(name, "") for name in MOVE}
    try:
        values = {name: value for name, value in read_values(columns, typed, {}).items() if value is not None}
        together = stored_game(service, texts[TOGETHER]) if texts.get(TOGETHER) else None
        if together is not None:
            values[c.DATE] = together[0][c.DATE]
        if c.DATE not in values:
            raise EditRefusedError({c.DATE: "got nothing, expected a day, or a game to play it together with"})
        if texts.get(PLACE) in ("1", "2"):
            values[c.NUMBER] = int(texts[PLACE])
        change_game(service, game_id, values, status=SCHEDULED)
    except GatecastError as refused:
        return _page(request, game_id, Typed({}, {}, str(refused), 422))
    return redirected(f"{address(game_id)}/edit?{DONE}=moved")


@router.post("/games/{game_id:path}/aside")
def set_aside(request: Request, game_id: str, sent: Sent) -> Response:
    """Postpone a game without a new date, cancel it, or put it back."""
    status = dict(sent).get(STATUS, "")
    if status not in STATUS_WORDS:
        return redirected(f"{address(game_id)}/edit")
    try:
        change_game(service_of(request), game_id, {}, status=status)
    except GatecastError as refused:
        return _page(request, game_id, Typed({}, {}, str(refused), 422))
    return redirected(f"{address(game_id)}/edit?{DONE}={'aside' if status else 'moved'}")


@router.post("/games/{game_id:path}/undo/{number}")
def undo(request: Request, game_id: str, number: Number) -> Response:
    """Undo a change of a game."""
    try:
        service_of(request).store.undo(number)
    except GatecastError as refused:
        return _page(request, game_id, Typed({}, {}, str(refused), 422))
    return redirected(f"{address(game_id)}/edit?{DONE}=undone")


def _page(request: Request, game_id: str, typed: Typed) -> Response:
    service = service_of(request)
    found = stored_game(service, game_id)
    if found is None:
        return show_game(request, game_id)
    row, status = found
    columns, reader = service.games().columns, reader_of(request)
    return page(
        request,
        "game_edit.html.j2",
        status=typed.status,
        areas=ALL_AREAS if not typed.problem else (),
        row=row,
        game_status=status,
        status_words=STATUS_WORDS,
        title=game_words(row, reader),
        address=address(game_id),
        message=MESSAGES.get(request.query_params.get(DONE, ""), ""),
        problem=typed.problem,
        fields=_fields(service, row, typed, reader),
        units_field=(UNITS_FIELD, reader.units),
        was=WAS,
        can_move=row[c.ATTENDANCE] is None and row[c.DATE] is not None,
        coming=not status and is_coming(service, row),
        together=_together(service, row, reader),
        log=edit_log(service, row, status),
        fact_words=lambda fact, value: _fact(fact.column, value, columns, reader),
        column_words=lambda name: "Schedule" if name == STATUS else column_words(name),
        fresh=freshness(service, row[c.HOME]) if service.home_games(row[c.HOME]).table.height else None,
    )


def _fact(name: str, value: Any, columns: Mapping[str, Column], reader: Preferences) -> str:  # noqa: ANN401
    return STATUS_WORDS.get(value, str(value)) if name == STATUS else value_words(value, columns[name], reader)


def _together(service: ClubService, row: Mapping[str, Any], reader: Preferences) -> list[tuple[str, str]]:
    """Return the games to come that a game may be played together with: those with its visitor first."""
    coming = service.upcoming(row[c.HOME]).table.filter(
        pl.col(c.DATE).is_not_null(), pl.col(c.GAME_ID) != row[c.GAME_ID], pl.col(c.NUMBER) == 0
    )
    rows = sorted(coming.head(MOST_TOGETHER).to_dicts(), key=lambda each: each[c.VISITOR] != row[c.VISITOR])
    return [(each[c.GAME_ID], game_words(each, reader, year=False)) for each in rows]


def _fields(service: ClubService, row: Mapping[str, Any], typed: Typed, reader: Preferences) -> list[EditField]:
    columns = service.games().columns
    fields = []
    for name in reading_order(columns, editable_columns(columns)):
        if name in (c.DAY_NIGHT, c.NUMBER, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.VENUE) or (
            name == c.DATE and row[c.DATE] is None
        ):
            continue
        column, stored = columns[name], typed_text(row[name], columns[name], reader)
        kind, options = input_kind(column, column.values, reader, refused=name in typed.errors)
        fields.append(
            EditField(
                name, column_words(name), unit_of(column, reader), kind, options, stored, typed.texts.get(name, stored),
                typed.errors.get(name, ""), value_words(row[name], column, reader),
            )
        )  # fmt: skip
    return fields
