import datetime as dt

import polars as pl
import pytest
import sqlalchemy as sa

from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.store.schema import OUTCOMES

from .tables import OPENING, ids, season


def counts(report):
    return report.added, report.changed, report.unchanged, len({each.row for each in report.refused})


def outcomes(store):
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(OUTCOMES).order_by(OUTCOMES.c.outcome_id)).all()
    return [(row.game_id, row.attendance, row.scanned) for row in rows]


@pytest.fixture
def six(store):
    store.import_games(season())
    return store


def test_a_correction_is_a_row_of_its_own_and_the_latest_counts(six):
    gates = pl.DataFrame({c.GAME_ID: ids(2), c.ATTENDANCE: [5000, 6000], c.SCANNED: [4500, None]})
    assert counts(six.record_outcomes(gates)) == (0, 2, 0, 0)
    assert counts(six.record_outcomes(gates)) == (0, 0, 2, 0)
    assert counts(six.record_outcomes(gates.with_columns(pl.lit(5500).alias(c.ATTENDANCE)).head(1))) == (0, 1, 0, 0)
    first, second = ids(2)
    assert outcomes(six) == [(first, 5000, 4500), (second, 6000, None), (first, 5500, 4500)]
    assert six.games().table.select(c.ATTENDANCE, c.SCANNED).head(2).rows() == [(5500, 4500), (6000, None)]


def test_a_gate_that_comes_with_games_is_an_outcome_too(six):
    six.import_games(season(1, **{c.ATTENDANCE: [7000]}))
    assert outcomes(six) == [(ids()[0], 7000, None)]


def test_an_outcome_taken_back_leaves_the_one_before(six):
    gates = pl.DataFrame({c.GAME_ID: ids(1), c.ATTENDANCE: [5000]})
    six.record_outcomes(gates)
    wrong = six.record_outcomes(gates.with_columns(pl.lit(50).alias(c.ATTENDANCE)))
    six.undo(wrong.import_id)
    assert [gate for _, gate, _ in outcomes(six)] == [5000, 50, 5000]
    assert six.games().table[c.ATTENDANCE][0] == 5000


def test_when_an_outcome_was_known(six):
    known = dt.datetime(2019, 4, 2, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=-7)))
    six.record_outcomes(pl.DataFrame({c.GAME_ID: ids(1), c.ATTENDANCE: [5000]}), known_at=known)
    with six.database.reading() as connection:
        row = connection.execute(sa.select(OUTCOMES)).one()
    assert row.known_at == known
    assert row.known_at.tzinfo == dt.UTC
    assert abs(dt.datetime.now(dt.UTC) - row.recorded_at) < dt.timedelta(minutes=5)


def test_outcomes_that_cannot_be_used_are_told(six):
    gates = pl.DataFrame(
        {c.GAME_ID: [ids()[0], "nowhere", None, ids()[1], ids()[2]], c.ATTENDANCE: ["x", "1", "1", "99000", "5000"]}
    )
    report = six.record_outcomes(gates, source="gates.csv")
    assert counts(report) == (0, 1, 0, 4)
    assert [(each.row, each.column) for each in report.refused] == [
        (2, c.ATTENDANCE), (3, c.GAME_ID), (4, c.GAME_ID), (5, c.ATTENDANCE),
    ]  # fmt: skip
    with pytest.raises(DataError, match=f"no column {c.ATTENDANCE}"):
        six.record_outcomes(gates.drop(c.ATTENDANCE))


def test_tickets_sold_are_kept_by_game_and_day(six):
    first, second = ids(2)
    days = [OPENING - dt.timedelta(days=i) for i in (9, 8, 9)]
    sold = pl.DataFrame({c.GAME_ID: [first, first, second], AS_OF: days, TICKETS: [100, 150, 90]})
    assert counts(six.record_tickets(sold)) == (3, 0, 0, 0)
    assert counts(six.record_tickets(sold.cast(pl.String))) == (0, 0, 3, 0)
    assert counts(six.record_tickets(sold.with_columns(pl.lit(150).alias(TICKETS)))) == (0, 2, 1, 0)
    assert six.tickets().rows() == [(first, days[0], 150), (first, days[1], 150), (second, days[0], 150)]


def test_tickets_that_cannot_be_used_are_told(six):
    rows = [
        (ids()[0], "2019-03-01", "1.5"),
        (ids()[0], "March", "1"),
        ("nowhere", "2019-03-01", "1"),
        (None, None, None),
    ]
    good = [(ids()[0], "2019-03-01", "7"), (ids()[0], "2019-03-01", "8")]
    sold = pl.DataFrame([*rows, *good], schema=[c.GAME_ID, AS_OF, TICKETS], orient="row")
    report = six.record_tickets(sold, rows=range(11, 17))
    assert counts(report) == (1, 0, 0, 5)
    assert [(each.row, each.column) for each in report.refused] == [
        (11, TICKETS), (12, AS_OF), (13, c.GAME_ID), (14, AS_OF), (14, c.GAME_ID), (14, TICKETS), (16, AS_OF),
    ]  # fmt: skip
    with pytest.raises(DataError, match=f"no column {TICKETS}"):
        six.record_tickets(sold.drop(TICKETS))


def test_a_table_of_which_nothing_can_be_used_stores_nothing(six):
    strangers = pl.DataFrame({c.GAME_ID: ["x", "y"], c.ATTENDANCE: [1, 2]})
    assert counts(six.record_outcomes(strangers)) == (0, 0, 0, 2)
    assert counts(six.import_games(season(2, **{c.CAPACITY: ["a", "b"]}))) == (0, 0, 0, 2)
    assert counts(six.import_games(season(2).with_columns(pl.lit("a").alias(c.GAME_ID)).head(1))) == (1, 0, 0, 0)
    assert outcomes(six) == []
