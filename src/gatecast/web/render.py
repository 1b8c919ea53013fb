"""Rendering of pages from templates, with what every page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Scope

from gatecast import __version__
from gatecast.formatting import cell, clock, day, heading, lead_words, number, percent, rounded, rounded_people
from gatecast.web.cache import cacheable
from gatecast.web.preferences import DATES, THEMES, UNITS, Preferences, preferences
from gatecast.web.problems import RETRY_AFTER_S
from gatecast.web.words import cause_words, first_forecast_words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from gatecast.service import ClubService

__all__ = [
    "NAVIGATION",
    "compile_templates",
    "outage_words",
    "page",
    "reader_of",
    "redirected",
    "root_of",
    "service_of",
    "unavailable_page",
]

NAVIGATION = (
    ("Calendar", "/"),
    ("Games", "/games"),
    ("Plan", "/plan"),
    ("Track record", "/track"),
    ("Data", "/data"),
    ("Settings", "/settings"),
)
"""The pages, as the head of each page lists them."""


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates, with the functions that all of them use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("gatecast.web", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words = (cell, clock, day, heading, lead_words, number, percent, rounded, rounded_people)
    made.filters["cause_words"] = cause_words
    made.globals.update({each.__name__: each for each in words})
    made.globals.update(navigation=NAVIGATION, version=__version__, themes=THEMES, all_units=UNITS, all_dates=DATES)
    return made


def compile_templates(names: Iterable[str]) -> None:
    """Compile templates before a page needs them."""
    for name in names:
        templates().get_template(name)


def root_of(scope: Scope) -> str:
    """Return the address below which the pages of a club stand among those of others; empty if there is only one.

    The application of a club knows its addresses without it; `gatecast.web.clubs` puts them below it.
    """
    root: str = scope.get("state", {}).get("root", "")
    return root


def service_of(request: Request) -> ClubService:
    """Return the service of the application."""
    service: ClubService = request.app.state.service
    return service


def reader_of(request: Request) -> Preferences:
    """Return the preferences of the reader."""
    return preferences(request.cookies, request.headers.get("accept-language", ""))


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    areas: tuple[str, ...] = (),
    **view: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Return a page rendered from a template.

    Parameters
    ----------
    request : Request
    template : str
        Name in the folder of templates.
    status : int
    areas : tuple of str
        The areas of the store that the page shows, if it is the same for every reader with the same preferences until
        one of them changes; empty if it must not be cached.
    view
        Values that the template shows.
    """
    service, reader = service_of(request), reader_of(request)
    text = (
        templates()
        .get_template(template)
        .render(
            **{
                "path": request.url.path,
                "status": status,
                "reader": reader,
                "day": reader.day,
                "dated": reader.style.dated,
                "short_day": reader.style.short_day,
                "moment": partial(_moment, reader),
                "forecast_day": partial(_forecast_day, reader),
                "club": service.club(),
                "today": service.present_day(),
                "notice": service.notice(),
                "model_problem": service.model_problem(),
                "first_forecast": lambda: first_forecast_words(len(service.played())),
                "outage": outage_words(service.unreachable_since),
                "signed_in": getattr(request.state, "signed_in", False),
                "of_many": bool(root_of(request.scope)),
                **view,
            }
        )
    )
    headers = cacheable(areas) if areas and status == 200 else {}
    return HTMLResponse(text, status, headers)


def outage_words(since: dt.datetime | None) -> str:
    """Return what a page says while the database does not answer; empty if it does.

    Examples
    --------
    >>> outage_words(dt.datetime(2025, 6, 9, 14, 5, tzinfo=dt.UTC))
    'The database has not answered since Mon 9 June, 14:05 UTC. You see what was known by then; nothing can be saved.'
    """
    moment = _utc_words(since)
    known = "You see what was known by then; nothing can be saved."
    return f"The database has not answered since {moment}. {known}" if moment else ""


def _utc_words(since: dt.datetime | None) -> str:
    return "" if since is None else f"{day(since.date())}, {since.astimezone(dt.UTC):%H:%M} UTC"


def _forecast_day(reader: Preferences, as_of: dt.date) -> str:
    """Return the day by which a forecast is named everywhere: the one after the last day that it knows."""
    return reader.day(as_of + dt.timedelta(days=1))


def _moment(reader: Preferences, at: dt.datetime) -> Markup:
    """Return a moment as its day; a script adds the time of day where the reader is."""
    from markupsafe import Markup

    stamp = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(stamp, reader.style.dated(at.date()))


def unavailable_page(again: str, *, changing: bool, since: dt.datetime | None = None) -> HTMLResponse:
    """Return the page that says that the database cannot be reached; it asks nothing of the store.

    Parameters
    ----------
    again : str
        The address to try again.
    changing : bool
        True if the request would have changed something.
    since : datetime, optional
        Since when the database has not answered.
    """
    text = (
        templates()
        .get_template("unavailable.html.j2")
        .render(
            seconds=RETRY_AFTER_S,
            again=again,
            changing=changing,
            since=_utc_words(since),
        )
    )
    return HTMLResponse(text, 503, {"Retry-After": str(RETRY_AFTER_S)})


def redirected(path: str) -> HTMLResponse:
    """Redirect to another page after a form was submitted."""
    return HTMLResponse("", 303, {"Location": path})
