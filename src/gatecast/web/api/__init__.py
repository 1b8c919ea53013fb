"""The HTTP API under `/api/v1`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from gatecast import __version__
from gatecast.web.api import reads, writes
from gatecast.web.api.routes import PREFIX, router_of
from gatecast.web.cache import SEASON_AREAS
from gatecast.web.problems import Problem
from gatecast.web.render import page

__all__ = ["include"]

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = (
    "Games, forecasts as issued, plans, what-if, outcomes. Errors are problem documents (RFC 9457). Responses have"
    " an ETag. If a password is set, send a token: `Authorization: Bearer gc_…`."
)


def include(app: FastAPI) -> None:
    """Add the API to an application, with its OpenAPI document and a page that shows it."""
    shown = router_of()

    @shown.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return JSONResponse(document(app))

    app.include_router(reads.router)
    app.include_router(writes.router)
    app.include_router(shown)

    @app.get(f"{PREFIX}/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        return page(request, "api.html.j2", areas=SEASON_AREAS, document=document(app))


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document."""
    if not app.openapi_schema:
        made = get_openapi(
            title="gatecast",
            version=__version__,
            description=DESCRIPTION,
            routes=[*reads.router.routes, *writes.router.routes],
            # Operations are given and told in one form.
            separate_input_output_schemas=False,
        )
        problem = Problem.model_json_schema(ref_template=REFERENCE)
        made["components"]["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
        app.openapi_schema = made
    return app.openapi_schema
