"""The page that sets figures of a game by hand: its attendance and numbers of its plan, beside the model's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Request, Response

from gatecast.errors import GatecastError, InputError
from gatecast.formatting import capital, money
from gatecast.games import columns as c
from gatecast.plan import Plan
from gatecast.plan.columns import CHOICE, EXPECTED_COST, FORECAST, KIND, NAME, RISK_ALONE, RISK_SHORT, STOCK, UNIT
from gatecast.plan.overrides import COST, FIGURE, MODEL_COST, MODEL_RISK, RISK, settable
from gatecast.service import ClubService
from gatecast.service.current_overrides import current_overrides
from gatecast.service.freshness import freshness
from gatecast.service.game import game_row, is_coming
from gatecast.service.homestands import (
    HomestandPlan,
    HomestandView,
    Risk,
    crossed_costs,
    risks_if_by_hand,
    view_of_game,
)
from gatecast.service.overrides import (
    LONGEST_REASON,
    model_choice,
    set_forecast,
    set_number,
    take_back,
)
from gatecast.store import Override
from gatecast.web.cache import ALL_AREAS
from gatecast.web.forms import sent_texts, texts_of
from gatecast.web.pages.game import address, show_game
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.words import game_words

__all__ = ["router"]

router = APIRouter()
PEOPLE, REASON, DONE = "people", "reason", "done"
NUMBER = "number:"
LONGEST_NUMBER = 7
MESSAGES = {"saved": "Saved. The plan uses the figures set by hand.", "back": "Given back to the model."}

Sent = Annotated[list[tuple[str, str]], Depends(sent_texts())]


@dataclass(frozen=True)
class Line:
    """A number of the plan of a game: the model's, and one set by hand if there is any; cost and risk of both.

    The one `in_force` is that of the plan: the one set by hand, or the one that follows from an attendance set by hand.
    Stock that is `linked` keeps for later games, so its cost is that of all games of the plan.
    """

    kind: str
    name: str
    unit: str
    model: int
    model_cost: float
    model_risk: Risk
    in_force: int
    hand: int | None
    cost: float
    risk: Risk
    override: Override | None
    linked: bool
    plan: Plan

    @property
    def moved(self) -> bool:
        """True if the plan has another number than the model's."""
        return self.in_force != self.model

    @property
    def field(self) -> str:
        """Name of its field in the form."""
        return f"{NUMBER}{self.kind}:{self.name}"


@router.get("/games/{game_id:path}/by-hand")
def overrides(request: Request, game_id: str) -> Response:
    """Show both figures, their costs and risks, and the form."""
    return _page(request, game_id)


@router.post("/games/{game_id:path}/by-hand")
def save(request: Request, game_id: str, sent: Sent) -> Response:
    """Set the figures that were typed; those left empty stay as they are."""
    service, texts = service_of(request), texts_of(sent)
    try:
        _save(service, game_id, texts)
    except GatecastError as refused:
        return _page(request, game_id, problem=str(refused), typed=texts)
    return redirected(f"{address(game_id)}/by-hand?{DONE}=saved")


@router.post("/games/{game_id:path}/by-hand/back")
def give_back(request: Request, game_id: str, sent: Sent) -> Response:
    """Give a figure back to the model."""
    texts = dict(sent)
    take_back(service_of(request), (game_id, texts.get(KIND, ""), texts.get(NAME, "")))
    return redirected(f"{address(game_id)}/by-hand?{DONE}=back")


def _save(service: ClubService, game_id: str, texts: Mapping[str, str]) -> None:
    """Set the typed figures, all or none."""
    reason = texts.get(REASON, "")
    view = view_of_game(service, game_id)
    lines = {line.field: line for line in _lines(service, view, game_id)}
    people = _number(texts.get(PEOPLE, ""), "people")
    units = {name: _number(text, lines[name].name) for name, text in texts.items() if name in lines and text}
    if people is None and not units:
        raise InputError("got no figure, expected at least one")
    changed = {name: count for name, count in units.items() if count is not None and count != lines[name].hand}
    mine = current_overrides(service, {game_id}).get((game_id, FORECAST, ""))
    # A figure that stands as it was belongs to the page, and so does its reason, unless that alone differs.
    other_reason = mine is not None and REASON in texts and reason.strip() != mine.reason and not changed
    if people is not None and (mine is None or people != mine.value or other_reason):
        set_forecast(service, game_id, people, reason)
    for name, count in changed.items():
        line = lines[name]
        decision = (game_id, line.kind, line.name)
        set_number(service, decision, count, reason, model=model_choice(line.plan, decision))


def _number(text: str, name: str) -> int | None:
    plain = text.replace(",", "").replace(" ", "").replace("\u202f", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER):
        raise InputError(f"{name}: got {text!r}, expected a whole number")
    return int(plain)


def _lines(service: ClubService, view: HomestandView | None, game_id: str) -> Iterator[Line]:
    """Yield the numbers of a game's plan that can be set by hand."""
    if view is None or view.plan is None:
        return
    overrides = current_overrides(service, {game_id})
    shown = view.plan.model or view.plan
    plan, model = view.plan.decisions, shown.decisions
    can_be_set, told = settable(plan), {} if plan.overrides is None else _told(plan.overrides, game_id)
    items = {item.name: item for item in plan.operations.stock}
    here = pl.col(c.GAME_ID) == game_id
    if_by_hand = risks_if_by_hand(service, view, game_id)
    rows, mine = model.table.filter(here).to_dicts(), plan.table.filter(here).to_dicts()
    for row, now in zip(rows, mine, strict=True):
        key = (game_id, row[KIND], row[NAME])
        if key not in can_be_set:
            continue
        linked = row[KIND] == STOCK and items[row[NAME]].linked
        hand = told.get(key[1:])
        if hand is None:
            cost, model_risk = row[EXPECTED_COST], Risk(row[RISK_ALONE], row[RISK_SHORT])
            if linked:
                cost, model_risk = _of_all(shown, key, model_risk)
        else:
            cost, model_risk = hand[MODEL_COST], _with_alone(hand[MODEL_RISK], row, linked=linked)
            if not linked:
                model_risk = if_by_hand.get(key[1:], model_risk)
        yield Line(
            row[KIND], row[NAME], row[UNIT], row[CHOICE], cost, model_risk, now[CHOICE],
            None if hand is None else round(hand[FIGURE]), 0.0 if hand is None else hand[COST],
            Risk(None, None) if hand is None else _with_alone(hand[RISK], now, linked=linked),
            overrides.get(key) if hand else None, linked, model,
        )  # fmt: skip


def _with_alone(risk: float, row: Mapping[str, Any], *, linked: bool) -> Risk:
    """Return the risk of a figure, and that before anybody is called in, which stock does not know."""
    return Risk(risk if linked else row[RISK_ALONE], risk)


def _told(overrides: pl.DataFrame, game_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the figures set by hand for a game, as the plan tells them, by kind and name."""
    rows = overrides.filter(pl.col(c.GAME_ID) == game_id).to_dicts()
    return {(row[KIND], row[NAME]): row for row in rows}


def _of_all(plan: HomestandPlan, key: tuple[str, str, str], at_the_game: Risk) -> tuple[float, Risk]:
    """Return the cost of an item over all games of a plan, and its highest risk until the next delivery."""
    game_id, kind, name = key
    table = plan.decisions.table
    cost = float(table.filter(pl.col(KIND) == kind, pl.col(NAME) == name)[EXPECTED_COST].sum())
    risks = (each.risks[name] for each in plan.deliveries if name in each.risks and game_id in each.games)
    risk = next(risks, None)
    return cost, at_the_game if risk is None else Risk(risk, risk)


def _page(request: Request, game_id: str, *, problem: str = "", typed: Mapping[str, Any] | None = None) -> Response:
    service = service_of(request)
    row = game_row(service, game_id)
    if row is None:
        return show_game(request, game_id)
    view = view_of_game(service, game_id)
    latest = service.latest(row[c.HOME]).filter(pl.col(c.GAME_ID) == game_id)
    plan = view.plan if view else None
    games = {each[c.GAME_ID]: each for each in (plan.games if plan else ())}
    return page(
        request,
        "game_by_hand.html.j2",
        status=422 if problem else 200,
        areas=ALL_AREAS if not problem else (),
        row=row,
        title=game_words(row, reader_of(request)),
        address=address(game_id),
        message=MESSAGES.get(request.query_params.get(DONE, ""), ""),
        problem=problem,
        typed=typed or {},
        forecast=latest.row(0, named=True) if latest.height and is_coming(service, row) else None,
        planned=game_id in games,
        in_plan=games.get(game_id),
        override=current_overrides(service, {game_id}).get((game_id, FORECAST, "")),
        lines=list(_lines(service, view, game_id)) if game_id in games else [],
        crossed=crossed_costs(service, view, game_id) if view else None,
        stand=view.stand if view else None,
        season=view.season.season if view else None,
        longest=LONGEST_REASON,
        cash=lambda amount: money(amount, service.operations().currency),
        capital=capital,
        fresh=freshness(service, row[c.HOME]),
    )
