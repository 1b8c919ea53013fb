"""The plan of a homestand: staff, orders, deadlines and cost, assumptions to try, and the plan as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from gatecast.date_style import PLAIN, DateStyle
from gatecast.errors import InputError
from gatecast.files import write_table
from gatecast.formatting import capital, money
from gatecast.games import columns as c
from gatecast.games.forecast_columns import quantile_column
from gatecast.plan import Operations, write_plan
from gatecast.plan.operations.model import WEEKDAYS
from gatecast.service import ClubService
from gatecast.service.deadlines_done import deadlines_due, mark_deadline
from gatecast.service.first_steps import first_steps
from gatecast.service.freshness import freshness
from gatecast.service.homestands import HomestandView, homestand_view, orders_after
from gatecast.service.issued_plans import changes_since_issue, outcome_of_plans, plans_issued, record_plan
from gatecast.service.operations_form import CURRENCY, Edited, EntryForm, edited, entries_of, typed_text
from gatecast.service.plan_differences import Differences, differences
from gatecast.service.settings import SettingsConflictError
from gatecast.web.cache import PLAN_AREAS
from gatecast.web.calendar import CALENDAR_AREAS, coming_names
from gatecast.web.charts import RangeBar, axis, range_bar
from gatecast.web.forms import sent_texts, texts_of
from gatecast.web.pages.settings import base_of, clash_words, version_of
from gatecast.web.preferences import Preferences
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.words import change_words, setting_label, setting_words

__all__ = ["MEDIA_TYPES", "plan_file", "router"]

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
"""Media types of the files that a plan can be downloaded as, by ending."""


def plan_file(
    view: HomestandView | None, ending: str, notice: str, sequence: int = 0, style: DateStyle = PLAIN
) -> Response | None:
    """Return the plan of a homestand as a download; None if there is no plan or no such file type.

    A spreadsheet program that opens it runs no text of it as a formula.

    Parameters
    ----------
    view : HomestandView or None
    ending : str
        A key of `MEDIA_TYPES`.
    notice : str
        As `gatecast.write_plan` takes it.
    sequence : int
        Revision of a calendar's events.
    style : DateStyle
        How dates and times are written.

    Raises
    ------
    InputError
        A plan without a deadline as a calendar.
    """
    if view is None or view.plan is None or ending not in MEDIA_TYPES:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{ending}"
        if ending == "csv":
            write_table(view.plan.decisions.table, path)
        else:
            write_plan(view.plan.decisions, path, notice=notice, sequence=sequence, style=style)
        content = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="{_name(view)}.{ending}"', "cache-control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)


def _name(view: HomestandView) -> str:
    """Return a plain file name: the first day of the homestand, or its number."""
    return f"plan-{view.stand.first or f'{view.season.season}-{view.stand.number}'}"


router = APIRouter()
PATH = "/plan"
SEASON, STAND, MARK, ISSUED, WAS, SOLD = "season", "stand", "mark", "issued", "was.", "sold"
DEADLINE, DONE = "deadline", "done"
LONGEST_NUMBER = 9
MOST_REASONS = 30
"""Most games of a plan whose reasons are shown on its page."""
HIGH = quantile_column(0.95)
PUSH_URL = "HX-Push-Url"
"""Header that tells a script the address of the page it shows."""
SETTINGS_CHANGED = "Not saved: somebody else has changed the settings since you opened this page."
STALE = "The forecast is out of date: {} changed since it was made."
CHANGED_MEANWHILE = "The plan has changed since you opened this page. Review the new plan below, then issue it."
NUMBERS_CHANGED = "The plan has changed since you opened this page. Compare its deadlines below with what you did."

Sent = Annotated[list[tuple[str, str]], Depends(sent_texts())]


@dataclass(frozen=True)
class PlanRequest:
    """The homestand of a request, and settings to try or just saved, by key."""

    season: int | None
    stand: int | None
    typed: dict[str, str]
    was: dict[str, str]


@router.get(PATH)
def plan(request: Request) -> Response:
    """Show the plan of a homestand; by default of the next one."""
    service = service_of(request)
    if not service.club():
        return page(request, "empty.html.j2", areas=PLAN_AREAS, steps=first_steps(service))
    return _plan_page(request, _plan_request(request.query_params.multi_items()))


@router.get("/plan.{ending}")
def plan_download(request: Request, ending: str) -> Response:
    """Download the plan as a file."""
    service, wanted = service_of(request), _plan_request(request.query_params.multi_items())
    edit = edited(service.operations(), wanted.typed)
    view = homestand_view(service, wanted.season, wanted.stand, edit.operations) if service.club() else None
    file = plan_file(view, ending, _notice(service), plans_issued(service), reader_of(request).style)
    if edit.operations is None or file is None:
        raise HTTPException(404, "There is no such plan to download.")
    return file


@router.post("/plan/issue")
def issue_plan(request: Request, sent: Sent) -> Response:
    """Issue the plan of a homestand, if it has not changed since it was shown."""
    service, wanted, mark = service_of(request), _plan_request(sent), dict(sent).get(MARK, "")
    view = _view(service, wanted)
    if view.plan is not None and view.plan.mark != mark:
        return _plan_page(
            request, PlanRequest(wanted.season, wanted.stand, {}, {}), status=409, remark=CHANGED_MEANWHILE
        )
    return redirected(address_of(view, {ISSUED: str(record_plan(service, view))}))


@router.post("/plan/deadline")
def mark(request: Request, sent: Sent) -> Response:
    """Mark a deadline as done or not done, if the plan has not changed since it was shown."""
    service, wanted, fields = service_of(request), _plan_request(sent), dict(sent)
    view = _view(service, wanted)
    shown = PlanRequest(wanted.season, wanted.stand, {}, {})
    if view.plan is not None and view.plan.mark != fields.get(MARK, ""):
        return _plan_page(request, shown, status=409, remark=NUMBERS_CHANGED)
    try:
        mark_deadline(service, view, fields.get(DEADLINE, ""), done=fields.get(DONE) == "yes")
    except InputError:
        return _plan_page(request, shown, status=409, remark=NUMBERS_CHANGED)
    return redirected(f"{address_of(view, {})}#days")


@router.post("/plan/keep")
def keep(request: Request, sent: Sent) -> Response:
    """Save settings for every plan."""
    service, wanted = service_of(request), _plan_request(sent)
    view = _view(service, wanted)
    base = base_of(service, wanted.typed)
    changed = edited(base or service.operations(), wanted.typed)
    if changed.operations is None:
        return _plan_page(request, wanted)
    typed = {each.key: typed_text(each.after) for each in changed.changes}
    if base is None:
        return _plan_page(request, replace(wanted, typed=typed), status=409, remark=SETTINGS_CHANGED)
    if changed.changes:
        try:
            service.save_operations(changed.operations, based_on=version_of(wanted.typed))
        except SettingsConflictError as conflict:
            clashes = "; ".join(clash_words(each, base.currency) for each in conflict.clashes)
            remark = f"{SETTINGS_CHANGED} {clashes}."
            return _plan_page(request, replace(wanted, typed=typed), status=409, remark=remark)
    return redirected(address_of(view, {f"{WAS}{each.key}": typed_text(each.before) for each in changed.changes}))


def _notice(service: ClubService) -> str:
    """Return what files must say of the plan: that games are simulated, that the forecast is out of date."""
    found = freshness(service, service.club()) if service.club() else None
    stale = STALE.format(", ".join(found.reasons)) if found is not None and found.stale else ""
    return " ".join(part for part in (service.notice(), stale) if part)


def address_of(view: HomestandView, more: dict[str, str]) -> str:
    """Return the address of the plan of a homestand."""
    return f"{PATH}?{urlencode({SEASON: view.season.season, STAND: view.stand.number, **more})}"


def _plan_request(items: Iterable[tuple[str, str]]) -> PlanRequest:
    texts = texts_of(items)
    was = texts_of(texts.items(), WAS)
    typed = {name: text for name, text in texts.items() if name != CURRENCY and not name.startswith(WAS)}
    season, stand = (_number(typed.pop(name, "")) for name in (SEASON, STAND))
    return PlanRequest(season, stand, typed, was)


def _number(text: str) -> int | None:
    """Return a number from an address; None for an empty text, -1 for anything that is not a number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else -1


def _view(service: ClubService, wanted: PlanRequest) -> HomestandView:
    view = homestand_view(service, wanted.season, wanted.stand) if service.club() else None
    if view is None:
        raise HTTPException(404, "There is no such homestand.")
    return view


def _plan_page(request: Request, wanted: PlanRequest, status: int = 200, remark: str = "") -> Response:
    """Return the page of a homestand, with settings tried or just saved."""
    service = service_of(request)
    # The version before the values: what somebody saves between the two is then a change since the page was opened.
    version = service.operations_version()
    own = service.operations()
    settings = _settings_tried(service, own, wanted)
    view, tried, carried = settings.view, settings.tried, settings.carried
    response = page(
        request,
        "plan.html.j2",
        status=422 if tried.errors else status,
        areas=CALENDAR_AREAS,
        view=view,
        fresh=freshness(service, service.club()),
        coming_names=coming_names(service, service.club(), reader_of(request)),
        plan=view.plan,
        stand=view.stand,
        path=PATH,
        remark=remark,
        saved_version=version,
        tried=tried,
        kept=settings.saved,
        back=[replace(each, before=each.after, after=each.before) for each in settings.saved.changes],
        carried=carried,
        compared=_compared(settings.before, view),
        since=changes_since_issue(service, view),
        issued=wanted.typed.get(ISSUED, ""),
        after=outcome_of_plans(service, view.played),
        entries=settings.entries,
        query=urlencode({SEASON: view.season.season, STAND: view.stand.number, **carried}),
        was=WAS,
        modelled=service.model_id() is not None,
        bars=_bars(view),
        sold=(sold := _number(wanted.typed.get(SOLD, ""))),
        next_orders=orders_after(view, [sold]) if sold is not None and sold >= 0 else (),
        due=deadlines_due(service, view, reader_of(request).style),
        games=_names(view, reader_of(request)),
        **_words(own.currency),
    )
    if carried and not tried.errors:
        response.headers[PUSH_URL] = address_of(view, carried)
    return response


@dataclass(frozen=True)
class SettingsTried:
    """Settings that a page tries, or that were just saved, with the plan that they make.

    Parameters
    ----------
    tried, saved : Edited
        Changes that are only tried, and those just saved; one of them is without changes.
    view : HomestandView
        The homestand planned with them.
    before : HomestandView or None
        The homestand planned without them; None if nothing changes.
    entries : sequence of EntryForm
        Every role, item and service with its fields.
    carried : dict of str to str
        What is typed, by key, to be carried along in addresses.
    """

    tried: Edited
    saved: Edited
    view: HomestandView
    before: HomestandView | None
    entries: Sequence[EntryForm]
    carried: dict[str, str]


def _settings_tried(service: ClubService, own: Operations, wanted: PlanRequest) -> SettingsTried:
    """Return the settings that a request tries, compared with the club's own."""
    view, before = _view(service, wanted), None
    tried = edited(own, wanted.typed)
    saved = edited(own, {} if tried.changes or tried.errors else wanted.was)
    if tried.changes and tried.operations is not None:
        view, before = homestand_view(service, wanted.season, wanted.stand, tried.operations) or view, view
    elif saved.changes and saved.operations is not None:
        before = homestand_view(service, wanted.season, wanted.stand, saved.operations)
    entries = entries_of(tried.operations or own, wanted.typed, tried.errors)
    carried = {each.key: typed_text(each.after) for each in tried.changes}
    if tried.errors:
        keys = {field.key for entry in entries for field in entry.fields}
        carried = {key: text for key, text in wanted.typed.items() if key in keys}
    return SettingsTried(tried, saved, view, before, entries, carried)


def _compared(before: HomestandView | None, view: HomestandView) -> Differences | None:
    """Return the differences between two plans of a homestand; None without both."""
    if before is None or before.plan is None or view.plan is None:
        return None
    return differences(before.plan.decisions, view.plan.decisions)


def _bars(view: HomestandView) -> dict[str, RangeBar]:
    """Return the range bars of the games, on one scale, by game."""
    games = [game for game in view.stand.games if game.planned is not None]
    if not games:
        return {}
    top = max(max(game.seats or 0.0, (game.planned or {})[HIGH], game.attendance or 0) for game in games)
    scale = axis(0, top * 1.02, 0, 100)
    return {
        str(game.row[c.GAME_ID]): range_bar(game.planned or {}, scale, game.seats, game.attendance) for game in games
    }


def _names(view: HomestandView, reader: Preferences) -> dict[str, tuple[str, str]]:
    """Return a short and a longer name of each game: its day, and its start time if two share it."""
    dates = [game.row[c.DATE] for game in view.stand.games]
    names = {}
    for game in view.stand.games:
        row, date = game.row, game.row[c.DATE]
        again = f", {reader.clock(row[c.START_TIME]) or row[c.GAME_ID]}" if dates.count(date) > 1 else ""
        long = f"{reader.day(date)}{again}" if date else str(row[c.GAME_ID])
        names[str(row[c.GAME_ID])] = (f"{reader.style.short_day(date)}{again}" if date else long, long)
    return names


def _words(currency: str) -> dict[str, Any]:
    """Return the functions that the templates use."""
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
