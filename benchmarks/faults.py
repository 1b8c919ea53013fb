"""Break a running club in every way that is known to happen, many times, and look whether anything was lost.

    python benchmarks/faults.py --kills 1000 --restarts 200 --settings 60 --backups 100 --starts 50

Each number is how often, in the case of settings how many seconds; 0 leaves a part out. Kills are of the server, its
worker and its trainings, at random moments while a program records tickets over the API; after each, every
acknowledged change must be there and the database sound. Restarts are of a PostgreSQL server of the benchmark's own. A
power cut is not tried here. Prints one line of JSON a part; `faults` must be empty.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from gatecast.errors import GatecastError, StoreError
from gatecast.service import open_service
from gatecast.service.backup import back_up, restore
from gatecast.service.sample import fill_with_sample
from gatecast.service.settings import SettingsConflictError
from gatecast.store import open_store

ADDRESS = re.compile(r"http://[^ ]+")
EDITORS, STARTERS = 8, 8
READY_S = 120.0
FIRST_DAY = dt.date(2020, 1, 1)
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
STARTER = """
import sys
from gatecast.errors import ConflictError
from gatecast.store import open_store
with open_store(sys.argv[1]) as store:
    for line in sys.stdin:
        try:
            print(store.start_job("train", {}, slot="work", silent_s=30.0), flush=True)
        except ConflictError:
            print("taken", flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts: dict[str, Callable[[int, random.Random], dict[str, object]]] = {
        "kills": kills, "restarts": restarts, "settings": settings, "backups": backups, "starts": starts,
    }  # fmt: skip
    for name in parts:
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    faults = False
    for name, part in parts.items():
        count = getattr(arguments, name)
        if count:
            began = time.monotonic()
            outcome = part(count, random.Random(arguments.seed))
            faults |= bool(outcome["faults"])
            print(json.dumps({"part": name, **outcome, "seconds": round(time.monotonic() - began)}), flush=True)
    sys.exit(1 if faults else 0)


# Kills


class Club:
    """The sample club behind a server that is started again whenever it was killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.acknowledged, self.number = folder, dict[str, int](), 0
        with open_service(folder) as service:
            fill_with_sample(service)
            self.game = str(service.coming(service.club()).table["game_id"][0])
        self.start()

    def start(self) -> None:
        """Start the server, and read its address once it answers."""
        command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--folder", str(self.folder), "--port", "0"]
        self.server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.server.stderr is not None
        found = next(found for line in self.server.stderr if (found := ADDRESS.search(line)))
        self.address = found[0]
        threading.Thread(target=self.server.stderr.read, daemon=True).start()

    def post(self, path: str, body: object = None) -> dict[str, object] | None:
        """Return what a request was answered with; None if it was not, or with an error."""
        headers = {"Content-Type": "application/json", "Origin": self.address}
        content = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, content, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null") if body is not None else {}
        except (OSError, ValueError):
            return None

    def write(self) -> None:
        """Record tickets of one more day, and note them where that was acknowledged."""
        self.number += 1
        day = (FIRST_DAY + dt.timedelta(days=self.number)).isoformat()
        answer = self.post("/api/v1/tickets", [{"game_id": self.game, "as_of": day, "tickets": self.number}])
        if answer is not None and answer.get("added") == 1:
            self.acknowledged[day] = self.number

    def processes(self) -> dict[str, list[int]]:
        """Return the processes that can be killed."""
        found: dict[str, list[int]] = {"server": [self.server.pid], "worker": [], "training": []}
        for each in Path("/proc").glob("[0-9]*"):
            try:
                words = (each / "cmdline").read_bytes().decode(errors="replace")
                parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if "gatecast.service.jobs" in words and str(self.folder) in words:
                found["training"].append(int(each.name))
            elif parent == self.server.pid:
                found["worker"].append(int(each.name))
        return found

    def faults(self) -> list[str]:
        """Say what is missing or damaged."""
        with open_store(self.folder) as store:
            problem = store.database.problem()
            table = store.tickets().filter(pl.col("game_id") == self.game)
            stored = {str(day): tickets for day, tickets in table.select("as_of", "tickets").iter_rows()}
        lost = [day for day, tickets in self.acknowledged.items() if stored.get(day) != tickets]
        return [*([problem] if problem else []), *(f"tickets of {day} are lost" for day in lost)]


def kills(count: int, draw: random.Random) -> dict[str, object]:
    """Kill server, worker and training at random moments while tickets are recorded."""
    killed, faults = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        club = Club(Path(folder).resolve())
        try:
            for _ in range(count):
                club.post("/jobs/train")
                until = time.monotonic() + draw.uniform(0.05, 1.5)
                while time.monotonic() < until:
                    club.write()
                running = {name: pids for name, pids in club.processes().items() if pids}
                name = draw.choice(sorted(running))
                for pid in running[name]:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                killed[name] += 1
                if name == "server":
                    club.server.wait()
                    club.start()
                faults += club.faults()
        finally:
            for pids in club.processes().values():
                for pid in pids:
                    with_kill(pid)
            club.server.wait()
    return {"killed": dict(killed), "acknowledged": len(club.acknowledged), "faults": sorted(set(faults))}


def with_kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


# PostgreSQL


@contextmanager
def postgresql() -> Iterator[tuple[str, Callable[[], None]]]:
    """Give the URL of a PostgreSQL server and what restarts it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))[-1]
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if user:
            subprocess.run(["chown", user, folder], check=True)

        def call(program: str, *words: str) -> None:
            subprocess.run([programs / program, *words], check=True, capture_output=True, user=user, cwd=folder)

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


def restarts(count: int, draw: random.Random) -> dict[str, object]:
    """Restart PostgreSQL as after a crash while four threads save settings."""
    acknowledged, ended = [dict[str, int]() for _ in range(4)], threading.Event()

    def write(own: dict[str, int], name: str) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            try:
                store.save_setting(f"{name}-{number}", number)
                own[f"{name}-{number}"] = number
            except StoreError:
                time.sleep(0.02)

    with postgresql() as (url, restart), open_store(url) as store:
        threads = [threading.Thread(target=write, args=(own, f"w{i}")) for i, own in enumerate(acknowledged)]
        for each in threads:
            each.start()
        for _ in range(count):
            time.sleep(draw.uniform(0.05, 0.5))
            restart()
        ended.set()
        for each in threads:
            each.join()
        faults = [key for own in acknowledged for key, value in own.items() if store.setting(key) != value]
    return {"restarts": count, "acknowledged": sum(map(len, acknowledged)), "faults": faults}


# Settings, backups, starts


def settings(seconds: int, draw: random.Random) -> dict[str, object]:
    """Let eight people save forms that they opened before, each a value of its own."""
    counts, faults, until = Counter[str](), list[str](), time.monotonic() + seconds
    lock, last = threading.Lock(), dict[str, float]()

    def edit(number: int, seed: int) -> None:
        own = random.Random(seed)
        while time.monotonic() < until:
            version = service.operations_version()
            opened = service.operations_at(version)
            assert opened is not None
            time.sleep(own.uniform(0, 0.2))  # somebody looks at the form
            items = list(opened.stock)
            place = number % len(items)
            cost = round(usual[place] * own.uniform(1.0, 1.05), 4)
            items[place] = items[place].replace(unit_cost=cost)
            try:
                service.save_operations(opened.replace(stock=items), based_on=version)
            except SettingsConflictError:
                counts["conflicts shown"] += 1
                continue
            except GatecastError as error:
                counts[type(error).__name__] += 1
                continue
            with lock:
                counts["saved"] += 1
                last[items[place].name] = cost

    with tempfile.TemporaryDirectory() as folder, open_service(folder) as service:
        usual = [item.unit_cost for item in service.operations().stock]
        editors = min(EDITORS, len(usual))
        threads = [threading.Thread(target=edit, args=(i, draw.random())) for i in range(editors)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        now = {each.name: each.unit_cost for each in service.operations().stock}
        version = service.operations_version()
        faults += [
            f"{name}: {cost} was saved, {now[name]} is there" for name, cost in last.items() if now[name] != cost
        ]
        if version != counts["saved"]:
            faults.append(f"{counts['saved']} edits were saved in {version} versions")
    return {"editors": editors, **counts, "faults": faults}


def backups(count: int, draw: random.Random) -> dict[str, object]:
    """Back up and restore while another process writes without a pause."""
    faults, imports = list[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        club = Path(folder) / "club"
        with open_service(club) as service, writing(club) as writer:
            for _ in range(count):
                assert writer.stdout is not None
                acknowledged = int(writer.stdout.readline())
                time.sleep(draw.uniform(0, 0.05))
                file, copy = Path(folder) / "backup.zip", Path(folder) / "copy"
                try:
                    back_up(service, file)
                    subprocess.run(["rm", "-rf", copy], check=True)
                    restore(file, copy)
                    with open_store(copy) as store:
                        imports, games = store.imports().height, len(store.games())
                    if games != 20 * imports or imports < acknowledged:
                        faults.append(f"{games} games of {imports} imports, {acknowledged} acknowledged")
                except GatecastError as error:
                    faults.append(str(error))
    return {"backups": count, "imports in the last": imports, "faults": faults}


@contextmanager
def writing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
        try:
            yield writer
        finally:
            writer.kill()


def starts(count: int, draw: random.Random) -> dict[str, object]:
    """Let eight processes start a training at the same moment."""
    faults = list[str]()
    with tempfile.TemporaryDirectory() as folder, open_store(folder) as store:
        command = [sys.executable, "-c", STARTER, folder]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        starters = [subprocess.Popen(command, **pipes) for _ in range(STARTERS)]
        for i in range(count):
            for each in draw.sample(starters, STARTERS):
                each.stdin.write("start\n")
                each.stdin.flush()
            answers = [each.stdout.readline().strip() for each in starters]
            started = [answer for answer in answers if answer != "taken"]
            if len(started) != 1:
                faults.append(f"start {i}: {answers}")
            for number in started:
                store.finish_job(int(number), "done", "")
        for each in starters:
            each.stdin.close()
            each.wait()
    return {"starts": count, "processes": STARTERS, "faults": faults}


if __name__ == "__main__":
    main()
