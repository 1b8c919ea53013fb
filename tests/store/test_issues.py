import datetime as dt

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from gatecast.errors import DataError, GatecastError, InputError, StoreError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.plan import default_operations, make_plan
from gatecast.plan.export.json import plan_as_dict
from gatecast.store.schema import FORECASTS, ISSUES

from .tables import OPENING, forecast, ids, season

KEPT = {
    "forecast_issues": "model_id = 'better'",
    "forecasts": "mean = 0",
    "plans": "plan = '{}'",
    "outcomes": "attendance = 0",
    "tickets_sold": "tickets = 0",
}


@pytest.fixture
def filled(store):
    """A store with something in every table."""
    store.import_games(season())
    issue = store.record_forecast(forecast(ids()), "m1")
    store.record_plan({"games": [], "operations": {}}, issue_id=issue)
    store.record_outcomes(pl.DataFrame({c.GAME_ID: ids(2), c.ATTENDANCE: [1001, 1002]}))
    store.record_tickets(pl.DataFrame({c.GAME_ID: ids(2), "as_of": [OPENING] * 2, "tickets": [1, 2]}))
    return store


def test_a_forecast_comes_back_as_it_was_issued(store):
    store.import_games(season())
    issued = dt.datetime(2019, 3, 25, 9, 30, 1, 234567, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    told = forecast(ids()).with_columns(turned_away=pl.lit(12.3), capacity=pl.lit(8999), home=pl.lit("RIV"))
    number = store.record_forecast(told, "sha256:ab", issued_at=issued)
    found = store.forecasts()
    assert_frame_equal(found.select(told.drop(c.HOME).columns), told.drop(c.HOME).cast({c.CAPACITY: pl.Int64}))
    assert found["issue_id"].to_list() == [number] * 6
    assert found["issued_at"].to_list() == [issued.astimezone(dt.UTC)] * 6
    assert found[MODEL].to_list() == ["sha256:ab"] * 6


def test_forecasts_can_be_told_apart(store):
    store.import_games(season())
    for model, first in (("a", 1000.0), ("b", 2000.0), ("a", 3000.0)):
        store.record_forecast(forecast(ids(), first=first), model)
    assert store.forecasts(model_id="a").height == 12
    assert store.forecasts(ids()[:2], model_id="b").height == 2
    assert store.forecasts()[MEAN].to_list()[-6:] == [3000.2] * 6
    assert store.forecasts(ids()[:0]).height == 0


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({c.GAME_ID: pl.lit("nowhere")}, c.GAME_ID),
        ({LEAD: pl.lit(None, pl.String)}, LEAD),
        ({AS_OF: pl.lit(dt.date(2999, 1, 1))}, AS_OF),
        ({quantile_column(0.5): pl.lit(9e9)}, quantile_column(0.5)),
        ({P_SELLOUT: pl.lit(1.5)}, P_SELLOUT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_forecast_with_one_bad_row_is_refused_whole(store, change, column):
    store.import_games(season())
    last = pl.int_range(pl.len()) == 5
    wrong = forecast(ids()).with_columns(
        pl.when(last).then(value).otherwise(pl.col(name)).alias(name) for name, value in change.items()
    )
    with pytest.raises(DataError, match=f"row 7, {column}"):
        store.record_forecast(wrong, "m")
    assert store.forecasts().height == 0
    with store.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(ISSUES)) == 0


def test_a_forecast_of_no_model_is_refused(store):
    store.import_games(season())
    with pytest.raises(InputError, match="without a model"):
        store.record_forecast(forecast(ids()), " ")


def test_forecasts_of_many_mornings_are_recorded_together_or_not_at_all(store):
    store.import_games(season())
    days = [dt.datetime(2019, 3, day, 6, tzinfo=dt.UTC) for day in (25, 26)]
    told = [forecast(ids(), first=1000.0), forecast(ids()).with_columns(turned_away=pl.lit(12.3))]
    late = told[1].with_columns(pl.lit(dt.date(2999, 1, 1)).alias(AS_OF))
    with pytest.raises(DataError, match=f"row 2, {AS_OF}: got '2999-01-01', expected a day up to 2019-03-26"):
        store.record_forecasts([(told[0], "a", days[0]), (late, "b", days[1])])
    assert store.forecasts().height == 0
    store.record_forecasts([(told[0], "a", days[0]), (told[1], "b", days[1])])
    found = store.forecasts()
    assert found["issued_at"].unique(maintain_order=True).to_list() == days
    for frame, model in zip(told, ("a", "b"), strict=True):
        assert_frame_equal(found.filter(pl.col(MODEL) == model).select(frame.columns), frame)


@pytest.mark.parametrize("table", KEPT)
def test_what_was_issued_cannot_be_changed_even_past_the_store(filled, table):
    replace = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    third = replace if filled.database.sqlite else f"TRUNCATE {table} CASCADE"
    query = sa.text(f"SELECT * FROM {table}")
    with filled.database.reading() as connection:
        before = [tuple(row) for row in connection.execute(query)]
    for statement in (f"UPDATE {table} SET {KEPT[table]}", f"DELETE FROM {table}", third):
        with pytest.raises(StoreError, match="kept as they were recorded"), filled.database.writing() as connection:
            connection.execute(sa.text(statement))
    with filled.database.reading() as connection:
        assert [tuple(row) for row in connection.execute(query)] == before != []


def test_foreign_keys_hold(filled):
    stray = {"issue_id": 99, c.GAME_ID: ids()[0], LEAD: "1", "further": {}, MEAN: 1.0}
    row = {**stray, **dict.fromkeys(QUANTILE_COLUMNS, 1.0)}
    with pytest.raises(StoreError), filled.database.writing() as connection:
        connection.execute(sa.insert(FORECASTS), [row])


def test_a_plan_comes_back_as_it_was_issued(filled):
    games = filled.games().table
    described = forecast(ids()).join(games.select(c.GAME_ID, c.DATE, c.HOME, c.CAPACITY), on=c.GAME_ID)
    plan = make_plan(described, default_operations())
    number = filled.record_plan(plan, issue_id=1)
    assert filled.plan(number) == plan_as_dict(plan)
    assert filled.plans()["plan_id"].to_list() == [1, number]


def test_a_plan_that_cannot_be_kept_is_refused(filled):
    for plan, issue in (({"games": []}, 1), ({"operations": {}, "x": float("nan")}, 1), ({"operations": {}}, 99)):
        with pytest.raises(InputError):
            filled.record_plan(plan, issue_id=issue)
    with pytest.raises(GatecastError, match="plan 99: got no such plan"):
        filled.plan(99)
    assert filled.plans().height == 1
