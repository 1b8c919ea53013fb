import datetime as dt

import polars as pl
import pytest

from gatecast.errors import GatecastError
from gatecast.games import ALWAYS, Column, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN
from gatecast.plan.columns import TICKETS
from gatecast.store import open_store
from gatecast.store.revisions import AREAS

from .tables import OPENING, forecast, ids, season

SOLD = pl.DataFrame({c.GAME_ID: ids(1), AS_OF: [OPENING], TICKETS: [7]})
GATES = pl.DataFrame({c.GAME_ID: ids(2), c.ATTENDANCE: [5000, 6000]})
PLAN = {"games": [], "operations": {}}
WRITES = {
    "games added": ("games schedule imports", lambda store: store.import_games(season(9))),
    "a game changed": (
        "games schedule imports",
        lambda store: store.import_games(season(1, **{c.PROMOTION: ["fireworks"]})),
    ),
    "gates": ("games imports", lambda store: store.record_outcomes(GATES)),
    "an import taken back": ("games schedule imports", lambda store: store.undo(1)),
    "tickets": ("tickets", lambda store: store.record_tickets(SOLD)),
    "a forecast": ("forecasts", lambda store: store.record_forecast(forecast(ids()), "m")),
    "a plan": ("plans", lambda store: store.record_plan(PLAN)),
    "a setting": ("settings", lambda store: store.save_setting("club", "RIV")),
}


def moved(store, write):
    """By how much each area that a write touches moves."""
    before = store.revisions()
    write(store)
    return {area: number - before[area] for area, number in store.revisions().items() if number != before[area]}


@pytest.fixture
def six(store):
    store.import_games(season())
    return store


def test_a_new_store_is_at_nought_everywhere(store):
    assert store.revisions() == dict.fromkeys(AREAS, 0)
    assert tuple(store.revisions()) == AREAS


@pytest.mark.parametrize("name", WRITES)
def test_each_write_moves_its_areas_by_one(six, place, name):
    areas, write = WRITES[name]
    assert moved(six, write) == dict.fromkeys(areas.split(), 1)
    with open_store(place) as other:
        assert other.revisions() == six.revisions()
        assert tuple(other.revisions()) == AREAS


def test_a_declared_column_is_a_change_of_games_even_while_it_is_empty(six):
    price = Column("price", pl.Float64, Role.NUMBER, ALWAYS)
    empty = season(price=[None] * 6).cast({"price": pl.Float64})
    assert moved(six, lambda store: store.import_games(empty, [price])) == {"games": 1, "schedule": 1, "imports": 1}
    assert moved(six, lambda store: store.import_games(empty, [price])) == {"imports": 1}


def test_what_changes_nothing_moves_nothing(six):
    six.record_outcomes(GATES)
    six.record_tickets(SOLD)
    six.save_setting("club", "RIV")
    again = six.import_games(season())
    for write in (
        lambda store: store.import_games(season(9), dry_run=True),
        lambda store: store.import_games(season()),
        lambda store: store.undo(again.import_id),
        lambda store: store.record_outcomes(GATES),
        lambda store: store.record_outcomes(GATES.with_columns(pl.lit("nowhere").alias(c.GAME_ID))),
        lambda store: store.record_tickets(SOLD),
        lambda store: store.save_setting("club", "RIV"),
    ):
        # An import that changes nothing is on the list of imports all the same.
        assert moved(six, write).keys() <= {"imports"}


def test_what_is_refused_moves_nothing(six):
    def refused(write):
        def call(store):
            with pytest.raises(GatecastError):
                write(store)

        return call

    for write in (
        lambda store: store.undo(99),
        lambda store: store.record_forecast(forecast(["nowhere"]), "m"),
        lambda store: store.record_forecast(forecast(ids()).with_columns(pl.lit(-1.0).alias(MEAN)), "m"),
        lambda store: store.record_plan(PLAN, issue_id=99),
        lambda store: store.save_setting("club", float("nan")),
    ):
        assert moved(six, refused(write)) == {}


def test_jobs_sessions_and_tokens_move_nothing(six):
    def write(store):
        number = store.start_job("forecast", {})
        store.report_job(number, 0.5, "half")
        store.cancel_job(number)
        store.finish_job(number, "cancelled", "")
        store.interrupt_jobs(0)
        store.add_session("0" * 64, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
        store.drop_sessions()
        store.drop_token(store.add_token("till", "0" * 64, True))

    assert moved(six, write) == {}
