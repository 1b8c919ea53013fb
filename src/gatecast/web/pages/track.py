"""The track record: how good the forecasts were, whether they drift, and what plans cost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gatecast.formatting import MONTHS, capital, money, number
from gatecast.games import columns as c
from gatecast.service import ClubService
from gatecast.service.adapting import adapted
from gatecast.service.first_steps import first_steps
from gatecast.service.issued_forecasts import scored_forecasts
from gatecast.service.issued_plans import FIRST, LAST, plan_record
from gatecast.service.overrides import override_score
from gatecast.service.season import labels_of
from gatecast.service.track import BINS, FEWEST_SO_FAR, track_view
from gatecast.web.cache import PLAN_AREAS, SEASON_AREAS
from gatecast.web.charts import scatter, season_chart
from gatecast.web.render import page, service_of

__all__ = ["router"]

router = APIRouter()
ALL = "all"
LONGEST = 200

Club = Annotated[str, Query(max_length=LONGEST)]
Season = Annotated[str, Query(max_length=LONGEST)]


@router.get("/track")
def track(request: Request, club: Club = "", season: Season = "") -> Response:
    """Show the track record of a club for a season (by default the latest with forecasts) or all of them."""
    service = service_of(request)
    shown = club if club in service.clubs() else service.club()
    if not shown:
        return page(request, "empty.html.j2", areas=SEASON_AREAS, steps=first_steps(service))
    view = track_view(service, shown, _season(service, shown, season))
    return page(
        request,
        "track.html.j2",
        areas=PLAN_AREAS,
        view=view,
        scored=override_score(service, shown, view.season),
        currency=service.operations().currency,
        money=money,
        capital=capital,
        shown=shown,
        clubs=service.clubs(),
        labels=labels_of(service, shown),
        season_chart=season_chart(view.points) if view.season is not None or len(view.seasons) < 2 else None,
        scatter=scatter(view.points),
        bins={first: _bin_words(first, last) for first, last in BINS},
        months=MONTHS,
        fewest=FEWEST_SO_FAR,
        leaning=leaning,
    )


@router.get("/track/plans")
def plans(request: Request, club: Club = "", season: Season = "") -> Response:
    """Show what plans cost compared with hindsight: as a page of its own, or as a part of the track record."""
    service = service_of(request)
    shown = club if club in service.clubs() else service.club()
    if not shown:
        return page(request, "empty.html.j2", areas=SEASON_AREAS, steps=first_steps(service))
    chosen = _season(service, shown, season)
    part = request.headers.get("hx-request") == "true"
    return page(
        request,
        "track_plans_part.html.j2" if part else "track_plans.html.j2",
        areas=PLAN_AREAS,
        record=plan_record(service, shown, chosen),
        adapted=adapted(service, shown, chosen),
        season=chosen,
        labels=labels_of(service, shown),
        shown=shown,
        days=(FIRST, LAST),
        money=money,
    )


def leaning(people: float) -> str:
    """Return how many more or fewer people came than forecast.

    Examples
    --------
    >>> leaning(-133.9), leaning(20.0), leaning(0.2)
    ('134 fewer', '20 more', 'as many')
    """
    words = number(abs(people))
    return "as many" if words == "0" else f"{words} {'more' if people > 0 else 'fewer'}"


def _season(service: ClubService, club: str, text: str) -> int | None:
    """Return the season that an address names; by default the latest with scored forecasts, None for all."""
    if text == ALL:
        return None
    seasons = scored_forecasts(service, club)[c.SEASON].drop_nulls().unique().sort(descending=True).to_list()
    named = next((season for season in seasons if str(season) == text), None)
    return named if named is not None else next(iter(seasons), None)


def _bin_words(first: int, last: int | None) -> str:
    return f"{first} to {last}" if last is not None else f"{first} or more"
