"""How fast tables are read, and whether they are read as before; several versions of gatecast in turn.

    python benchmarks/reading.py cells
    python benchmarks/reading.py page --source src --source ../older/src
    python benchmarks/reading.py retrosheet FOLDER --source src --source ../older/src
    python benchmarks/reading.py sample --source src --source ../older/src

`cells` reads a table with 1 and with 90 cells that cannot be used, in turn. `page` starts a server over an empty
folder, uploads a table, looks at its preview and imports it, while another reader asks for other pages; seconds are of
the clock and, in brackets, of the processor; memory is the most that server and worker held. `retrosheet` collects a
folder of Retrosheet's files, and `sample` writes the sample league; both count processor seconds. The table of the
first version must equal that of each other one in every column that the other has, row by row; one that differs, or a
column that is gone, ends the program with an error. `--source` is a folder to take gatecast from, this one if not
given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import httpx
import polars as pl
from shared import markdown

from gatecast.collect import ColumnMapping, read_table, usable_games

HERE = Path(__file__).resolve().parents[1] / "src"
RUN = "from gatecast.cli.main import main; main()"
SAMPLE = """
import sys
import polars
from gatecast.collect import sample_league
league = sample_league()
polars.concat([league.games.table, league.upcoming.table]).write_parquet(sys.argv[1])
"""
FEW, MANY = 1, 90
CLUBS = 500
OTHER_PAGES = ("/", "/settings", "/track")
PAUSE_S, START_S, LONGEST_S = 0.05, 60.0, 900.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["cells", "page", "retrosheet", "sample"])
    parser.add_argument("folder", nargs="?", type=Path, help="Retrosheet's files")
    parser.add_argument("--rows", type=int, help="rows of the table; by default 40,000 for cells, 500,000 for page")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--source", type=Path, action="append", help="folder to take gatecast from")
    given = parser.parse_args()
    sources = given.source or [HERE]
    if given.what == "cells":
        cells(given.rows or 40_000, given.runs)
    elif given.what == "page":
        rows = [[str(source), *uploaded(source, given.rows or 500_000)] for source in sources]
        names = [
            "gatecast from",
            "upload, s",
            "preview, s",
            "import, s",
            "memory, MB",
            "other pages: median, ms",
            "longest, ms",
        ]
        print(markdown(names, rows))
    elif given.what == "sample":
        collected(["-c", SAMPLE], sources, given.runs)
    elif given.folder is None:
        parser.error("retrosheet: got no FOLDER, expected that of Retrosheet's files")
    else:
        collected(["-c", RUN, "collect", "retrosheet", str(given.folder.resolve()), "--out"], sources, given.runs)


def cells(height: int, runs: int) -> None:
    """Print the time to read a table with few and with many cells that cannot be used."""
    seconds: dict[int, list[float]] = {FEW: [], MANY: []}
    with tempfile.TemporaryDirectory() as folder:
        paths = {bad: Path(folder) / f"{bad}.csv" for bad in seconds}
        for bad, path in paths.items():
            path.write_text(table(height, bad), encoding="utf-8")
        for _ in range(runs):
            for bad, path in paths.items():
                began = time.perf_counter()
                usable = usable_games(read_table(path), ColumnMapping())
                seconds[bad].append(time.perf_counter() - began)
                if len(usable.refused) != bad:
                    raise SystemExit(f"got {len(usable.refused)} refused rows, expected {bad}")
    rows = [[f"{height:,} rows, {bad} bad", f"{median(times):.2f}"] for bad, times in seconds.items()]
    print(markdown(["table", "s, median"], rows))
    print(f"\nratio {median(seconds[MANY]) / median(seconds[FEW]):.2f}")


def table(height: int, bad: int = 0, clubs: int = 4) -> str:
    """Return a table of made-up games of several clubs, with some cells of attendance that are no numbers."""
    draw, first = random.Random(1), dt.date(1990, 1, 1)
    spoiled = set(draw.sample(range(height), bad))
    lines = ["date,start_time,home,visitor,attendance"]
    for i in range(height):
        day = first + dt.timedelta(days=i // clubs)
        people = "many" if i in spoiled else 1000 + i % 5000
        lines.append(f"{day},19:05,C{i % clubs},V{i % 7},{people}")
    return "\n".join(lines) + "\n"


def uploaded(source: Path, height: int) -> list[object]:
    """Return seconds of upload, preview and import, megabytes, and milliseconds of other pages meanwhile."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-c", RUN, "serve", "--folder", folder, "--port", str(port)]
        log = Path(folder) / "server.log"
        with log.open("w", encoding="utf-8") as said:
            server = subprocess.Popen(
                command, env=with_source(source), stdout=said, stderr=said, start_new_session=True, cwd=folder
            )
        try:
            return asked(f"http://127.0.0.1:{port}", server.pid, table(height, clubs=CLUBS).encode())
        except (httpx.HTTPError, TimeoutError, AssertionError) as failed:
            raise SystemExit(f"{failed!r}\n{log.read_text(encoding='utf-8')[-2000:]}") from None
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def asked(address: str, process: int, content: bytes) -> list[object]:
    """Upload, look, import; return what it took."""
    with httpx.Client(base_url=address, timeout=LONGEST_S) as client:
        started(client)
        waits: list[float] = []
        over = threading.Event()
        other = threading.Thread(target=look, args=(address, waits, over))
        other.start()
        try:
            times, used = [time.perf_counter()], [processor(process)]
            answer = client.post("/data/uploads", files={"file": ("games.csv", content)})
            times.append(time.perf_counter())
            used.append(processor(process))
            place = answer.headers["location"]
            preview = client.get(place)
            times.append(time.perf_counter())
            used.append(processor(process))
            done = client.post(place, data={"do": "import"}, files={"none": ("", b"")})
            times.append(time.perf_counter())
            used.append(processor(process))
        finally:
            over.set()
            other.join()
        assert preview.status_code == 200, preview.text[:300]
        assert done.status_code in {200, 303}, done.text[:300]
        both = zip(pairwise(times), pairwise(used), strict=True)
        spent = [f"{end - begin:.1f} ({after - before:.1f})" for (begin, end), (before, after) in both]
        return [*spent, f"{held(process):,.0f}", f"{median(waits) * 1000:.0f}", f"{max(waits) * 1000:.0f}"]


def started(client: httpx.Client) -> None:
    """Wait until the server and its worker answer every page."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if all(client.get(page).status_code == 200 for page in (*OTHER_PAGES, "/data")):
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the server does not answer")


def look(address: str, waits: list[float], over: threading.Event) -> None:
    """Ask for other pages until it is over, and note how long each took."""
    with httpx.Client(base_url=address, timeout=LONGEST_S) as client:
        place = 0
        while not over.is_set():
            began = time.perf_counter()
            client.get(OTHER_PAGES[place % len(OTHER_PAGES)])
            waits.append(time.perf_counter() - began)
            place += 1
            time.sleep(PAUSE_S)


def held(process: int) -> float:
    """Return the most memory that a process and those it started held so far, in MB, as Linux tells it."""
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if parent(path) == process]
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    own = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return own + sum(held(child) for child in children)


def processor(process: int) -> float:
    """Return the processor seconds that a process and those it started used so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if parent(path) == process]
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor(child) for child in children)


def parent(path: Path) -> int:
    """Return the process that started one; 0 where it is gone."""
    try:
        return int(path.joinpath("status").read_text(encoding="utf-8").split("PPid:")[1].split()[0])
    except (OSError, IndexError):
        return 0


def collected(arguments: list[str], sources: list[Path], runs: int) -> None:
    """Print processor seconds of a program that writes a table, and whether all versions write the same."""
    seconds: dict[Path, list[float]] = {source: [] for source in sources}
    with tempfile.TemporaryDirectory() as place:
        paths = {source: Path(place) / f"{i}.parquet" for i, source in enumerate(sources)}
        for _ in range(runs):
            for source, path in paths.items():
                path.unlink(missing_ok=True)
                before = spent()
                command = [sys.executable, *arguments, str(path)]
                subprocess.run(command, env=with_source(source), check=True, capture_output=True, cwd=place)
                seconds[source].append(spent() - before)
        tables = {source: pl.read_parquet(path) for source, path in paths.items()}
    rows = [[str(source), f"{median(times):.1f}"] for source, times in seconds.items()]
    print(markdown(["gatecast from", "processor seconds, median"], rows))
    newest, *others = tables
    differ = False
    for other in others:
        told = differences(tables[newest], tables[other])
        differ = differ or bool(told)
        columns = f"{tables[other].height:,} rows and all {tables[other].width} columns of {other}"
        print(f"\n{columns}: {'equal' if not told else f'NOT equal: {told}'}")
        print(
            f"columns that it has not: {', '.join(set(tables[newest].columns) - set(tables[other].columns)) or 'none'}"
        )
    if differ:
        raise SystemExit(1)


def differences(newer: pl.DataFrame, older: pl.DataFrame) -> str:
    """Return in what a table differs from an older one: number of rows, columns gone, types, or values."""
    if newer.height != older.height:
        return f"{newer.height:,} rows"
    gone = [f"{name} is gone" for name in older.columns if name not in newer.columns]
    there = [name for name in older.columns if name in newer.columns]
    types = [f"{name} is {newer.schema[name]}" for name in there if newer.schema[name] != older.schema[name]]
    values = [f"{name} differs" for name in there if not newer[name].equals(older[name], null_equal=True)]
    return "; ".join([*gone, *types, *values])


def spent() -> float:
    """Return the processor seconds of all processes that this one started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def with_source(source: Path) -> dict[str, str]:
    """Return the environment with gatecast taken from a folder."""
    return {**os.environ, "PYTHONPATH": str(source.resolve())}


if __name__ == "__main__":
    main()
