"""The HTTP API under `/api/v1`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from gatecast import __version__
from gatecast.web.api import reads, writes
from gatecast.web.api.answers import answer
from gatecast.web.api.bodies import Problem
from gatecast.web.render import page

__all__ = ["include"]

PREFIX = "/api/v1"
REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = (
    "Games, forecasts as issued, plans, what-if, outcomes. Errors are problem documents (RFC 9457). Answers carry"
    " an ETag. Where a password is set, send a token: `Authorization: Bearer gc_…`."
)


def include(app: FastAPI) -> None:
    """Add the API to an application, with its OpenAPI document and a page that shows it."""
    app.include_router(reads.router)
    app.include_router(writes.router)

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return answer(document(app))

    @app.get(f"{PREFIX}/docs", include_in_schema=False)
    def shown(request: Request) -> Response:
        return page(request, "api.html.j2", cacheable=True, document=document(app))


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    if not app.openapi_schema:
        made = get_openapi(
            title="gatecast",
            version=__version__,
            description=DESCRIPTION,
            routes=[*reads.router.routes, *writes.router.routes],
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema(ref_template=REFERENCE)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema
