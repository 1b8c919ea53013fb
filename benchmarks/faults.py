"""Break a running club, and count what was lost: kills, restarts, simultaneous edits and trainings, backups, crowds.

    python benchmarks/faults.py --kills 1000
    python benchmarks/faults.py --restarts 200
    python benchmarks/faults.py --settings 60 --backups 100 --starts 50
    python benchmarks/faults.py --readers 60

Settings and readers are in seconds, the others in times; 0 leaves a part out. Everything runs against
`gatecast serve` on the sample club in a folder of its own, or against a PostgreSQL server of the benchmark's own.

kills     of the server, its worker and its training at random moments while a program records tickets and games over
          the API. After each, every acknowledged change must be there, and SQLite's integrity and foreign keys checked.
restarts  of PostgreSQL, as after a crash, while four threads save settings and import games.
settings  saved by eight browsers with sessions, each a form that it opened before. Every edit must build on the one
          before it, and what two changed must be shown.
backups   of a folder into which another process writes without a pause; each is restored and compared.
starts    of a training by eight requests at once; one may begin.
readers   ask for pages while 500,000 games are imported and a training runs; prints their waiting times.

A power cut is not tried here. Prints one line of JSON a part; `faults` must be empty. `--limit` ends a part after
so many seconds with what it has counted by then.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl

from gatecast.errors import ConflictError, GatecastError, StoreError
from gatecast.service import jobs, open_service
from gatecast.service.access import set_password
from gatecast.service.backup import back_up, restore
from gatecast.service.models import check_model
from gatecast.service.sample import fill_with_sample
from gatecast.store import Store, open_store
from gatecast.store.database import FILE_NAME

ADDRESS = re.compile(r"http://[^ ]+")
EDITORS, STARTERS, READERS = 8, 8, 10
LARGE_IMPORT = 500_000
START_S, ANSWER_S, END_S = 180.0, 20.0, 60.0
"""Longest waits for a server to start, for an answer, and for a job to end."""
TINY = {"network": "feedforward", "members": 1, "epochs": 2}
"""A training that takes seconds."""
FIRST_DAY = dt.date(1990, 1, 1)
PASSWORD = "correct horse battery"
PAGES = ("/", "/plan", "/track", "/data", "/settings", "/api/v1/games?limit=50", "/api/v1/forecasts?latest=true")
WRITER = """
import sys
import polars as pl
from gatecast.store import open_store
with open_store(sys.argv[1]) as store:
    for i in range(10**6):
        ids = [f"w{i}-{j}" for j in range(20)]
        games = pl.DataFrame({"game_id": ids, "date": ["2019-05-01"] * 20, "home": ["W"] * 20})
        print(store.import_games(games).import_id, flush=True)
"""
IMPORTER = """
import datetime as dt
import sys
import polars as pl
from gatecast.store import open_store
number = pl.int_range(int(sys.argv[2]), eager=True).alias("number")
table = number.to_frame().select(
    game_id=pl.format("big{}", "number"),
    date=dt.date(1990, 1, 1) + pl.duration(days=pl.col("number") // 200),
    home=pl.format("Club {}", pl.col("number") % 200),
    attendance=1000 + pl.col("number") % 3000,
)
print("ready", flush=True)
with open_store(sys.argv[1]) as store:
    print(store.import_games(table, source="many games").added, flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts: dict[str, Callable[..., dict[str, Any]]] = {
        "kills": kills, "restarts": restarts, "settings": settings, "backups": backups, "starts": starts,
        "readers": readers,
    }  # fmt: skip
    for name in parts:
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=float("inf"), help="seconds after which a part ends")
    arguments = parser.parse_args()
    faults = False
    for name, part in parts.items():
        count = getattr(arguments, name)
        if count:
            began = time.monotonic()
            outcome = part(count, random.Random(arguments.seed), began + arguments.limit)
            faults |= bool(outcome["faults"])
            print(json.dumps({"part": name, **outcome, "seconds": round(time.monotonic() - began)}), flush=True)
    sys.exit(1 if faults else 0)


def progress(part: str, done: int, count: int) -> None:
    """Say how far a part has come, now and then."""
    if done % 10 == 0:
        print(f"{part}: {done} of {count}", file=sys.stderr, flush=True)


# The club


class Club:
    """The sample club in a folder, behind `gatecast serve`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.address = folder, folder / "server.log", ""
        with open_service(folder) as service:
            fill_with_sample(service)
            self.game = str(service.upcoming(service.club()).table["game_id"][0])
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it has told its address."""
        begun = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--folder", str(self.folder), "--port", "0"]
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        told = awaited(lambda: ADDRESS.search(self.log.read_bytes()[begun:].decode(errors="replace")), START_S)
        self.address = told[0]

    def client(self) -> httpx.Client:
        """Return a browser's connection to the server."""
        return httpx.Client(base_url=self.address, timeout=END_S, headers={"Origin": self.address})

    def processes(self) -> dict[str, list[int]]:
        """Return the processes that can be killed, by kind."""
        found: dict[str, list[int]] = {"server": [], "worker": [], "training": []}
        if self.server is not None and self.server.poll() is None:
            found["server"].append(self.server.pid)
        for each in Path("/proc").glob("[0-9]*"):
            try:
                words = (each / "cmdline").read_bytes().decode(errors="replace")
                state, parent = (each / "stat").read_text().rpartition(")")[2].split()[:2]
            except (OSError, ValueError):
                continue
            if state == "Z":
                continue
            if "gatecast.service.jobs" in words and str(self.folder) in words:
                found["training"].append(int(each.name))
            elif "gatecast.web.worker_process" in words and int(parent) in found["server"]:
                found["worker"].append(int(each.name))
        return found

    def close(self) -> None:
        """End everything that runs."""
        for pids in self.processes().values():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self.server is not None:
            self.server.wait()


@contextmanager
def sample_club() -> Iterator[Club]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        club = Club(Path(folder).resolve() / "club")
        try:
            yield club
        finally:
            club.close()


def awaited(condition: Callable[[], Any], seconds: float) -> Any:
    """Return what a condition gives as soon as it is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing happened within {seconds:g} s")
        time.sleep(0.03)
    return found


# Kills


class Recorder:
    """A program that records tickets and games over the API, and notes what was acknowledged."""

    def __init__(self, club: Club) -> None:
        self.club, self.ended = club, threading.Event()
        self.tickets, self.games = dict[str, int](), list[str]()
        self.refused = Counter[str]()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Record until told to end."""
        number = 0
        while not self.ended.is_set():
            address = self.club.address
            with self.club.client() as client:
                while address == self.club.address and not self.ended.is_set():
                    number += 1
                    try:
                        self.record(client, number)
                    except (httpx.HTTPError, ValueError):
                        time.sleep(0.02)

    def record(self, client: httpx.Client, number: int) -> None:
        """Record tickets or a game, and note it if that was acknowledged."""
        day = (FIRST_DAY + dt.timedelta(days=number)).isoformat()
        if number % 2:
            rows = [{"game_id": self.club.game, "as_of": day, "tickets": number}]
            answer = client.post("/api/v1/tickets", json=rows, timeout=ANSWER_S)
        else:
            rows = [{"game_id": f"new{number}", "date": day, "home": "Elsewhere"}]
            answer = client.post("/api/v1/games", json=rows, timeout=ANSWER_S)
        if answer.status_code != 200:
            self.refused[f"{answer.status_code}"] += 1
        elif answer.json()["added"] == 1:
            if number % 2:
                self.tickets[day] = number
            else:
                self.games.append(f"new{number}")

    def faults(self) -> list[str]:
        """Say what is missing or damaged."""
        tickets, games = dict(self.tickets), list(self.games)
        with closing_database(self.club.folder / FILE_NAME) as connection:
            checks = [*connection.execute("PRAGMA integrity_check"), *connection.execute("PRAGMA foreign_key_check")]
            query = "SELECT as_of, tickets FROM tickets_sold WHERE game_id = ?"
            stored = dict(connection.execute(query, (self.club.game,)).fetchall())
            known = {name for (name,) in connection.execute("SELECT game_id FROM games")}
        lost = [f"tickets of {day} are lost" for day, sold in tickets.items() if stored.get(day) != sold]
        lost += [f"game {name} is lost" for name in games if name not in known]
        return lost + [str(line) for line in checks if line != ("ok",)]


@contextmanager
def closing_database(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def kills(count: int, draw: random.Random, until: float) -> dict[str, Any]:
    """Kill server, worker and training at random moments while a program records tickets and games."""
    killed, faults, done = Counter[str](), list[str](), Counter[str]()
    with sample_club() as club, open_service(club.folder) as service:
        # What JAX compiles is kept, as it would be on a machine that trains every day.
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(club.folder.parent / "compiled")
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        club.start()
        recorder = Recorder(club)
        while killed.total() < count and time.monotonic() < until:
            if not club.processes()["server"]:
                club.start()
            train(service, club)
            time.sleep(draw.uniform(0.0, 0.7))
            running = {name: pids for name, pids in club.processes().items() if pids}
            if not running:
                continue
            # The kind that was killed least is the likeliest, so that all three are killed about equally often.
            name = min(running, key=lambda each: killed[each] + draw.uniform(0, 4))
            for pid in running[name]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            killed[name] += 1
            faults += recorder.faults()
            progress("kills", killed.total(), count)
        recorder.ended.set()
        recorder.thread.join(ANSWER_S)
        faults += recorder.faults()
        model = service.model_id()
        if model is None:
            faults.append(service.model_problem() or "no model is left")
        else:
            check_model(club.folder, model)
        every = service.store.jobs(10**6)
        done.update(job.state for job in every)
        faults += [f"job {job.job_id}: {job.message}" for job in every if job.state == "failed"]
        club.close()
        club.start()
        with club.client() as client:
            faults += [f"{path}: {code}" for path in ("/", "/healthz") if (code := client.get(path).status_code) != 200]
    return {
        "killed": dict(killed), "acknowledged": len(recorder.tickets) + len(recorder.games),
        "refused": dict(recorder.refused), "trainings": dict(done), "faults": sorted(set(faults)),
    }  # fmt: skip


def train(service: Any, club: Club) -> None:
    """Start a training unless one runs; one whose process is gone is cancelled first."""
    try:
        other = jobs.open_job(service)
        if other is None or club.processes()["training"]:
            if other is None:
                jobs.start(service, jobs.TRAIN, {"settings": TINY})
            return
        awaited(lambda: jobs.open_job(service) is None or club.processes()["training"], 1.0)
    except TimeoutError:
        if other is not None:
            jobs.cancel(service, other.job_id)
    except (ConflictError, StoreError):
        return


# PostgreSQL


@contextmanager
def postgresql() -> Iterator[tuple[str, Callable[[], None]]]:
    """Give the URL of a PostgreSQL server and what restarts it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))[-1]
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)

        def call(program: str, *words: str) -> None:
            command = [str(programs / program), *words]
            subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder, timeout=END_S)

        data, options = f"{folder}/data", f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        call("initdb", "-D", data, "-A", "trust", "-E", "UTF8")
        call("pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start")
        call("createdb", "-h", folder, "gatecast")

        def restart() -> None:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "-o", options, "-l", f"{folder}/log", "restart")

        try:
            yield f"postgresql://{user or os.environ['USER']}@/gatecast?host={folder}", restart
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")


def restarts(count: int, draw: random.Random, limit: float) -> dict[str, Any]:
    """Restart PostgreSQL as after a crash while four threads save settings and import games."""
    acknowledged, ended, refused = [list[str]() for _ in range(4)], threading.Event(), Counter[str]()

    def write(own: list[str], name: str) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            key = f"{name}-{number}"
            try:
                if number % 2:
                    store.save_setting(key, number)
                else:
                    store.import_games(pl.DataFrame({"game_id": [key], "date": ["2019-05-01"], "home": [name]}))
                own.append(key)
            except StoreError as error:
                refused[type(error).__name__] += 1
                time.sleep(0.02)

    restarted = 0
    with postgresql() as (url, restart), open_store(url) as store:
        threads = [threading.Thread(target=write, args=(own, f"w{i}")) for i, own in enumerate(acknowledged)]
        for each in threads:
            each.start()
        while restarted < count and time.monotonic() < limit:
            time.sleep(draw.uniform(0.05, 0.5))
            restart()
            restarted += 1
            progress("restarts", restarted, count)
        ended.set()
        for each in threads:
            each.join()
        games = set(store.games().table["game_id"])
        every = [key for own in acknowledged for key in own]
        faults = [f"{key} is lost" for key in every if key not in games and store.setting(key) is None]
    return {"restarts": restarted, "acknowledged": len(every), "refused": dict(refused), "faults": faults}


# Settings


UNSENT = ("checkbox", "file")
"""Kinds of fields that a browser sends only if something was chosen."""


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._by_id: dict[str, list[tuple[str, str]]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a form or a field, which may name a form elsewhere on the page."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), []))
            self._by_id[given.get("id", "")] = self.forms[-1][1]
        elif (
            tag == "input"
            and self.forms
            and "name" in given
            and (given.get("type") not in UNSENT or "checked" in given)
        ):
            fields = self._by_id[given["form"]] if "form" in given else self.forms[-1][1]
            fields.append((given["name"], given.get("value", "")))


def settings(seconds: int, draw: random.Random, limit: float) -> dict[str, Any]:
    """Let eight people save forms that they opened before, mostly each a price of its own."""
    counts, saved = Counter[str](), list[tuple[str, str, str]]()
    numbers, lock = iter(range(1, 10**6)), threading.Lock()

    def edit(place: int, client: httpx.Client) -> None:
        own = random.Random(place)
        while time.monotonic() < until:
            forms = [
                (fields, name)
                for action, fields in Forms(client.get("/settings").text).forms
                if action == "/settings/change"
                for name, _ in fields
                if name.endswith(".price")
            ]
            fields, price = forms[place if own.random() < 0.7 else own.randrange(EDITORS)]
            old = dict(fields)[price]
            with lock:
                new = f"{100 + next(numbers) / 100:.2f}".rstrip("0").rstrip(".")
            time.sleep(own.uniform(0, 0.5))  # somebody looks at the form
            answer = client.post("/settings/change", data={**dict(fields), price: new})
            with lock:
                if answer.status_code == 303:
                    counts["saved"] += 1
                    saved.append((price, old, new))
                elif answer.status_code == 409 and "somebody else has changed" in answer.text:
                    counts["conflicts shown"] += 1
                else:
                    counts[f"answer {answer.status_code}"] += 1

    with sample_club() as club:
        with open_service(club.folder) as service:
            set_password(service.store, PASSWORD)
            before = {f"stock.{item.name}.price": item.price for item in service.operations().stock}
        club.start()
        with ExitStack() as opened:
            browsers = [opened.enter_context(club.client()) for _ in range(EDITORS)]
            for each in browsers:  # one after the other: many at once count as guessing
                each.post("/login", data={"password": PASSWORD})
            until = min(time.monotonic() + seconds, limit)
            with ThreadPoolExecutor(EDITORS) as threads:
                list(threads.map(edit, range(EDITORS), browsers))
        with open_service(club.folder) as service:
            now = {f"stock.{item.name}.price": item.price for item in service.operations().stock}
    faults = [f"{name}: {count}" for name, count in counts.items() if name.startswith("answer")]
    for price, present in now.items():
        edits = {float(old): float(new) for name, old, new in saved if name == price}
        value, steps = before[price], 0
        while value in edits:
            value, steps = edits.pop(value), steps + 1
        if value != present or edits or steps != sum(name == price for name, _, _ in saved):
            faults.append(f"{price}: {steps} edits lead to {value}, {present} is there")
    return {"editors": EDITORS, **counts, "faults": faults}


# Backups and starts


def backups(count: int, draw: random.Random, limit: float) -> dict[str, Any]:
    """Back up and restore while another process writes without a pause."""
    faults, imports, made = list[str](), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        club = Path(folder) / "club"
        with open_service(club) as service:
            fill_with_sample(service)
            before, model, operations = len(service.games()), service.model_id(), service.operations()
            with writing(club) as writer:
                while made < count and time.monotonic() < limit:
                    assert writer.stdout is not None
                    acknowledged = int(writer.stdout.readline())
                    time.sleep(draw.uniform(0, 0.05))
                    file, copy = Path(folder) / "backup.zip", Path(folder) / "copy"
                    shutil.rmtree(copy, ignore_errors=True)
                    made += 1
                    try:
                        back_up(service, file)
                        restore(file, copy)
                        with open_service(copy) as restored:
                            same = (restored.model_id(), restored.operations()) == (model, operations)
                    except GatecastError as error:
                        faults.append(str(error))
                        continue
                    with closing_database(copy / FILE_NAME) as connection:
                        imports = connection.execute("SELECT max(import_id) FROM imports").fetchone()[0]
                        games = connection.execute("SELECT count(*) FROM games").fetchone()[0]
                        check = connection.execute("PRAGMA integrity_check").fetchone()[0]
                    if games != before + 20 * (imports - 1) or imports < acknowledged or check != "ok" or not same:
                        faults.append(
                            f"{games} games of {imports} imports, {acknowledged} acknowledged, {check}, {same}"
                        )
                    progress("backups", made, count)
    return {"backups": made, "imports in the last": imports, "faults": faults}


@contextmanager
def writing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
        try:
            yield writer
        finally:
            writer.kill()


def starts(count: int, draw: random.Random, limit: float) -> dict[str, Any]:
    """Send eight requests for a training at the same moment."""
    faults, started, most = list[str](), 0, 0
    with sample_club() as club:
        club.start()
        together = threading.Barrier(STARTERS)

        def begin(client: httpx.Client) -> str:
            together.wait(END_S)
            answer = client.post("/jobs/train")
            place: str = answer.headers.get("location", f"answer {answer.status_code}")
            return place

        with (
            ExitStack() as opened,
            ThreadPoolExecutor(STARTERS) as threads,
            open_store(club.folder) as store,
        ):
            clients = [opened.enter_context(club.client()) for _ in range(STARTERS)]
            while started < count and time.monotonic() < limit:
                before = len(store.jobs(10**6))
                answers = set(threads.map(begin, clients))
                started += 1
                running = len(club.processes()["training"])
                most = max(most, running)
                jobs_made = len(store.jobs(10**6)) - before
                if len(answers) != 1 or jobs_made != 1 or running > 1:
                    faults.append(f"start {started}: {sorted(answers)}, {jobs_made} jobs, {running} processes")
                time.sleep(draw.uniform(0, 0.5))
                cancel_latest(store, clients[0])
                awaited(lambda: not club.processes()["training"], END_S)
                progress("starts", started, count)
    return {"starts": started, "requests": STARTERS, "processes at once": most, "faults": faults}


def cancel_latest(store: Store, client: httpx.Client) -> None:
    """Cancel the latest job, and wait until it has ended."""
    number = store.jobs(1)[0].job_id
    client.post(f"/jobs/{number}/cancel")
    awaited(lambda: store.job(number).finished_at, END_S)


# Readers


def readers(seconds: int, draw: random.Random, limit: float) -> dict[str, Any]:
    """Let ten readers look at pages while 500,000 games are imported and a training runs."""
    waits, answers, ended = list[tuple[float, str]](), Counter[int](), threading.Event()

    def read(seed: int) -> None:
        own = random.Random(seed)
        with club.client() as client:
            while not ended.is_set():
                path, began = own.choice(PAGES), time.monotonic()
                answers[client.get(path).status_code] += 1
                waits.append((time.monotonic() - began, path))
                time.sleep(own.uniform(0.1, 0.5))

    with sample_club() as club:
        club.start()
        with club.client() as client:
            for path in PAGES:
                client.get(path)
            awaited(lambda: club.processes()["worker"], START_S)
            time.sleep(8)  # the worker has what it needs
            command = [sys.executable, "-c", IMPORTER, str(club.folder), str(LARGE_IMPORT)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as importer:
                assert importer.stdout is not None
                importer.stdout.readline()
                client.post("/jobs/train")
                began = time.monotonic()
                threads = [threading.Thread(target=read, args=(draw.getrandbits(32),)) for _ in range(READERS)]
                for each in threads:
                    each.start()
                until = min(began + seconds, limit)
                while time.monotonic() < until and importer.poll() is None:
                    time.sleep(0.1)
                imported = time.monotonic() - began if importer.poll() is not None else None
                while time.monotonic() < until:
                    time.sleep(0.1)
                ended.set()
                for each in threads:
                    each.join()
                importer.kill()
        with open_store(club.folder) as store:
            training = store.jobs(1)[0]
    spent = np.array([wait for wait, _ in waits]) * 1000
    p50, p95, p99 = np.percentile(spent, (50, 95, 99)).round(1)
    faults = [f"answer {code}: {times} times" for code, times in answers.items() if code != 200]
    if p95 > 150:
        faults.append(f"readers waited {p95} ms (95th percentile), expected 150 at most")
    return {
        "requests": len(waits), "p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99),
        "longest_ms": float(spent.max().round(1)), "slowest": max(waits)[1],
        "imported_after_s": imported and round(imported, 1), "training": training.state, "faults": faults,
    }  # fmt: skip


if __name__ == "__main__":
    main()
