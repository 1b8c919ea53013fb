"""Games that an upload calls off: the stored game that is meant, or a word on why there is none."""

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.service.club_service import open_service
from gatecast.service.uploads import preview, store_upload
from gatecast.service.waiting_uploads import Uploads

STORED = (
    "date,start_time,opponent,attendance\n2024-06-01,19:05,Lakes,5100\n2024-06-02,13:05,Lakes,\n"
    "2024-06-02,19:05,Lakes,\n2024-06-03,19:05,Hills,\n"
)


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as service:
        send(service, STORED)
        yield service


def send(service, text):
    upload = Uploads().add("schedule.csv", text.encode(), "Larks")
    return preview(service, upload), store_upload(service, upload)


def aside(service):
    table = service.set_aside().sort(c.DATE, c.START_TIME)
    return [(str(row[c.DATE]), str(row[c.START_TIME]), row["status"]) for row in table.to_dicts()]


def test_the_start_tells_games_of_a_day_apart(service):
    rows = "2024-06-02,13:05,Lakes,Scheduled\n2024-06-02,19:05,Lakes,PPD\n2024-06-03,19:05,Hills,Scheduled\n"
    seen, report = send(service, f"date,start_time,opponent,status\n{rows}")
    assert [each.row for each in seen.called_off] == [3]
    assert (report.added, report.changed, report.refused) == (0, 2, ())
    assert aside(service) == [("2024-06-02", "19:05:00", "postponed")]
    assert service.games().table.filter(pl.col(c.VISITOR) == "Lakes")[c.NUMBER].to_list() == [0, 0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2024-06-02,,Lakes,,Postponed", "say its start_time"),
        ("2024-06-01,19:05,Lakes,,Cancelled", "a stored attendance of 5,100"),
        ("2024-06-33,19:05,Lakes,,Cancelled", "2024-06-33"),
    ],
)
def test_a_row_that_cannot_be_called_off_is_refused(service, row, words):
    other = "2024-06-03,19:05,Hills,,Scheduled"
    seen, report = send(service, f"date,start_time,opponent,attendance,status\n{row}\n{other}\n")
    assert [each.row for each in report.refused] == [2]
    assert words in str(report.refused[0])
    assert seen.called_off == ()
    assert aside(service) == []


def test_a_game_that_nobody_stored_is_left_out_and_said(service):
    text = "date,start_time,opponent,attendance,status\n2024-07-02,19:05,Lakes,,Postponed\n2024-06-03,19:05,Hills,,\n"
    seen, report = send(service, text)
    assert (seen.called_off, report.refused, aside(service)) == ((), (), [])
    assert any("left out 1 game called off by status (row 2)" in note for note in seen.reading.notes)


def test_a_flag_and_ids_say_it_too(service):
    games = service.games().table.filter(pl.col(c.VISITOR) == "Hills")
    game = games[c.GAME_ID][0]
    kept = service.games().table[c.GAME_ID][1]
    text = (
        f"game_id,date,opponent,home,cancelled\n{game},2024-06-03,Hills,Larks,yes\n{kept},2024-06-02,Lakes,Larks,no\n"
    )
    send(service, text)
    assert aside(service) == [("2024-06-03", "19:05:00", "cancelled")]
