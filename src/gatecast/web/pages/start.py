"""The first steps: a template to fill in, the sample club, and the forecast as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from gatecast.service.first_steps import add_sample, remove_sample, write_template
from gatecast.service.forecast_file import FORECAST_ENDINGS, upcoming_forecasts, write_forecasts
from gatecast.web.pages.plan import MEDIA_TYPES
from gatecast.web.render import reader_of, redirected, service_of

__all__ = ["router"]

router = APIRouter()


@router.get("/forecast.{ending}")
def forecast_file(request: Request, ending: str) -> Response:
    """Download the latest forecasts of the games to come."""
    service = service_of(request)
    club = service.club()
    forecasts = upcoming_forecasts(service, club) if club else None
    if f".{ending}" not in FORECAST_ENDINGS or forecasts is None or forecasts.is_empty():
        raise HTTPException(404, "There is no such forecast to download.")
    return _file(
        f"forecast.{ending}",
        lambda path: write_forecasts(
            forecasts, path, club=club, notice=service.notice(), style=reader_of(request).style
        ),
    )


@router.get("/template.xlsx")
def template() -> Response:
    """Download an empty workbook with the columns of games."""
    return _file("games.xlsx", write_template)


@router.post("/sample")
def sample(request: Request) -> Response:
    """Fill an empty service with the sample club."""
    add_sample(service_of(request))
    return redirected("/")


@router.post("/sample/remove")
def unsample(request: Request) -> Response:
    """Take the sample club off the service."""
    remove_sample(service_of(request))
    return redirected("/")


def _file(name: str, write: Callable[[Path], None]) -> Response:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        content = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)
