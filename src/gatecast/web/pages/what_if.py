"""The page "What if": other weather, promotion, pitcher or start time for one game, and the effect on its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from gatecast.formatting import capital, money
from gatecast.games import columns as c
from gatecast.service import ClubService
from gatecast.service.game import game_row, is_coming
from gatecast.service.what_if import ChangeableColumn, WhatIfComparison, WhatIfResult, compare_what_if, fields_of
from gatecast.web.cache import PLAN_AREAS
from gatecast.web.charts import two_chances
from gatecast.web.column_inputs import UNITS_FIELD, Options, in_units, input_kind, unit_of, units_of
from gatecast.web.pages.game import PART_FIELD, address, show_game
from gatecast.web.preferences import Preferences
from gatecast.web.render import page, reader_of, service_of
from gatecast.web.words import column_words, game_words, value_words

__all__ = ["Group", "Input", "groups_of", "router"]

OWN, MORE = "Your own columns", "More"
GROUPS = {
    "Weather": (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION),
    "The game": (c.PROMOTION, c.VISITOR, c.START_TIME, c.DATE),
    "Starting pitchers": (c.HOME_STARTER, c.VISITOR_STARTER),
    OWN: (),
    MORE: (c.EXPECTED_WINS, c.DAY_NIGHT, c.NUMBER, c.HOME_LEAGUE, c.VISITOR_LEAGUE),
}
"""Names of the groups and their columns, in order; custom columns are not listed."""
EMPTIED = {
    c.PROMOTION: "type none for no promotion",
    c.HOME_STARTER: "type unknown if it is not known",
    c.VISITOR_STARTER: "type unknown if it is not known",
}
"""Hint beside each free-text column: what to type to clear its value."""


@dataclass(frozen=True)
class Input:
    """A field of the form.

    Parameters
    ----------
    name, label, unit : str
    kind : str
        select, text, number, time or date.
    options : tuple of (str, str)
        Values to choose from, and their words.
    now : str
        The stored value, in words.
    typed, error, hint : str
        The text typed, the reason why it cannot be used, and a remark; each may be empty.
    """

    name: str
    label: str
    unit: str
    kind: str
    options: Options
    now: str
    typed: str
    error: str
    hint: str


@dataclass(frozen=True)
class Group:
    """A group of fields, and the names of those that are not known so long before the game."""

    name: str
    inputs: tuple[Input, ...]
    too_early: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """Return whether the group is folded: rarely used, and nothing was typed into it."""
        return self.name == MORE and not any(each.typed for each in self.inputs)


def groups_of(
    fields: Sequence[ChangeableColumn], reader: Preferences, typed: Mapping[str, str], refused: Mapping[str, str]
) -> tuple[Group, ...]:
    """Return the fields of the form in groups.

    Parameters
    ----------
    fields : sequence of ChangeableColumn
    reader : Preferences
    typed, refused : mapping of str to str
        Texts typed, and reasons of refusals, by column.
    """
    placed = {name: group for group, names in GROUPS.items() for name in names}
    groups = []
    for group, names in GROUPS.items():
        of_it = [field for field in fields if placed.get(field.column.name, OWN) == group]
        of_it.sort(key=lambda field: names.index(field.column.name) if field.column.name in names else 0)
        shown = [field for field in of_it if field.heeded or field.column.name in typed]
        early = tuple(column_words(field.column.name).lower() for field in of_it if field not in shown)
        inputs = tuple(_input(field, reader, typed, refused) for field in shown)
        if inputs or early:
            groups.append(Group(group, inputs, early))
    return tuple(groups)


def _input(field: ChangeableColumn, reader: Preferences, typed: Mapping[str, str], refused: Mapping[str, str]) -> Input:
    name = field.column.name
    text, error = typed.get(name, ""), refused.get(name, "")
    kind, options = input_kind(field.column, field.choices, reader, refused=bool(error))
    if kind == "select" and text and text not in dict(options):
        options = (*options, (text, text))
    unit = unit_of(field.column, reader) if kind == "number" else ""
    now = value_words(field.now, field.column, reader)
    return Input(name, column_words(name), unit, kind, options, now, text, error, EMPTIED.get(name, ""))


router = APIRouter()
LONGEST_TYPED = 200
REPLACE_URL = "HX-Replace-Url"
"""Header that tells a script the address of the answer."""


@router.get("/games/{game_id:path}/what-if")
def what_if(request: Request, game_id: str) -> Response:
    """Show the form, and the answer if something was changed."""
    service = service_of(request)
    row = game_row(service, game_id)
    if row is None:
        return show_game(request, f"{game_id}/what-if")
    reader = in_units(reader_of(request), request.query_params.get(UNITS_FIELD, ""))
    coming, modelled = is_coming(service, row), service.model_id() is not None
    fields = fields_of(service, row) if coming and modelled else ()
    typed = _typed(request, fields)
    result = compare_what_if(service, row, typed, units_of(reader)) if typed else WhatIfResult(None, {})
    partial = PART_FIELD in request.query_params and bool(fields)
    response = page(
        request,
        "what_if_form.html.j2" if partial else "what_if.html.j2",
        status=422 if result.refused else 200,
        areas=PLAN_AREAS,
        row=row,
        title=game_words(row, reader_of(request)),
        address=address(game_id),
        coming=coming,
        modelled=modelled,
        partial=partial,
        part_field=PART_FIELD,
        units_field=(UNITS_FIELD, reader.units),
        groups=groups_of(fields, reader, typed, result.refused),
        asked=bool(typed),
        refused=result.refused,
        answer=result.answer,
        column_words=column_words,
        money=money,
        capital=capital,
        **_answer_view(service, result.answer, row, reader),
    )
    if partial:
        response.headers[REPLACE_URL] = f"{address(game_id)}/what-if?{urlencode({UNITS_FIELD: reader.units, **typed})}"
    return response


def _typed(request: Request, fields: tuple[ChangeableColumn, ...]) -> dict[str, str]:
    """Return what was typed, by column; empty fields are left out."""
    names = {field.column.name for field in fields}
    texts = request.query_params.items()
    return {name: text[:LONGEST_TYPED] for name, text in texts if name in names and text.strip()}


def _answer_view(
    service: ClubService, answer: WhatIfComparison | None, row: Mapping[str, Any], reader: Preferences
) -> dict[str, Any]:
    """Return what an answer adds to the page: the changes in words, two charts, and the dates of the homestand."""
    if answer is None:
        return {}
    columns = service.games().columns
    stated = row[c.CAPACITY]
    seats = float(max(stated, answer.before[c.CAPACITY] or 0)) if stated else None
    before, after = two_chances(answer.before, answer.after, seats)
    return {
        "before": before,
        "after": after,
        "changed_values": [
            (column_words(name), *(value_words(each, columns[name], reader) for each in (row[name], value)))
            for name, value in answer.values.items()
        ],
        "days": {
            game: reader.day(date)
            for game, date in answer.games.select(c.GAME_ID, c.DATE).iter_rows()
            if date is not None
        },
    }
