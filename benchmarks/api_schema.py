"""Generated requests to every operation of the HTTP API: no error of the server's, each answer as it is described.

    python benchmarks/api_schema.py --cases 1000

Asks the application over the sample club, behind its guard and without a network, what schemathesis makes of the
OpenAPI document: half of the requests as it asks for them, half of them not. In two of three what is made up is made to
fit the store (ids of its games, plans and imports, names of columns, costs that do not contradict each other), so that
they reach further than "no such thing". Operations that change something come first, so that the others read what they
left. Prints the cases of each operation, how they were answered, failures and time.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan import default_operations
from gatecast.plan.columns import KINDS, TICKETS
from gatecast.plan.operations.model import WEEKDAYS
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service import ClubService, open_service
from gatecast.service.api_imports import take_outcomes
from gatecast.service.homestands import homestand_view
from gatecast.service.issued_plans import issue_plan
from gatecast.service.sample import fill_with_sample
from gatecast.web.front import build

Operation = APIOperation[Any, Any, Any, Any]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HOST = (b"host", b"127.0.0.1")
CHANGES = {
    c.TEMPERATURE: (None, 12.5, -20),
    c.PRECIPITATION: (None, "rain", "none"),
    c.START_TIME: (None, "13:05", "19:05"),
    c.PROMOTION: (None, "fireworks", "bobblehead;fireworks"),
    c.DATE: ("2025-06-20", "2025-09-30"),
    c.VISITOR: ("Kites", "Velmora Kites"),
}
COMING_SOON = 6
SCHEDULE = ("POST /api/v1/games", "POST /api/v1/imports/{import_id}/undo")
CONTRADICTING = ("salvage", "call_in_cost", "call_in_pool", "fleet", "trip_minutes", "minutes_to_clear", "sources")
MOST_TOLD = 3
SHOWN = 900


class Known:
    """What the store knows, put in place of what was made up."""

    def __init__(self, service: ClubService, seed: int) -> None:
        self.service, self.draw = service, random.Random(seed)
        self.games = service.home_games(service.club()).table[c.GAME_ID].to_list()
        self.coming = service.upcoming(service.club()).table[c.GAME_ID].to_list()[:COMING_SOON]
        self.columns = list(service.games().columns)
        self.clubs = service.clubs()

    def put_into(self, case: Case[Operation]) -> None:
        """Make two cases of three fit."""
        if self.draw.random() < 1 / 3:
            return
        found = {
            c.GAME_ID: self.games,
            "club": self.clubs,
            "plan_id": self.service.store.plans()["plan_id"].to_list(),
            # The first import is the sample league itself.
            "import_id": self.service.store.imports()["import_id"].to_list()[1:],
        }
        for place in (case.path_parameters, case.query):
            for name in set(place or ()) & set(found):
                if found[name]:
                    place[name] = self.draw.choice(found[name])
        if isinstance(case.body, list):
            case.body = [self._row(row) if isinstance(row, dict) else row for row in case.body]
        elif isinstance(case.body, dict):
            self._changes(case.body)
            for operations in (case.body, case.body.get("operations")):
                if isinstance(operations, dict) and "crowd" in operations:
                    without_contradiction(operations)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        fits = {name: value for name, value in row.items() if name in (*self.columns, AS_OF, TICKETS)}
        if c.GAME_ID in row or self.draw.random() < 1 / 2:
            fits[c.GAME_ID] = self.draw.choice(self.games)
        elif self.draw.random() < 1 / 2:
            fits[c.HOME] = self.draw.choice(self.clubs)
        return fits

    def _changes(self, body: dict[str, Any]) -> None:
        changes = body.get("changes")
        if isinstance(changes, dict) and changes:
            column = self.draw.choice(list(CHANGES))
            game, change = self.draw.choice(self.coming), {column: self.draw.choice(CHANGES[column])}
            body["changes"] = {game: change} if self.draw.random() < 1 / 2 else {game: next(iter(changes.values()))}


def without_contradiction(operations: dict[str, Any]) -> None:
    """Operations that make sense where they are of the right kinds: each name once, what is lacking dearer."""
    if isinstance(operations.get("crowd"), dict):
        operations["crowd"].pop("sources", None)
    if "currency" in operations:
        operations["currency"] = "€"
    if not any(_entries(operations, kind) for kind in KINDS):
        operations["staff"] = operations_to_dict(default_operations())["staff"]
    for kind in KINDS:
        for number, entry in enumerate(_entries(operations, kind)):
            entry["name"] = f"{kind} {number}"
            for name in CONTRADICTING:
                entry.pop(name, None)
            if isinstance(entry.get("delivery_days"), list):
                entry["delivery_days"] = [day for day in WEEKDAYS if day in entry["delivery_days"]]
            for dear, cheap in (("shortage_cost", "cost"), ("price", "unit_cost"), ("penalty", "cost")):
                if all(isinstance(entry.get(name), int | float) for name in (dear, cheap)):
                    entry[cheap], entry[dear] = sorted((entry[cheap], entry[dear]))


def _entries(operations: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    entries = operations.get(kind)
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def asked(operation: Operation, cases: int, known: Known, told: dict[str, Counter[int]], failures: list[str]) -> None:
    """Send the cases of one operation, half of them of each mode."""
    for mode in GenerationMode:

        @settings(
            max_examples=cases // 2,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def sent(case: Case[Operation]) -> None:
            known.put_into(case)
            try:
                answer = case.call()
            except Exception as error:
                told[operation.label][500] += 1
                failures.append(f"{operation.label} 500: {error!r} for {str(case.body)[:SHOWN]}")
                return
            told[operation.label][answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                failures.extend(f"{operation.label} {answer.status_code}: {each}" for each in group.exceptions)

        try:
            sent()
        except Exception as error:
            if type(error).__name__ != "Unsatisfiable":
                raise


def here(app: Any) -> Any:
    """Wrap an application so that requests come from its own machine."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [*(pair for pair in scope["headers"] if pair[0] != HOST[0]), HOST]
            scope = {**scope, "headers": headers, "client": (HOST[1].decode(), 1)}
        await app(scope, receive, send)

    return called


def described(schema: BaseSchema) -> Iterator[Operation]:
    """Yield the operations of a schema; raise what is wrong with the description of one."""
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


def turn(operation: Operation) -> tuple[bool, bool]:
    """When an operation is asked: what reads after what writes, and what changes the schedule last of that."""
    return operation.method.upper() == "GET", operation.label in SCHEDULE


def served(place: int, places: int, cases: int, only: str) -> tuple[int, int, list[str]]:
    """Ask for every so many operations over a service of its own: how many they are, their cases, and failures."""
    failures: list[str] = []
    told: dict[str, Counter[int]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="gatecast-api-") as folder,
        open_service(Path(folder) / "service") as service,
    ):
        fill_with_sample(service)
        view = homestand_view(service)
        assert view is not None
        issue_plan(service, view)
        take_outcomes(
            service, [{c.GAME_ID: service.upcoming(service.club()).table[c.GAME_ID][0], c.ATTENDANCE: 3100}], source=""
        )
        known = Known(service, place)
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", here(build(service)))
        operations = list(described(schema))
        wanted = sorted((each for each in operations if only in each.label), key=turn)
        for operation in wanted[place::places]:
            told[operation.label], start = Counter(), time.monotonic()
            asked(operation, cases, known, told, failures)
            answers = ", ".join(f"{count} x {status}" for status, count in sorted(told[operation.label].items()))
            line = f"{operation.label}: {told[operation.label].total()} cases ({answers})"
            print(f"{line}, {time.monotonic() - start:.0f} s", flush=True)
    return len(told), sum(each.total() for each in told.values()), failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000, help="of each operation")
    parser.add_argument("--jobs", type=int, default=2, help="processes, each with a service of its own")
    parser.add_argument("--only", default="", help="operations with this in their name")
    arguments = parser.parse_args()
    began, jobs = time.monotonic(), arguments.jobs
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        shares = [pool.submit(served, place, jobs, arguments.cases, arguments.only) for place in range(jobs)]
        operations, cases, found = zip(*(share.result() for share in shares), strict=True)
    failures = [failure for each in found for failure in each]
    for failure in failures[:MOST_TOLD]:
        print(failure[:SHOWN], file=sys.stderr)
    seconds = time.monotonic() - began
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = f"{seconds:.0f} s, {cpu.ru_utime + cpu.ru_stime:.0f} s of one core"
    print(f"{sum(operations)} operations, {sum(cases)} cases, {len(failures)} failures, {took}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
