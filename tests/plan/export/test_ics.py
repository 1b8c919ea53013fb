import datetime as dt

import icalendar
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.errors import InputError
from gatecast.plan import CrowdSettings, Operations, StaffRole, make_plan, write_plan
from gatecast.plan.export.ics import calendar_text, escaped, folded
from gatecast.plan.views.deadlines import deadlines

STAMP = dt.datetime(2019, 5, 23, 20, 15, tzinfo=dt.UTC)
ODD = "gate; north, \\ 50%\nsécurité 警備 " + "x" * 90


def events(text):
    return icalendar.Calendar.from_ical(text).walk("VEVENT")


@pytest.fixture
def plan(forecast, operations):
    return make_plan(forecast, operations)


def test_another_parser_reads_each_deadline(plan):
    calendar = icalendar.Calendar.from_ical(calendar_text(plan, stamp=STAMP))
    assert calendar["VERSION"] == "2.0"
    assert calendar["X-WR-CALNAME"] == "Deadlines of Riverside"
    found = calendar.walk("VEVENT")
    due = deadlines(plan)
    assert [event["SUMMARY"] for event in found] == [each.what for each in due]
    for event, each in zip(found, due, strict=True):
        assert event.decoded("DTSTART") == each.decide_by
        assert event.decoded("DTEND") - event.decoded("DTSTART") == dt.timedelta(days=1)
        assert not isinstance(event.decoded("DTSTART"), dt.datetime)
        assert event.decoded("DTSTAMP") == STAMP
    assert found[0]["DESCRIPTION"] == "ushers: 57 shifts"
    assert found[0]["CATEGORIES"].to_ical() == b"Staff"
    assert not calendar.errors
    assert not any(event.errors for event in found)


def test_the_file_has_lines_as_the_standard_asks(plan, tmp_path):
    write_plan(plan, tmp_path / "plan.ics")
    content = (tmp_path / "plan.ics").read_bytes()
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert len(events(content)) == len(deadlines(plan))


def test_odd_names_come_back_whole(forecast):
    role = StaffRole(name=ODD.replace("\n", " ")[:60], people_per_shift=100, cost=1, shortage_cost=2)
    odd = make_plan(
        forecast.with_columns(visitor=pl.lit(ODD)), Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,))
    )
    first = events(calendar_text(odd, notice=ODD))[0]
    assert first["SUMMARY"].endswith(f"for Thu 30 May, 19:05, {ODD}")
    told, notice = first["DESCRIPTION"].split("\n", 1)
    assert told.startswith(f"{role.name}: ")
    assert notice == ODD


def test_names_cannot_add_lines_of_their_own(forecast, operations):
    evil = forecast.with_columns(visitor=pl.lit("Gulls\r\nEND:VEVENT\r\nBEGIN:VALARM\u2028"))
    text = calendar_text(make_plan(evil, operations))
    assert len(events(text)) == 6
    assert "\r\nBEGIN:VALARM" not in text


def test_uids_are_stable_and_one_of_a_kind(plan, forecast, operations):
    fewer = make_plan(forecast.with_columns(pl.col("mean", "^q.*$") * 0.5), operations)
    first, second = ([event["UID"] for event in events(calendar_text(each))] for each in (plan, fewer))
    assert first == second
    assert len(set(first)) == len(first)


def test_without_a_stamp_it_is_made_now(plan):
    made = events(calendar_text(plan))[0].decoded("DTSTAMP")
    assert abs(made - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_a_plan_without_deadlines_is_refused_and_leaves_no_file(forecast, operations, tmp_path):
    undated = make_plan(forecast.with_columns(date=None), operations)
    with pytest.raises(InputError, match="got no deadline, expected games with dates"):
        write_plan(undated, tmp_path / "plan.ics")
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=300))
def test_any_text_comes_back_from_another_parser(text):
    line = folded(f"SUMMARY:{escaped(text)}")
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n")
    assert event["SUMMARY"] == plain
