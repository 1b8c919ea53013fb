"""Kill a process that imports games and records forecasts, at random moments, and look at what it leaves behind.

    python benchmarks/store_kills.py --kills 300
    python benchmarks/store_kills.py --kills 300 --url postgresql://user@host/name

After each kill the database must pass its own check, hold everything the process was told is stored, and no part of
anything else. SIGKILL stops the process, not the machine: a power cut is not tried here.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter

import polars as pl
import sqlalchemy as sa

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.store import Store, open_store
from gatecast.store.schema import FORECASTS, GAME_CHANGES, GAMES, IMPORTS, ISSUES, OUTCOMES

GAMES_AN_IMPORT = 20
KILLS_A_DATABASE = 10
LONGEST_LIFE = 0.4
READY, IMPORT, OUTCOME, FORECAST = "ready", "import", "outcomes", "forecast"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", help="a PostgreSQL database to use; a new folder for each ten kills if not given")
    parser.add_argument("--write", nargs=2, metavar=("PLACE", "NAME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        write_for_ever(*arguments.write)
    draw, faults, told = random.Random(arguments.seed), list[str](), Counter[str]()
    longest = LONGEST_LIFE
    for first in range(0, arguments.kills, KILLS_A_DATABASE):
        acknowledged: list[tuple[str, int]] = []
        with tempfile.TemporaryDirectory() as folder:
            place = arguments.url or folder
            for kill in range(first, min(first + KILLS_A_DATABASE, arguments.kills)):
                life = draw.uniform(0, longest) if kill else None
                lines, lived = killed(place, f"{arguments.seed}-{kill}", life)
                # The first writer shows how long this machine takes to write one of each kind.
                longest = max(longest, lived)
                acknowledged += lines
                told.update(kind for kind, _ in lines)
                with open_store(place) as store:
                    faults += faults_of(store, acknowledged)
    print(json.dumps({"kills": arguments.kills, "acknowledged": dict(told), "faults": faults}))
    sys.exit(1 if faults else 0)


def killed(place: str, name: str, life: float | None) -> tuple[list[tuple[str, int]], float]:
    """Return what a writer was told is stored before it was killed, and the seconds since it began to open the store.

    It is killed after `life` seconds; without them, once it has written one of each kind.
    """
    command = [sys.executable, __file__, "--write", place, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == READY
        begun, whole = time.monotonic(), list[list[str]]()
        while life is None and [OUTCOME] not in [line[:1] for line in whole]:
            whole.append(process.stdout.readline().split())
        time.sleep(life or 0.0)
        process.kill()
        lived = time.monotonic() - begun
        whole += [line.split() for line in process.stdout if line.endswith("\n")]
    return [(kind, int(number)) for kind, number in whole], lived


def write_for_ever(place: str, name: str) -> None:
    print(READY, flush=True)
    with open_store(place) as store:
        batch = 0
        while True:
            batch += 1
            table = games(f"{name}-{batch}")
            told(IMPORT, store.import_games(table.drop(c.ATTENDANCE)).import_id)
            told(FORECAST, store.record_forecast(forecast(table), name))
            told(OUTCOME, store.record_outcomes(table.select(c.GAME_ID, c.ATTENDANCE)).import_id)


def told(kind: str, number: int | None) -> None:
    print(kind, number, flush=True)


def games(name: str) -> pl.DataFrame:
    """Games of a club of its own, all over."""
    return pl.DataFrame(
        {
            c.GAME_ID: [f"{name}-{i}" for i in range(GAMES_AN_IMPORT)],
            c.DATE: [dt.date(2019, 5, 1) + dt.timedelta(days=i) for i in range(GAMES_AN_IMPORT)],
            c.HOME: [name] * GAMES_AN_IMPORT,
            c.ATTENDANCE: list(range(1000, 1000 + GAMES_AN_IMPORT)),
        }
    )


def forecast(table: pl.DataFrame) -> pl.DataFrame:
    """Return a forecast of every game, and the same at a second lead."""
    people = {name: 1000.0 + i for i, name in enumerate((*QUANTILE_COLUMNS, MEAN))}
    one = table.select(
        c.GAME_ID,
        pl.col(c.DATE).alias(AS_OF),
        *(pl.lit(value).alias(name) for name, value in people.items()),
        pl.lit(0.0).alias(P_SELLOUT),
    )
    return pl.concat([one.with_columns(pl.lit(lead).alias(LEAD)) for lead in ("1", "7")])


def faults_of(store: Store, acknowledged: list[tuple[str, int]]) -> list[str]:
    """Say what is wrong with a database; return nothing if all is well."""
    with store.database.reading() as connection:
        checks = ("integrity_check", "foreign_key_check") if store.database.sqlite else ()
        said = [tuple(row) for check in checks for row in connection.exec_driver_sql(f"PRAGMA {check}")]
        faults = [f"the database says {row}" for row in said if row != ("ok",)]
        found = {
            IMPORT: counted(connection, IMPORTS.c.import_id, GAME_CHANGES.c.import_id),
            OUTCOME: counted(connection, IMPORTS.c.import_id, OUTCOMES.c.import_id),
            FORECAST: counted(connection, ISSUES.c.issue_id, FORECASTS.c.issue_id),
        }
        whole = {IMPORT: GAMES_AN_IMPORT, OUTCOME: GAMES_AN_IMPORT, FORECAST: 2 * GAMES_AN_IMPORT}
        faults += [
            f"{kind} {number} has {found[kind].get(number)} rows"
            for kind, number in acknowledged
            if found[kind].get(number) != whole[kind]
        ]
        halves = {kind: set(rows.values()) - {whole[kind], 0} for kind, rows in found.items()}
        faults += [f"a half {kind}: {sizes} rows" for kind, sizes in halves.items() if sizes]
        empty = sum(rows == 0 for rows in found[FORECAST].values())
        faults += [f"{empty} forecasts without a row"] if empty else []
        strangers = sa.select(sa.func.count()).where(GAMES.c.game_id.not_in(sa.select(GAME_CHANGES.c.game_id)))
        faults += ["games of no import"] if connection.scalar(strangers) else []
    return faults


def counted(connection: sa.Connection, whole: sa.Column[int], part: sa.Column[int]) -> dict[int, int]:
    """Rows of the second table for each number of the first."""
    query = sa.select(whole, sa.func.count(part)).join_from(whole.table, part.table, whole == part, isouter=True)
    return {row[0]: row[1] for row in connection.execute(query.group_by(whole))}


if __name__ == "__main__":
    main()
