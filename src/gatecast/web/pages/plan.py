"""The plan of a home stand: whom to hire, what to order by when, what it costs, what another assumption would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from gatecast.formatting import capital, day, money
from gatecast.games import columns as c
from gatecast.games.forecast_columns import quantile_column
from gatecast.plan.operations.model import WEEKDAYS
from gatecast.plan.views.deadlines import Deadline
from gatecast.service import ClubService
from gatecast.service.homestands import StandView, stand_view
from gatecast.service.issued_plans import afterwards, issue, since
from gatecast.service.operations_fields import CURRENCY, entries_of, typed_text
from gatecast.service.operations_form import edited
from gatecast.service.plan_changes import Differences, differences
from gatecast.web.drawing import RangeBar, axis, range_bar
from gatecast.web.kept import PLANNED
from gatecast.web.plan_files import plan_file
from gatecast.web.plan_words import change_words, setting_label, setting_words
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.typed_form import sent_texts, texts_of
from gatecast.web.words import Preferences

__all__ = ["router"]

router = APIRouter()
PATH = "/plan"
SEASON, STAND, MARK, ISSUED, WAS = "season", "stand", "mark", "issued", "was."
LONGEST_NUMBER = 9
MOST_REASONS = 30
"""Games of a plan whose reasons are told on its page."""
HIGH = quantile_column(0.95)
PUSH_URL = "HX-Push-Url"
"""Header by which a script is told the address of what it shows."""
CHANGED_MEANWHILE = "The plan has changed since you opened the page. This is the new one: look at it, then issue it."

Sent = Annotated[list[tuple[str, str]], Depends(sent_texts())]


@dataclass(frozen=True)
class Asked:
    """What a request asks for: a home stand, and settings to try or that were kept, by key."""

    season: int | None
    stand: int | None
    typed: dict[str, str]
    was: dict[str, str]


@router.get(PATH)
def plan(request: Request) -> Response:
    """A home stand and its plan; of the next home stand if none is named."""
    service = service_of(request)
    if not service.club():
        return page(request, "empty.html.j2", shows=PLANNED)
    return _shown(request, _asked(request.query_params.multi_items()))


@router.get("/plan.{ending}")
def plan_download(request: Request, ending: str) -> Response:
    """The same plan as a file."""
    service, asked = service_of(request), _asked(request.query_params.multi_items())
    found = edited(service.operations(), asked.typed)
    view = stand_view(service, asked.season, asked.stand, found.operations) if service.club() else None
    file = plan_file(view, ending, service.notice())
    if found.operations is None or file is None:
        raise HTTPException(404, "There is no such plan to download.")
    return file


@router.post("/plan/issue")
def issue_plan(request: Request, sent: Sent) -> Response:
    """Keep the plan of a home stand for good, if it still is what was looked at."""
    service, asked, mark = service_of(request), _asked(sent), dict(sent).get(MARK, "")
    view = _view(service, asked)
    if view.plan is not None and view.plan.mark != mark:
        return _shown(request, Asked(asked.season, asked.stand, {}, {}), status=409, remark=CHANGED_MEANWHILE)
    return redirected(address_of(view, {ISSUED: str(issue(service, view))}))


@router.post("/plan/keep")
def keep(request: Request, sent: Sent) -> Response:
    """Keep settings for every plan."""
    service, asked = service_of(request), _asked(sent)
    view = _view(service, asked)
    found = edited(service.operations(), asked.typed)
    if found.operations is None:
        return _shown(request, asked)
    if found.changes:
        service.save_operations(found.operations)
    return redirected(address_of(view, {f"{WAS}{each.key}": typed_text(each.before) for each in found.changes}))


def address_of(view: StandView, more: dict[str, str]) -> str:
    """The address of the plan of a home stand."""
    return f"{PATH}?{urlencode({SEASON: view.season.season, STAND: view.stand.number, **more})}"


def _asked(items: Iterable[tuple[str, str]]) -> Asked:
    texts = texts_of(items)
    was = texts_of(texts.items(), WAS)
    typed = {name: text for name, text in texts.items() if name != CURRENCY and not name.startswith(WAS)}
    season, stand = (_number(typed.pop(name, "")) for name in (SEASON, STAND))
    return Asked(season, stand, typed, was)


def _number(text: str) -> int | None:
    """A number of an address; None for none, and one that nothing has for what is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else -1


def _view(service: ClubService, asked: Asked) -> StandView:
    view = stand_view(service, asked.season, asked.stand) if service.club() else None
    if view is None:
        raise HTTPException(404, "There is no such home stand.")
    return view


def _shown(request: Request, asked: Asked, status: int = 200, remark: str = "") -> Response:
    """The page of a home stand, with settings tried or kept where some were."""
    service = service_of(request)
    own, saved = service.operations(), _view(service, asked)
    tried = edited(own, asked.typed)
    kept = edited(own, {} if tried.changes or tried.errors else asked.was)
    view, before = saved, None
    if tried.changes and tried.operations is not None:
        view, before = stand_view(service, asked.season, asked.stand, tried.operations) or saved, saved
    elif kept.changes and kept.operations is not None:
        before = stand_view(service, asked.season, asked.stand, kept.operations)
    entries = entries_of(tried.operations or own, asked.typed, tried.errors)
    carried = {each.key: typed_text(each.after) for each in tried.changes}
    if tried.errors:
        keys = {field.key for entry in entries for field in entry.fields}
        carried = {key: text for key, text in asked.typed.items() if key in keys}
    made = page(
        request,
        "plan.html.j2",
        status=422 if tried.errors else status,
        shows=PLANNED,
        view=view,
        plan=view.plan,
        stand=view.stand,
        path=PATH,
        remark=remark,
        tried=tried,
        kept=kept,
        back=[replace(each, before=each.after, after=each.before) for each in kept.changes],
        carried=carried,
        told=_told(before, view),
        since=since(service, view),
        issued=asked.typed.get(ISSUED, ""),
        after=afterwards(service, view.played),
        entries=entries,
        query=urlencode({SEASON: view.season.season, STAND: view.stand.number, **carried}),
        was=WAS,
        modelled=service.model_id() is not None,
        bars=_bars(view),
        due=_due(view),
        games=_names(view, reader_of(request)),
        **_words(own.currency),
    )
    if carried and not tried.errors:
        made.headers[PUSH_URL] = address_of(view, carried)
    return made


def _told(before: StandView | None, view: StandView) -> Differences | None:
    """What differs between two plans of a home stand."""
    if before is None or before.plan is None or view.plan is None:
        return None
    return differences(before.plan.plan, view.plan.plan)


def _due(view: StandView) -> tuple[list[Deadline], list[Deadline]]:
    """The deadlines whose day is over, and those to come."""
    found = view.plan.deadlines if view.plan else ()
    late = [each for each in found if each.passed or (view.as_of is not None and each.decide_by <= view.as_of)]
    return late, [each for each in found if each not in late]


def _bars(view: StandView) -> dict[str, RangeBar]:
    """Places of the ranges of the games, on one scale, by game."""
    games = [game for game in view.stand.games if game.forecast is not None]
    if not games:
        return {}
    top = max(max(game.seats or 0.0, (game.forecast or {})[HIGH], game.gate or 0) for game in games)
    scale = axis(0, top * 1.02, 0, 100)
    return {str(game.row[c.GAME_ID]): range_bar(game.forecast or {}, scale, game.seats, game.gate) for game in games}


def _names(view: StandView, reader: Preferences) -> dict[str, tuple[str, str]]:
    """A short and a longer name of each game: its day, and its start where two are played on it."""
    dates = [game.row[c.DATE] for game in view.stand.games]
    names = {}
    for game in view.stand.games:
        row, date = game.row, game.row[c.DATE]
        again = f", {reader.clock(row[c.START_TIME]) or row[c.GAME_ID]}" if dates.count(date) > 1 else ""
        long = f"{day(date)}{again}" if date else str(row[c.GAME_ID])
        names[str(row[c.GAME_ID])] = (f"{long.split()[0]} {date.day}{again}" if date else long, long)
    return names


def _words(currency: str) -> dict[str, Any]:
    """What the templates say things with."""
    return {
        "cash": lambda amount, signed=False: money(amount, currency, signed=signed),
        "change_words": lambda change: change_words(change, currency),
        "setting_words": lambda change: setting_words(change, currency),
        "typed_text": typed_text,
        "capital": capital,
        "setting_label": setting_label,
        "weekdays": WEEKDAYS,
        "most_reasons": MOST_REASONS,
    }
