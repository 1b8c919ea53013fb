import datetime as dt
import threading

import pytest

from gatecast.games import columns as c
from gatecast.service import jobs, open_service
from gatecast.service.clubs import open_clubs
from gatecast.service.refresh import FAILED, NOTHING, REFRESHED, club_tasks, refresh, refresh_all

from .filled import TODAY, copied


@pytest.fixture
def next_day(tmp_path):
    """The sample club a day after its last forecasts."""
    with open_service(copied(tmp_path), today=lambda: TODAY + dt.timedelta(days=1)) as service:
        yield service


def test_what_is_up_to_date_is_left_alone(own_service):
    done = refresh(own_service)
    assert (done.state, done.message) == (NOTHING, "up to date")
    assert own_service.store.jobs() == []


def test_a_new_day_brings_new_forecasts_as_a_job(next_day):
    club = next_day.club()
    before = len(next_day.forecasts(club))
    done = refresh(next_day)
    assert done.state == REFRESHED, done
    assert len(next_day.forecasts(club)) > before
    assert next_day.latest(club)["as_of"].max() == TODAY
    assert [job.state for job in next_day.store.jobs()] == ["done"]
    assert refresh(next_day).state == NOTHING


def test_a_club_at_work_is_left_to_it(next_day):
    next_day.store.start_job("train", {}, slot=jobs.SLOT)
    done = refresh(next_day)
    assert done.state == FAILED
    assert "one at a time" in done.message


def test_a_lease_that_ends_in_time_is_waited_for(next_day):
    other = next_day.store.start_job("forecast", {}, slot=jobs.SLOT)
    ending = threading.Timer(0.5, lambda: next_day.store.finish_job(other, "interrupted", "its node was lost"))
    ending.start()
    assert refresh(next_day, patience_s=20).state == REFRESHED
    ending.join()


def test_clubs_are_refreshed_one_by_one_and_a_failure_stops_nobody(tmp_path):
    with open_clubs(tmp_path) as clubs:
        for slug in "abc":
            clubs.add(slug)
        tasks = club_tasks(clubs)
        assert [task.slug for task in tasks] == list("abc")
        assert [task.slug for task in club_tasks(clubs, ["b"])] == ["b"]
    (tmp_path / "clubs" / "b" / "gatecast.db").write_bytes(b"no database at all, but long enough to look at" * 30)
    for left in (tmp_path / "clubs" / "b").glob("gatecast.db-*"):
        left.unlink()
    done = list(refresh_all(tasks))
    assert [(each.name, each.state) for each in done] == [("a", NOTHING), ("b", FAILED), ("c", NOTHING)]
    assert c.GAME_ID not in done[1].message
    assert "\n" not in done[1].message
