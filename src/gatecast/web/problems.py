"""Errors of the API as problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from gatecast.errors import (
    ConflictError,
    DataError,
    GatecastError,
    InputError,
    SettingsError,
    StoreError,
    StoreUnavailableError,
    StoreWriteError,
)
from gatecast.games import CANONICAL
from gatecast.store import Refused

if TYPE_CHECKING:
    from fastapi.exceptions import RequestValidationError

__all__ = [
    "MEDIA_TYPE",
    "RETRY_AFTER_S",
    "Problem",
    "Refusal",
    "from_error",
    "from_invalid",
    "is_unavailable",
    "problem",
    "refusals",
    "unavailable",
]

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""Seconds after which a client may try again when the database could not be reached."""
UNAVAILABLE = "got no answer of the database, expected one; try again in a few seconds"
MOST_ERRORS = 200
LONGEST_SHOWN = 80
PLACES = ("body", "query", "path")
KINDS = ("int", "float", "bool", "str", "constrained-int", "constrained-float", "constrained-str")
"""Parts of a location that pydantic adds for each member of a union."""
PLEASANTRY = "Input should be "


class Refusal(BaseModel):
    """One error and its place: a row of a list (from 1), and a column, a parameter or a setting."""

    row: int | None
    column: str
    got: str
    expected: str
    remedy: Annotated[str, Field(description="What to do; may be empty.")] = ""


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: Annotated[str, Field(description="about:blank: the title names the kind of problem.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="What was received, what was expected, and what to do, in one line.")]
    errors: Annotated[list[Refusal] | None, Field(description="All errors that have a place.")] = None


def problem(
    status: int, detail: str, errors: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a problem document as an answer.

    Parameters
    ----------
    status : int
    detail : str
        One line: got, expected, remedy.
    errors : sequence of mapping
        Where several things are amiss, each with its place.
    headers : mapping, optional
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _plain(detail),
    }
    if errors:
        body["errors"] = [{key: _plain(value) for key, value in each.items()} for each in errors[:MOST_ERRORS]]
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def refusals(refused: Iterable[Refused]) -> list[dict[str, Any]]:
    """Return refused cells in the form of `Refusal`."""
    return [
        {"row": each.row, "column": each.column, "got": each.got, "expected": each.expected, "remedy": each.remedy}
        for each in refused
    ]


def from_error(error: GatecastError) -> JSONResponse:
    """Return the answer to an error: 422 for bad input, 409 for a conflicting state, 503 or 507 for the store."""
    if isinstance(error, DataError):
        refused = Refused.of(error)
        return problem(422, str(error), refusals([refused]) if error.row is not None or error.column else [])
    if isinstance(error, SettingsError):
        place = {"row": None, "column": error.key, "got": error.got, "expected": error.expected}
        return problem(422, str(error), [{**place, "remedy": error.remedy}])
    if isinstance(error, InputError):
        return problem(409 if isinstance(error, ConflictError) else 422, str(error))
    if isinstance(error, StoreWriteError):
        return problem(507, str(error))
    if is_unavailable(error):
        return unavailable()
    return problem(409, str(error))


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error says that the database cannot be reached or read."""
    if isinstance(error, StoreUnavailableError):
        return True
    if isinstance(error, StoreWriteError):
        return False
    return isinstance(error, StoreError) and (
        error.__cause__ is not None or (error.__context__ is not None and not error.__suppress_context__)
    )


def unavailable() -> JSONResponse:
    """Return the problem document for a database that cannot be reached: 503, with `Retry-After`."""
    return problem(503, UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER_S)})


def from_invalid(error: RequestValidationError) -> JSONResponse:
    """Return the answer to a request that does not fit its description, each value listed once."""
    found: dict[tuple[int | None, str], dict[str, Any]] = {}
    for each in error.errors():
        row, column = _place(each["loc"])
        cause = each.get("ctx", {}).get("error")
        if isinstance(cause, SettingsError):
            column = ".".join(part for part in (column if column not in PLACES else "", cause.key) if part)
            refused = {"got": cause.got, "expected": cause.expected, "remedy": cause.remedy}
            found.setdefault((row, column), {"row": row, "column": column, **refused})
            continue
        found.setdefault((row, column), {"row": row, "column": column, **_got_and_expected(each, column), "remedy": ""})
    errors = list(found.values())
    first = errors[0]
    place = ", ".join(part for part in ("" if first["row"] is None else f"row {first['row']}", first["column"]) if part)
    line = f"{place}: got {first['got']}, expected {first['expected']}"
    more = f"; {len(errors) - 1} more" if len(errors) > 1 else ""
    return problem(422, line + more, errors)


def _place(location: Sequence[Any]) -> tuple[int | None, str]:
    """Return the row (from 1) and the column of a validation error."""
    inner = list(location[1:]) if location and location[0] in PLACES else list(location)
    row = inner.pop(0) + 1 if inner and isinstance(inner[0], int) else None
    if row is not None:
        return row, str(inner[0]) if inner else ""
    return None, ".".join(str(part) for part in inner if part not in KINDS) or str(location[0])


def _got_and_expected(error: Mapping[str, Any], column: str) -> dict[str, str]:
    expected = str(error["msg"]).removeprefix(PLEASANTRY).removeprefix("Value error, ")
    if error["loc"][-1] in KINDS:
        expected = "a number, text, true, false or null"
    if error["type"] == "missing":
        return {"got": "nothing", "expected": "a value"}
    if error["type"] == "extra_forbidden":
        return {"got": "an unknown name", "expected": "one in the description of the API"}
    known = CANONICAL.get(column)
    return {"got": repr(error.get("input"))[:LONGEST_SHOWN], "expected": known.expected if known else expected}


def _plain(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return text that can be encoded, whatever was received."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
