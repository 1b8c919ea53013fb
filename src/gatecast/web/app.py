"""Pages and addresses over one folder: the report, the forecast, the plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gatecast import __version__
from gatecast.errors import GatecastError
from gatecast.web.served import FORECAST, PLAN, REPORT

__all__ = ["build"]

HOSTS = ["127.0.0.1", "localhost", "::1", "[::1]"]
"""Names this computer calls itself by; a page elsewhere that points its own name here is refused."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FORECASTS = "/api/v1/forecasts"
LINKS = {f"/{PLAN}": "Plan (Excel)", f"/{FORECAST}": "Forecast (CSV)", FORECASTS: "Forecast (JSON)"}
GAMES = "games.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def build(folder: Path) -> FastAPI:
    """The application over a folder that holds a report."""
    app = FastAPI(title="gatecast", version=__version__, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)

    @app.middleware("http")
    async def guard(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await follow(request)
        response.headers.update(HEADERS)
        return response

    @app.exception_handler(FileNotFoundError)
    def absent(request: Request, problem: FileNotFoundError) -> Response:
        name = Path(problem.filename or request.url.path).name
        return PlainTextResponse(f"{name} is not in the folder", 404)

    @app.exception_handler(GatecastError)
    def unusable(request: Request, problem: GatecastError) -> Response:
        return PlainTextResponse(str(problem), 422)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def report() -> str:
        page = (folder / REPORT).read_text(encoding="utf-8")
        return page.replace("<body>", f"<body>\n{_links(folder)}", 1)

    @app.get(f"/{FORECAST}", include_in_schema=False)
    def forecast() -> FileResponse:
        return _file(folder / FORECAST, "text/csv")

    @app.get(f"/{PLAN}", include_in_schema=False)
    def plan() -> FileResponse:
        return _file(folder / PLAN, XLSX)

    @app.get(FORECASTS)
    def forecasts() -> JSONResponse:
        """The games to come: quantiles of tickets sold, and the chance of a sell-out."""
        return JSONResponse(_forecasts(folder))

    return app


def _file(path: Path, media_type: str) -> FileResponse:
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    return FileResponse(path, media_type=media_type, filename=path.name)


def _forecasts(folder: Path) -> dict[str, Any]:
    from fastapi.encoders import jsonable_encoder

    from gatecast.collect import notice_of
    from gatecast.plan import read_forecast

    if not (folder / FORECAST).is_file():
        raise FileNotFoundError(2, "no such file", str(folder / FORECAST))
    games = folder / GAMES
    encoded: dict[str, Any] = jsonable_encoder(
        {
            "notice": notice_of(games) if games.is_file() else "",
            "forecasts": read_forecast(folder / FORECAST).to_dicts(),
        }
    )
    return encoded


def _links(folder: Path) -> str:
    """What can be had beside the page, at its top."""
    there = [link for link in LINKS if link != f"/{PLAN}" or (folder / PLAN).is_file()]
    if not (folder / FORECAST).is_file():
        there = [link for link in there if link == f"/{PLAN}"]
    links = " · ".join(f'<a href="{link}">{LINKS[link]}</a>' for link in there)
    return f'<nav aria-label="Downloads" style="text-align:right;padding-top:1rem">{links}</nav>' if links else ""
