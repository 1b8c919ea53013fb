"""How the API takes a request and gives an answer: strict JSON, known parameters, ETags."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

__all__ = ["NO_STORE", "ApiRoute", "JsonRequest"]

NO_STORE = "no-store"
CACHING = "private, no-cache"
"""An answer may be kept, if it is asked for each time whether it still holds."""
ETAG_LENGTH = 32
LARGEST_EXACT = 2**53

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


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
                return _unless_known(request, answer)
            answer.headers.setdefault("Cache-Control", NO_STORE)
            return answer

        return handle


def _unless_known(request: Request, answer: Response) -> Response:
    """The answer with its ETag, or only that it is the one that the asker has."""
    etag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:ETAG_LENGTH]}"'
    told = [mark.strip().removeprefix("W/") for mark in request.headers.get("if-none-match", "").split(",")]
    if etag in told or told == ["*"]:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": CACHING})
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = CACHING
    return answer


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _number(text: str) -> float:
    """A number of JSON, which knows no kinds of them: 5.0 is as whole as 5."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT else number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
