"""Real servers that are killed, crowded, and set beside one another on one folder; the long form is in benchmarks."""

import copy
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatecast.store import open_store

LONGEST_S = 150.0


def outcome(part, count):
    found = part(count, random.Random(3), time.monotonic() + LONGEST_S)
    assert found["faults"] == []
    return found


@pytest.mark.slow
def test_kills_of_server_worker_and_training_lose_nothing_acknowledged(long_form):
    found = outcome(long_form.kills, 6)
    assert set(found["killed"]) == {"server", "worker", "training"}
    assert found["acknowledged"] > 0


@pytest.mark.slow
def test_eight_browsers_lose_no_edit_and_see_conflicts(long_form):
    found = outcome(long_form.settings, 4)
    assert found["saved"] > 0
    assert found["conflicts shown"] > 0


@pytest.mark.slow
def test_eight_requests_at_once_start_one_training(long_form):
    assert outcome(long_form.starts, 2)["processes at once"] == 1


def test_two_servers_on_one_folder_are_as_one(long_form):
    with long_form.sample_club() as club:
        other = copy.copy(club)
        other.log = club.folder / "other.log"
        try:
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(lambda each: each.start(), (club, other)))
            with club.client() as one, other.client() as two, ThreadPoolExecutor(2) as threads:
                row = {"game_id": club.game, "as_of": "1999-05-05", "tickets": 77}
                assert one.post("/api/v1/tickets", json=[row]).json()["added"] == 1
                assert two.post("/api/v1/tickets", json=[row]).json()["unchanged"] == 1
                tag = two.get("/api/v1/operations").headers["etag"]
                operations = one.get("/api/v1/operations").json() | {"currency": "EUR"}
                assert one.put("/api/v1/operations", json=operations).status_code == 200
                late = two.put("/api/v1/operations", json=operations, headers={"If-Match": tag})
                assert late.status_code == 412
                time.sleep(0.3)  # changes by another server are noticed so much later
                assert two.get("/api/v1/operations").json()["currency"] == "EUR"
                answers = list(threads.map(lambda each: each.post("/jobs/train"), (one, two)))
                assert len({each.headers["location"] for each in answers}) == 1
                one.post(f"{answers[0].headers['location']}/cancel")
            with open_store(club.folder) as store:
                assert len(store.jobs()) == 1
                long_form.awaited(lambda: store.job(1).finished_at, LONGEST_S)
                assert store.job(1).state == "cancelled"
        finally:
            other.close()


def test_a_server_in_a_folder_that_cannot_be_written_ends_in_a_line(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode:
        pytest.skip("a folder that cannot be written needs the right to mount one")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--folder", str(folder), "--port", "0"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "gatecast.db" in ended.stderr
