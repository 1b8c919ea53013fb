"""How the API takes a request and gives an answer: strict JSON, known parameters, and which answers may be kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from gatecast.web.kept import EVERYTHING, cacheable

__all__ = ["NO_STORE", "ApiRoute", "JsonRequest", "comes_from"]

NO_STORE = "no-store"
AREAS = "shown_areas"
LARGEST_EXACT = 2**53

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def comes_from(*areas: str) -> Callable[[Endpoint], Endpoint]:
    """A decorator that says which areas of the store the answer of an operation comes from; all if not said."""

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, AREAS, areas)
        return endpoint

    return marked


class JsonRequest(Request):
    """A request whose body is JSON and nothing besides: no NaN, no depth that would end the parser."""

    async def json(self) -> Any:  # noqa: ANN401  any JSON
        """The body."""
        try:
            return json.loads(await self.body(), parse_float=_number, parse_constant=_no_number)
        except (ValueError, RecursionError) as broken:
            said = broken.msg if isinstance(broken, json.JSONDecodeError) else type(broken).__name__
            raise HTTPException(400, f"body: got what is no JSON ({said}), expected JSON in UTF-8") from None


class ApiRoute(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        """The handler of FastAPI between what every request and every answer goes through."""
        handled = super().get_route_handler()
        known = {field.alias for field in self.dependant.query_params}
        reads = self.methods == {"GET"}
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            strange = next((name for name in request.query_params if name not in known), None)
            if strange is not None:
                expected = f"one of {', '.join(sorted(known))}" if known else "none"
                raise HTTPException(422, f"query: got a parameter {strange[:80]!r}, expected {expected}")
            taken = JsonRequest(request.scope, request.receive)
            if takes_body and not _is_json(request.headers.get("content-type", "")) and await taken.body():
                raise HTTPException(415, "body: got another content type, expected application/json")
            answer = await handled(taken)
            if reads and answer.status_code == 200:
                answer.headers.update(cacheable(getattr(self.endpoint, AREAS, EVERYTHING), stale_s=0))
                return answer
            answer.headers.setdefault("Cache-Control", NO_STORE)
            return answer

        return handle


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _number(text: str) -> float:
    """A number of JSON, which knows no kinds of them: 5.0 is as whole as 5."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT else number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
