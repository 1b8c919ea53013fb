"""Each fault that a running server once had, against `gatecast serve` on a folder that version 0.1 left.

`GATECAST_SOURCE=/path/to/a/checkout/src pytest tests/faults/test_rows.py` serves that version: on the one before these
faults were mended, every test of a row fails. docs/reliability.md lists them. Without it, those that take long and are
tested within a process elsewhere are left out.
"""

import datetime as dt
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

LEFT_BY_0_1 = Path(__file__).parent / "left_by_0_1.zip"
PASSWORD = "a password of the release before"
LONGEST_S = 90
HERE = os.environ.get("GATECAST_SOURCE", "")
LONG = pytest.mark.skipif(not HERE, reason="the long form: set GATECAST_SOURCE to the folder src of a checkout")
ENVIRONMENT = {**os.environ, **({"PYTHONPATH": HERE} if HERE else {})}


def gatecast(*words):
    command = [sys.executable, "-m", "gatecast.cli.main", *map(str, words)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=LONGEST_S)


class Club:
    """A server on the folder, and a manager who is signed in."""

    def __init__(self, folder, *more, password=PASSWORD):
        self.folder, self.log = folder, folder / "log"
        command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--folder", str(folder), "--port", "0", *more]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log)
        self.address = awaited(lambda: re.search(r"http://[^ ]+", self.log.read_text()))[0]
        self.browser = httpx.Client(base_url=self.address, headers={"Origin": self.address}, timeout=LONGEST_S)
        if password:
            assert self.browser.post("/login", data={"password": password}).status_code == 303

    def close(self):
        self.browser.close()
        self.server.kill()
        self.server.wait()

    def database(self):
        return sqlite3.connect(self.folder / "gatecast.db", isolation_level=None, timeout=60)

    def ask(self, query, *values):
        connection = self.database()
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def end_jobs(self):
        """Cancel what runs, so that the next test may begin something."""
        for (number,) in self.ask("SELECT job_id FROM jobs WHERE finished_at IS NULL"):
            self.browser.post(f"/jobs/{number}/cancel")
        self.ask("UPDATE jobs SET finished_at = started_at, state = 'cancelled' WHERE finished_at IS NULL")
        if any(name == "slot" for (_, name, *_) in self.ask("PRAGMA table_info(jobs)")):
            self.ask("UPDATE jobs SET slot = NULL")


def awaited(condition, seconds=LONGEST_S):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def club(tmp_path_factory):
    folder = tmp_path_factory.mktemp("left")
    with zipfile.ZipFile(LEFT_BY_0_1) as packed:
        packed.extractall(folder)
    made = Club(folder)
    yield made
    made.close()


@pytest.fixture
def without_jobs(club):
    club.end_jobs()
    yield
    club.end_jobs()


def test_what_the_release_before_left_is_served(club):
    """Not a fault: everything of the older store and model is there after the upgrade."""
    for path in ("/", "/plan", "/track", "/data", "/settings"):
        page = club.browser.get(path)
        assert page.status_code == 200
        assert "cannot be used" not in page.text
        assert "Club 1" in page.text
    forecasts = club.browser.get("/api/v1/forecasts?latest=true").json()["items"]
    assert len(forecasts) == 6
    assert club.browser.get("/api/v1/operations").json()["currency"] == "EUR"
    assert club.ask("SELECT tickets FROM tickets_sold") == [(1234,)]
    assert club.ask("SELECT count(*) FROM games") == [(120,)]


def form_of(long_form, page, action, field):
    """The fields of the form that is sent to an address and has a field whose name ends so."""
    for sent_to, fields in long_form.Forms(page).forms:
        key = next((name for name, _ in fields if name.endswith(field)), None)
        if sent_to == action and key:
            return dict(fields), key
    raise AssertionError(f"no form with {field}")


def test_row_2_a_form_opened_earlier_writes_nothing_back(club, long_form):
    early, cost = form_of(long_form, club.browser.get("/settings").text, "/settings/change", ".cost")
    shortage = cost.replace(".cost", ".shortage_cost")
    changed = f"{float(early[cost]) + 1:g}"
    assert club.browser.post("/settings/change", data={**early, cost: changed}).status_code == 303
    later = {**early, shortage: f"{float(early[shortage]) + 100:g}"}
    assert club.browser.post("/settings/change", data=later).status_code == 303
    now, _ = form_of(long_form, club.browser.get("/settings").text, "/settings/change", ".cost")
    assert (now[cost], now[shortage]) == (changed, later[shortage])
    both = club.browser.post("/settings/change", data={**early, cost: "77"})
    assert both.status_code == 409


def test_row_2_operations_are_put_only_over_those_that_were_read(club):
    read = club.browser.get("/api/v1/operations")
    tag, operations = read.headers["etag"], read.json()
    staff = [{**role, "cost": role["cost"] + 3} for role in operations["staff"]]
    assert club.browser.put("/api/v1/operations", json={**operations, "staff": staff}).status_code == 200
    late = club.browser.put("/api/v1/operations", json=operations, headers={"If-Match": tag})
    assert late.status_code == 412


@LONG
def test_row_3_a_backup_is_made_while_the_server_runs_and_restored(club, tmp_path):
    made = gatecast("backup", tmp_path / "club.zip", "--folder", club.folder)
    assert made.returncode == 0, made.stderr
    restored = gatecast("restore", tmp_path / "club.zip", "--folder", tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    connection = sqlite3.connect(tmp_path / "new" / "gatecast.db")
    assert connection.execute("SELECT count(*) FROM games").fetchone() == (120,)
    connection.close()


@LONG
def test_row_4_an_outage_of_the_database_does_not_end_the_reports_of_a_training(server, tmp_path):
    import psycopg

    def heartbeat():
        with psycopg.connect(server.url) as connection:
            return connection.execute(
                "SELECT heartbeat_at FROM jobs WHERE finished_at IS NULL AND state = 'running'"
            ).fetchone()

    club = Club(tmp_path, "--database", server.url, password="")
    try:
        days = [(dt.date(2024, 1, 1) + dt.timedelta(days=i)).isoformat() for i in range(300)]
        games = [
            {"game_id": f"{home}-{i}", "date": day, "home": home, "attendance": 900 + (7 * i + len(home)) % 80}
            for home in ("A", "BB", "CCC", "DDDD", "EEEEE", "FFFFFF")
            for i, day in enumerate(days)
        ]
        assert club.browser.post("/api/v1/games", json=games).json()["added"] == len(games)
        assert club.browser.post("/jobs/train").status_code == 303
        awaited(heartbeat)
        server.stop()
        time.sleep(1.5)
        server.start()
        back = dt.datetime.now(dt.UTC)
        awaited(lambda: (heard := heartbeat()) is None or heard[0] > back, 20)
        # The training was still at work when it was heard of.
        assert heartbeat() is not None, club.browser.get("/jobs/1").text[-1500:]
    finally:
        club.browser.post("/jobs/1/cancel")
        club.close()


@LONG
def test_row_10_reads_without_a_database_are_told_when_to_try_again(server, tmp_path):
    club = Club(tmp_path, "--database", server.url, password="")
    try:
        assert club.browser.get("/jobs").status_code == 200
        server.stop()
        before = len(club.log.read_bytes())
        answers = [club.browser.get(path) for path in ("/jobs", "/account", "/api/v1/tickets")]
        assert {each.status_code for each in answers} == {503}
        assert all("retry-after" in each.headers for each in answers)
        assert "has not answered since" in answers[0].text
        told = club.log.read_bytes()[before:].decode(errors="replace")
        assert "Traceback" not in told
        assert len(told.splitlines()) <= len(answers)
    finally:
        club.close()


def test_row_5_a_clock_that_was_ahead_blocks_nothing(club, without_jobs):
    first = int(club.browser.post("/jobs/train").headers["location"].rpartition("/")[2])
    club.browser.post(f"/jobs/{first}/cancel")
    awaited(lambda: club.ask("SELECT finished_at FROM jobs WHERE job_id = ?", first) != [(None,)])
    values = "state = 'running', finished_at = NULL, cancelling = 0, heartbeat_at = '2031-01-01 00:00:00.000000'"
    club.ask(f"UPDATE jobs SET {values} WHERE job_id = ?", first)
    club.browser.post(f"/jobs/{first}/cancel")
    assert club.ask("SELECT state FROM jobs WHERE job_id = ?", first) == [("cancelled",)]
    club.ask(f"UPDATE jobs SET {values} WHERE job_id = ?", first)
    assert club.browser.post("/jobs/train").headers["location"] != f"/jobs/{first}"


@LONG
def test_row_6_eight_requests_at_once_start_one_training(club, without_jobs):
    together = threading.Barrier(8)

    def begin(_):
        with httpx.Client(base_url=club.address, headers=club.browser.headers, cookies=club.browser.cookies) as client:
            together.wait(LONGEST_S)
            return client.post("/jobs/train", timeout=LONGEST_S).headers.get("location")

    for _ in range(3):
        before = club.ask("SELECT count(*) FROM jobs")[0][0]
        with ThreadPoolExecutor(8) as threads:
            answers = set(threads.map(begin, range(8)))
        assert len(answers) == 1
        assert club.ask("SELECT count(*) FROM jobs")[0][0] == before + 1
        club.end_jobs()


def test_row_7_looking_at_a_page_writes_nothing(club, without_jobs):
    columns = "kind, params, state, done, message, cancelling, started_at, heartbeat_at"
    values = "'train', '{}', 'running', 0.5, 'half', 0, '2024-07-01 00:00:00.000000', '2024-07-01 00:00:00.000000'"
    club.ask(f"INSERT INTO jobs ({columns}) VALUES ({values})")
    ((number, *before),) = club.ask("SELECT * FROM jobs ORDER BY job_id DESC LIMIT 1")
    for path in ("/jobs", f"/jobs/{number}", "/data"):
        assert club.browser.get(path).status_code == 200
    assert club.ask("SELECT * FROM jobs ORDER BY job_id DESC LIMIT 1") == [(number, *before)]


@LONG
def test_row_8_why_a_job_failed_is_told(club, without_jobs):
    blocked = club.folder / "training"
    shutil.rmtree(blocked, ignore_errors=True)
    blocked.write_text("no folder")
    address = club.browser.post("/jobs/train").headers["location"]
    number = address.rpartition("/")[2]
    awaited(lambda: club.ask("SELECT finished_at FROM jobs WHERE job_id = ?", number) != [(None,)])
    blocked.unlink()
    page = club.browser.get(address).text
    assert "File exists" in page or "FileExistsError" in page or "Not a directory" in page
    assert "Traceback" in club.browser.get(f"{address}/log").text


def test_row_11_waiting_writers_leave_readers_their_way(club):
    lock = club.database()
    lock.execute("BEGIN IMMEDIATE")
    ended = []

    def write(number):
        row = {"game_id": "C0-54", "as_of": f"20{number + 10}-01-01", "tickets": number}
        with httpx.Client(base_url=club.address, headers=club.browser.headers, cookies=club.browser.cookies) as client:
            ended.append(client.post("/api/v1/tickets", json=[row], timeout=LONGEST_S).status_code)

    writers = [threading.Thread(target=write, args=(i,)) for i in range(50)]
    try:
        for each in writers:
            each.start()
        time.sleep(1.0)
        for path in ("/jobs", "/account", "/data"):
            assert club.browser.get(path, timeout=15).status_code == 200
        assert ended == []
    finally:
        lock.execute("COMMIT")
        lock.close()
        for each in writers:
            each.join(LONGEST_S)
    assert ended == [200] * 50


def test_row_12_files_of_the_command_line_hold_no_formulas(tmp_path):
    games = "date,home,visitor,promotion,attendance\n2024-04-02,A,B,=1+1,100\n2024-04-03,A,B,,200\n"
    (tmp_path / "games.csv").write_text(games)
    made = gatecast("collect", "file", tmp_path / "games.csv", "--out", tmp_path / "out.csv")
    assert made.returncode == 0, made.stderr
    assert ",=1+1" not in (tmp_path / "out.csv").read_text()


def secret_of(club, may):
    page = club.browser.post("/account/tokens", data={"name": "till", "may": may}).text
    return {"Authorization": f"Bearer {re.search('gc_[A-Za-z0-9_-]+', page)[0]}", "Origin": club.address}


def test_row_13_tokens_end_with_everything_else(club):
    token = secret_of(club, "read")
    assert httpx.get(f"{club.address}/api/v1/games?limit=1", headers=token).status_code == 200
    assert club.browser.post("/account/sessions/end").status_code == 303
    after = httpx.get(f"{club.address}/api/v1/games?limit=1", headers=token).status_code
    assert club.browser.post("/login", data={"password": PASSWORD}).status_code == 303
    assert after == 401


def test_row_13_a_token_that_may_read_may_ask_what_if(club):
    asked = httpx.post(
        f"{club.address}/api/v1/what-if", json={"changes": {}}, headers=secret_of(club, "read"), timeout=LONGEST_S
    )
    assert asked.status_code != 403


def test_row_13_each_encoding_has_an_etag_of_its_own(club):
    plain = club.browser.get("/settings", headers={"Accept-Encoding": "identity"})
    zipped = club.browser.get("/settings", headers={"Accept-Encoding": "gzip"})
    assert plain.text == zipped.text
    assert plain.headers["etag"] != zipped.headers["etag"]


def test_row_13_importing_four_times_is_one_import(club):
    sent = club.browser.post(
        "/data/uploads", files={"file": ("more.csv", b"game_id,date,home\nnew,2024-09-09,Club 1\n")}
    )
    address, before = sent.headers["location"], club.ask("SELECT count(*) FROM imports")[0][0]
    answers = [club.browser.post(address, data={"do": "import"}).status_code for _ in range(4)]
    assert all(code < 400 for code in answers)
    assert club.ask("SELECT count(*) FROM imports")[0][0] == before + 1


def test_row_13_paging_while_games_come_in_gives_each_once(club):
    first = club.browser.get("/api/v1/games?limit=50").json()
    ends = [("older", "2023-01-01"), ("newer", "2024-12-31")]
    rows = [{"game_id": f"{name}{i}", "date": day, "home": f"Club {i}"} for name, day in ends for i in range(2)]
    assert club.browser.post("/api/v1/games", json=rows).json()["added"] == 4
    following = first.get("next")
    path = following or "/api/v1/games?limit=50&offset=50"
    second = club.browser.get(path).json()
    names = [game["game_id"] for page in (first, second) for game in page["items"]]
    assert len(names) == len(set(names))


def test_row_14_the_sequence_of_a_calendar_grows(club):
    def sequences():
        return set(re.findall(r"SEQUENCE:(\d+)", club.browser.get("/plan.ics").text))

    before = sequences()
    assert len(before) == 1
    form = re.search(r'action="/plan/issue".*?</form>', club.browser.get("/plan").text, re.DOTALL)[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    assert club.browser.post("/plan/issue", data=fields).status_code < 400
    (after,), (earlier,) = sequences(), before
    assert int(after) == int(earlier) + 1


def test_row_1_a_truncated_model_is_told_with_a_button(club):
    (weights,) = club.folder.glob("models/*/weights.safetensors")
    weights.write_bytes(weights.read_bytes()[:1000])
    time.sleep(0.5)
    awaited(lambda: "Train a new model" in club.browser.get("/data").text, 15)


@LONG
def test_row_9_a_worker_that_stops_is_replaced(club):
    """It takes eight seconds until a worker counts as hanging."""
    workers = [
        int(each.name)
        for each in Path("/proc").glob("[0-9]*")
        if (each / "stat").exists() and f" {club.server.pid} " in f"{(each / 'stat').read_text().rpartition(')')[2]}"
    ]
    assert workers
    for pid in workers:
        os.kill(pid, 19)
    assert club.browser.get("/jobs", timeout=40).status_code == 200
    awaited(lambda: not Path(f"/proc/{workers[0]}").exists(), 40)


def test_row_9_a_damaged_database_is_not_healthy(club):
    """The last one: nothing works after it."""
    before = len(club.log.read_bytes())
    for ending in ("", "-wal"):
        file = club.folder / f"gatecast.db{ending}"
        if file.exists():
            with file.open("r+b") as content:
                content.write(b"\xff" * file.stat().st_size)
    health = club.browser.get("/healthz")
    assert (health.status_code, "retry-after" in health.headers) == (503, True)
    # What SQLite has in its memory is still shown.
    pages = ("/jobs", "/data", "/account", "/api/v1/tickets?limit=1", "/api/v1/forecasts?limit=1", "/api/v1/imports")
    answers = [club.browser.get(page) for page in pages]
    assert {each.status_code for each in answers} <= {200, 503}
    assert all("retry-after" in each.headers for each in answers if each.status_code == 503)
    told = club.log.read_bytes()[before:].decode(errors="replace")
    assert "Traceback" not in told
    assert len(told.splitlines()) <= 2 * len(pages)
