import polars as pl
import pytest
import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.games import columns as c
from gatecast.store.overrides import FORECAST

from .tables import forecast, ids, season

FIRST, SECOND = ids(2)


@pytest.fixture
def filled(store):
    store.import_games(season(2))
    return store


def test_figures_set_by_hand_are_kept_in_order_with_what_they_replaced(filled):
    before = filled.revisions()
    filled.record_override(FIRST, FORECAST, "", 5200, reason="school trip", beside={"mean": 4100.5})
    assert filled.revisions()["forecasts"] > before["forecasts"]
    filled.record_override(FIRST, FORECAST, "", None)
    filled.record_override(SECOND, "staff", "ushers", 25, reason="training")
    assert filled.revisions()["plans"] > before["plans"]
    first, ended = filled.overrides([FIRST])
    assert (first.value, first.reason, first.beside, ended.value) == (5200, "school trip", {"mean": 4100.5}, None)
    assert first.key == ended.key == (FIRST, FORECAST, "")
    assert [each.value for each in filled.overrides()] == [5200, None, 25]


def test_a_figure_of_no_game_is_refused(filled):
    with pytest.raises(InputError, match="no such game"):
        filled.record_override("none", FORECAST, "", 5200)
    assert filled.overrides() == []


def test_what_was_set_is_never_changed(filled):
    filled.record_override(FIRST, FORECAST, "", 5200)
    for change in ("UPDATE overrides SET value = 1", "DELETE FROM overrides"):
        with pytest.raises(StoreError, match="kept as they were"), filled.database.writing() as connection:
            connection.execute(sa.text(change))


def test_what_a_forecast_and_a_plan_were_made_from_lies_beside_them(filled):
    issue = filled.record_forecast(forecast([FIRST]), "m", made_from={"model": "m"})
    assert filled.forecast_inputs([issue, issue + 1]) == {issue: {"model": "m"}}
    plan = filled.record_plan({"games": [], "operations": {}}, issue_id=issue, made_from={"settings": "a"})
    assert filled.plan_inputs(plan) == {"settings": "a"}
    assert filled.plan_inputs(filled.record_plan({"games": [], "operations": {}})) is None
    assert filled.games().table.select(pl.len()).item() == 2
    assert filled.games().table[c.GAME_ID].to_list() == [FIRST, SECOND]
