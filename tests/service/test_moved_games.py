import datetime as dt

import polars as pl

from gatecast.games import columns as c
from gatecast.service.moved_games import moved_games

SCHEMA = {c.GAME_ID: pl.String, c.HOME: pl.String, c.VISITOR: pl.String, c.DATE: pl.Date, c.NUMBER: pl.Int8,
          c.ATTENDANCE: pl.Int32}  # fmt: skip


def table(*rows):
    """Games as (id, visitor, day of June, attendance)."""
    days = [(game, "RIV", visitor, dt.date(2025, 6, day), 0, came) for game, visitor, day, came in rows]
    return pl.DataFrame(days, schema=SCHEMA, orient="row")


STORED = table(
    ("A", "OAK", 3, 900), ("B", "OAK", 4, None), ("C", "ELM", 10, None), ("D", "ELM", 11, None),
    ("E", "FIR", 14, None), ("F", "FIR", 15, None),
)  # fmt: skip
REST = (("E", "FIR", 14, None), ("F", "FIR", 15, None))


def test_a_game_of_the_same_clubs_on_another_day_is_taken_for_the_one_that_is_absent():
    moves, absent = moved_games(
        STORED, table(("A", "OAK", 3, 900), ("new", "OAK", 20, None), ("C", "ELM", 10, None), *REST)
    )
    assert [(move.game_id, move.offered_id, move.before.day, move.after.day) for move in moves] == [("B", "new", 4, 20)]
    assert [row[c.GAME_ID] for row in absent] == ["D"]


def test_a_move_that_the_user_refuses_leaves_the_stored_game_absent():
    offered = table(
        ("new", "OAK", 20, None), ("A", "OAK", 3, 900), ("C", "ELM", 10, None), ("D", "ELM", 11, None), *REST
    )
    moves, absent = moved_games(STORED, offered, apart={"new"})
    assert len(moves) == 1
    assert [row[c.GAME_ID] for row in absent] == ["B"]


def test_each_game_moves_once_the_nearest_days_first():
    offered = table(("A", "OAK", 3, 900), ("x", "ELM", 12, None), ("y", "ELM", 25, None), ("B", "OAK", 4, None), *REST)
    moves, absent = moved_games(STORED, offered)
    assert {move.game_id: move.offered_id for move in moves} == {"D": "x", "C": "y"}
    assert absent == ()


def test_a_table_of_results_or_of_another_visitor_moves_nothing():
    assert moved_games(STORED, table(("A", "OAK", 3, 950), ("Z", "OAK", 12, 700))) == ((), ())
    moves, absent = moved_games(
        STORED, table(("B", "OAK", 4, None), ("x", "YEW", 12, None), ("D", "ELM", 11, None), *REST)
    )
    assert moves == ()
    assert [row[c.GAME_ID] for row in absent] == ["C"]


def test_a_table_that_lacks_most_games_of_its_days_is_a_part_of_a_schedule_and_moves_nothing():
    assert moved_games(STORED, table(("B", "OAK", 4, None), ("new", "ELM", 20, None))) == ((), ())
