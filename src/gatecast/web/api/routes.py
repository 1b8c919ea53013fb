"""Routes of the API: strict JSON, known parameters, cacheable answers, pages of tables, shared parameters."""

from __future__ import annotations

import datetime as dt
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from gatecast.service import ClubService
from gatecast.web.api.fields import LARGEST_WHOLE, LONGEST_TEXT, PLAIN
from gatecast.web.cache import ALL_AREAS, cacheable
from gatecast.web.problems import MEDIA_TYPE
from gatecast.web.render import root_of, service_of

__all__ = [
    "NO_STORE",
    "PREFIX",
    "ApiRoute",
    "Club",
    "First",
    "GameId",
    "JsonRequest",
    "Number",
    "PageOf",
    "Paging",
    "Rows",
    "Season",
    "ServiceNow",
    "Until",
    "club_of",
    "described",
    "paged",
    "reads_areas",
    "router_of",
    "row_response",
    "rows_json",
]

NO_STORE = "no-store"
AREAS = "shown_areas"
LARGEST_EXACT = 2**53

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def reads_areas(*areas: str) -> Callable[[Endpoint], Endpoint]:
    """Return a decorator that names the areas of the store an operation reads; without it, all of them."""

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, AREAS, areas)
        return endpoint

    return marked


class JsonRequest(Request):
    """A request whose body is strict JSON: no NaN, and no nesting too deep to parse."""

    async def json(self) -> Any:  # noqa: ANN401  any JSON
        """Return the parsed body."""
        try:
            return json.loads(await self.body(), parse_float=_number, parse_constant=_no_number)
        except (ValueError, RecursionError) as broken:
            reason = broken.msg if isinstance(broken, json.JSONDecodeError) else type(broken).__name__
            raise HTTPException(400, f"body: got invalid JSON ({reason}), expected JSON in UTF-8") from None


class ApiRoute(APIRoute):
    """A route that refuses unknown parameters and other content types, and marks cacheable answers."""

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler, wrapped in the checks of the API."""
        handled = super().get_route_handler()
        known = _query_names(self.dependant)
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
                answer.headers.update(cacheable(getattr(self.endpoint, AREAS, ALL_AREAS), stale_s=0))
                return answer
            answer.headers.setdefault("Cache-Control", NO_STORE)
            return answer

        return handle


def _query_names(dependant: Dependant) -> set[str]:
    """Return the query parameters of an operation and of what it depends on."""
    names = {field.alias for field in dependant.query_params}
    return names.union(*(_query_names(each) for each in dependant.dependencies))


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _number(text: str) -> float:
    """Return a JSON number as int where it is whole: JSON does not tell 5.0 from 5."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT else number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


MOST_ITEMS = 500
USUAL_ITEMS = 100
JSON = "application/json"


def paged(request: Request, table: pl.DataFrame, paging: Paging, *key: str) -> Response:
    """Return a page of a table, with the total number of rows and the address of the next page.

    The next page begins after the last row of this one, wherever that is by then: rows that come or go in between
    neither repeat others nor hide them.

    Parameters
    ----------
    request : Request
    table : polars.DataFrame
    paging : Paging
    key : str
        Columns that tell its rows apart.
    """
    first = (0 if paging.after is None else _place_after(table, paging.after, key)) + paging.offset
    rows = table[first : first + paging.limit]
    following = None
    if rows.height and first + paging.limit < table.height:
        last = rows.row(-1, named=True)
        cursor = json.dumps([*(str(last[name]) for name in key), first + paging.limit], ensure_ascii=True)
        query = {name: value for name, value in request.query_params.items() if name not in ("offset", "after")}
        query |= {"after": urlsafe_b64encode(cursor.encode()).decode().rstrip("="), "limit": str(paging.limit)}
        following = f"{root_of(request.scope)}{request.url.path}?{urlencode(query, errors='replace')}"
    head = f'"total":{table.height},"next":{json.dumps(following)}'
    links = {"Link": f'<{following}>; rel="next"'} if following else None
    return Response(f'{{{head},"items":{rows_json(rows)}}}', headers=links, media_type=JSON)


def _place_after(table: pl.DataFrame, cursor: str, key: tuple[str, ...]) -> int:
    """Return the position after the row that a cursor names; where it was, if that row is gone."""
    try:
        *values, place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != len(key) or not isinstance(place, int) or not 0 <= place <= LARGEST_WHOLE:
            raise ValueError(cursor)
    except (ValueError, TypeError, RecursionError):
        raise HTTPException(422, f"after: got {cursor[:40]!r}, expected what `next` of a page holds") from None
    is_it = pl.all_horizontal(
        pl.col(name).cast(pl.String) == str(value) for name, value in zip(key, values, strict=True)
    )
    places = table.select(is_it.arg_true()).to_series()
    return int(places[-1]) + 1 if len(places) else place


def row_response(row: pl.DataFrame) -> Response:
    """Return the only row of a table as an answer."""
    return Response(rows_json(row).removeprefix("[").removesuffix("]"), media_type=JSON)


def rows_json(table: pl.DataFrame) -> str:
    """Return rows as JSON: dates and times of day as ISO text, clock times as 19:05, NaN as null."""
    times = [name for name, dtype in table.schema.items() if dtype == pl.Time]
    return table.with_columns(pl.col(times).dt.to_string("%H:%M")).write_json()


PREFIX = "/api/v1"
MOST_ROWS = 5000
TOKEN = HTTPBearer(auto_error=False, description="A token created at /account; not needed if no password is set.")
PROBLEMS = {
    400: "The request cannot be read.",
    401: "A token is needed.",
    403: "The token may only read, or the request comes from another site.",
    404: "Not found.",
    408: "The body stopped halfway.",
    409: "Not possible in the current state.",
    412: "What was to be replaced has changed.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not JSON.",
    422: "The input is not valid.",
    503: "The database cannot be reached.",
    507: "The database cannot be written: its disk is full, or it is read-only.",
}
READING = (400, 401, 414, 422, 503)
WRITING = (*READING, 403, 408, 413, 415, 507)


def router_of() -> APIRouter:
    """Return a router for operations of the API."""
    return APIRouter(prefix=PREFIX, route_class=ApiRoute)


def described(*more: int, writes: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the problem responses of an operation: those shared by all reads or writes, and some more."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    codes = sorted({*(WRITING if writes else READING), *more})
    return {code: {"description": PROBLEMS[code], "content": {MEDIA_TYPE: schema}} for code in codes}


def _service(request: Request, _: Annotated[object, Security(TOKEN)]) -> ClubService:
    return service_of(request)


ServiceNow = Annotated[ClubService, Depends(_service)]
Rows = Body(min_length=1, max_length=MOST_ROWS)
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Largest number of rows.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_WHOLE, description="Number of rows to skip.")]
After = Annotated[str | None, Query(max_length=1000, pattern=PLAIN, description="Where the page begins, from `next`.")]
Club = Annotated[
    str | None,
    Query(max_length=LONGEST_TEXT, pattern=PLAIN, description="Home club; by default the one the pages show."),
]
Season = Annotated[int | None, Query(ge=1800, le=9999)]
First = Annotated[dt.date | None, Query(alias="from", description="First day.")]
Until = Annotated[dt.date | None, Query(alias="to", description="Last day.")]
GameId = Annotated[str, Path(min_length=1, max_length=LONGEST_TEXT, pattern=PLAIN)]
Number = Annotated[int, Path(ge=0, le=LARGEST_WHOLE)]


@dataclass(frozen=True)
class Paging:
    """The page of a list that a request asks for."""

    limit: int
    offset: int
    after: str | None


def _paging(limit: Limit = USUAL_ITEMS, offset: Offset = 0, after: After = None) -> Paging:
    return Paging(limit, offset, after)


PageOf = Annotated[Paging, Depends(_paging)]


def club_of(service: ClubService, club: str | None) -> str:
    """Return the named club, or the service's own; 404 if there is none of that name."""
    if club is None:
        return service.club()
    if club not in service.clubs():
        raise HTTPException(404, f"club: got {club!r}, expected a club with home games in the store")
    return club
