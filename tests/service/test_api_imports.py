"""Rows that programs send: read by column, counted from 1, and stored once."""

import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.games import ALWAYS, Column, Role
from gatecast.service.api_imports import take_games, take_outcomes, take_tickets

GAME, CLUB = "QUI202506100", "Quillport Lanterns"


def told(report):
    return report.added, report.changed, report.unchanged, [(each.row, each.column) for each in report.refused]


def test_games_are_added_and_changed_and_left_as_they_are(own_service):
    rows = [
        {"game_id": GAME, "temperature_c": 12, "promotion": None},
        {"date": "2025-09-01", "start_time": "19:05", "home": CLUB, "capacity": 6200, "price": 18},
        {"game_id": "new", "date": "2025-09-02"},
        {},
    ]
    before = own_service.games().table.filter(game_id=GAME).to_dicts()[0]
    assert told(take_games(own_service, rows, source="a program", dry_run=True)) == (
        1,
        1,
        0,
        [(3, "home"), (4, "game_id")],
    )
    assert own_service.games().table.filter(game_id=GAME).to_dicts()[0] == before
    report = take_games(own_service, rows, source="a program")
    assert told(report)[:2] == (1, 1)
    assert own_service.games().table.filter(game_id=GAME).to_dicts()[0] == {**before, "temperature_c": 12.0}
    again = take_games(own_service, rows[:2], source="a program")
    assert (again.import_id, told(again)) == (None, (0, 0, 2, []))
    assert own_service.store.imports()["import_id"].max() == report.import_id


def test_a_column_that_no_game_has_is_refused(own_service):
    with pytest.raises(DataError, match=r"row 2: got an unknown column 'prise'.* did you mean 'price'"):
        take_games(own_service, [{"game_id": GAME}, {"game_id": GAME, "prise": 3}], source="a program")


def test_a_cell_of_another_kind_is_refused_by_its_row(own_service):
    rows = [{"game_id": GAME, "price": "dear"}, {"game_id": GAME, "price": True}]
    assert told(take_games(own_service, rows[:1], source="")) == (0, 0, 0, [(1, "price")])
    assert told(take_games(own_service, rows[1:], source="")) == (0, 0, 0, [(1, "price")])


def test_rows_of_nothing_on_an_empty_service(empty_service):
    assert told(take_games(empty_service, [{}, {"game_id": None}], source="")) == (
        0,
        0,
        0,
        [(1, "game_id"), (2, "game_id")],
    )


def test_outcomes_are_kept_once_and_corrected(own_service):
    rows = [{"game_id": GAME, "attendance": 3100}, {"game_id": "nowhere", "attendance": 1}]
    first = take_outcomes(own_service, rows, source="a program")
    assert told(first) == (0, 1, 0, [(2, "game_id")])
    again = take_outcomes(own_service, rows, source="a program")
    assert (again.import_id, told(again)) == (None, (0, 0, 1, [(2, "game_id")]))
    assert told(take_outcomes(own_service, [{"game_id": GAME, "scanned": 2600}], source=""))[1] == 1
    row = own_service.games().table.filter(game_id=GAME).to_dicts()[0]
    assert (row["attendance"], row["scanned"]) == (3100, 2600)


def test_tickets_are_kept_once_and_corrected(own_service):
    rows = [
        {"game_id": GAME, "as_of": "2025-06-08", "tickets": 2500},
        {"game_id": "x", "as_of": "2025-06-08", "tickets": 1},
    ]
    assert told(take_tickets(own_service, rows, source="")) == (1, 0, 0, [(2, "game_id")])
    assert told(take_tickets(own_service, rows[:1], source="")) == (0, 0, 1, [])
    assert told(take_tickets(own_service, [{**rows[0], "tickets": 2600}], source="")) == (0, 1, 0, [])


def test_rows_that_are_refused_keep_their_numbers(own_service):
    declared = Column("open", pl.Boolean, Role.CATEGORY, ALWAYS)
    own_service.store.import_games(pl.DataFrame({"game_id": ["x"], "date": ["2025-09-03"], "open": [True]}), [declared])
    with pytest.raises(DataError, match="row 2, open: got 'maybe', expected true or false"):
        take_games(own_service, [{}, {"game_id": GAME, "open": "maybe"}], source="a program")
    assert told(take_games(own_service, [{"game_id": GAME, "open": False}], source="")) == (0, 1, 0, [])
