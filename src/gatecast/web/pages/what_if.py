"""What if: another weather, promotion, pitcher or start for one game, and what that would do to its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from gatecast.formatting import day, money
from gatecast.games import columns as c
from gatecast.service import ClubService
from gatecast.service.game import game_row, is_coming
from gatecast.service.what_if import Outcome, WhatIfAnswer, ask
from gatecast.service.what_if_fields import Field, fields_of
from gatecast.web.facts import column_words, game_words, value_words
from gatecast.web.game_drawing import two_chances
from gatecast.web.kept import PLANNED
from gatecast.web.pages.game import PART_FIELD, address, show_game
from gatecast.web.render import page, reader_of, service_of
from gatecast.web.what_if_form import groups_of, units_of
from gatecast.web.words import UNITS, Preferences

__all__ = ["router"]

router = APIRouter()
UNITS_FIELD = "gc_units"
"""Field that says in which units the numbers of an address are, whoever opens it."""
LONGEST_TYPED = 200
REPLACE_URL = "HX-Replace-Url"
"""Header by which a script is told the address that the answer can be found under again."""


@router.get("/games/{game_id:path}/what-if")
def what_if(request: Request, game_id: str) -> Response:
    """The form, and the answer where something is asked."""
    service = service_of(request)
    row = game_row(service, game_id)
    if row is None:
        return show_game(request, f"{game_id}/what-if")
    reader = _units_asked(request)
    coming, modelled = is_coming(service, row), service.model_id() is not None
    fields = fields_of(service, row) if coming and modelled else ()
    given = _given(request, fields)
    outcome = ask(service, row, given, units_of(reader)) if given else Outcome(None, {})
    partial = PART_FIELD in request.query_params and bool(fields)
    made = page(
        request,
        "what_if_form.html.j2" if partial else "what_if.html.j2",
        status=422 if outcome.refused else 200,
        shows=PLANNED,
        row=row,
        title=game_words(row, reader_of(request)),
        address=address(game_id),
        coming=coming,
        modelled=modelled,
        partial=partial,
        part_field=PART_FIELD,
        units_field=(UNITS_FIELD, reader.units),
        groups=groups_of(fields, reader, given, outcome.refused),
        asked=bool(given),
        refused=outcome.refused,
        answer=outcome.answer,
        column_words=column_words,
        money=money,
        **_answer_view(service, outcome.answer, row, reader),
    )
    if partial:
        made.headers[REPLACE_URL] = f"{address(game_id)}/what-if?{urlencode({UNITS_FIELD: reader.units, **given})}"
    return made


def _units_asked(request: Request) -> Preferences:
    """The units that the numbers of the address are in; the reader's own where it does not say."""
    asked, reader = request.query_params.get(UNITS_FIELD, ""), reader_of(request)
    return Preferences(asked, reader.theme) if asked in UNITS else reader


def _given(request: Request, fields: tuple[Field, ...]) -> dict[str, str]:
    """What was typed, by column; empty fields are as they are."""
    names = {field.column.name for field in fields}
    asked = request.query_params.items()
    return {name: text[:LONGEST_TYPED] for name, text in asked if name in names and text.strip()}


def _answer_view(
    service: ClubService, answer: WhatIfAnswer | None, row: Mapping[str, Any], reader: Preferences
) -> dict[str, Any]:
    """What an answer adds to the page: the changes in words, two drawings, and the days of the home stand."""
    if answer is None:
        return {}
    columns = service.games().columns
    stated = row[c.CAPACITY] or answer.before[c.CAPACITY]
    before, after = two_chances(answer.before, answer.after, float(stated) if stated else None)
    return {
        "before": before,
        "after": after,
        "told": [
            (column_words(name), *(value_words(each, columns[name], reader) for each in (row[name], value)))
            for name, value in answer.values.items()
        ],
        "days": {
            game: day(date) for game, date in answer.games.select(c.GAME_ID, c.DATE).iter_rows() if date is not None
        },
    }
