import datetime as dt

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, QUANTILE_COLUMNS
from gatecast.plan import ForecastTable, make_plan
from gatecast.service.game import game_row
from gatecast.service.homestands import homestand_view
from gatecast.service.what_if import compare_what_if, fields_of

NEXT, FAR = "QUI202506130", "QUI202507130"


@pytest.fixture
def outcome(sample_club, compiled_once):
    """Asks about a game of the sample league."""

    def asked(game, units=None, **given):
        return compare_what_if(sample_club, game_row(sample_club, game), given, units or {})

    return asked


def test_the_fields_of_a_game_near_and_far(sample_club):
    near, far = (
        {field.column.name: field for field in fields_of(sample_club, game_row(sample_club, game))}
        for game in (NEXT, FAR)
    )
    assert near[c.PRECIPITATION].choices == ("none", "drizzle", "showers", "rain", "snow")
    assert near[c.PRECIPITATION].heeded
    assert not far[c.PRECIPITATION].heeded
    assert near[c.START_TIME].now == dt.time(19, 5)
    assert "Velmora Kites" in near[c.VISITOR].choices
    assert "fireworks" in near[c.PROMOTION].choices
    assert "Joss Pellerby" in near[c.HOME_STARTER].choices
    assert not {c.ATTENDANCE, c.HOME_RUNS, c.GAME_ID, c.HOME, c.CAPACITY} & set(near)
    assert near["price"].now == 15.5


def test_fewer_come_without_fireworks_and_fewer_are_hired(outcome):
    answer = outcome(NEXT, promotion="none").answer
    assert answer.values == {c.PROMOTION: None}
    assert answer.after["q50"] < answer.before["q50"] - 100
    assert answer.plan.cost_after < answer.plan.cost_before
    assert answer.games.height == 6
    ushers = next(each for each in answer.plan.choices if each["name"] == "ushers")
    assert ushers["choice_after"] < ushers["choice_before"]
    assert "in place of" in ushers["reason"]
    assert answer.unseen == ()


def test_values_in_the_units_of_the_reader(outcome):
    answer = outcome(NEXT, {c.TEMPERATURE: "F", c.WIND: "mph"}, temperature_c="41", wind_kmh="10").answer
    assert answer.values == {c.TEMPERATURE: 5.0, c.WIND: pytest.approx(16.0934)}


def test_every_value_that_cannot_be_used_is_told_beside_its_column(outcome):
    refused = outcome(NEXT, {c.TEMPERATURE: "F"}, temperature_c="500", sky="pink", promotion="none").refused
    assert refused == {
        c.TEMPERATURE: "got '500', expected a number from -40 to 131 °F",
        c.SKY: "got 'pink', expected one of sunny, cloudy, overcast, night, dome",
    }


def test_what_nobody_knows_so_long_before_is_refused(outcome):
    refused = outcome(FAR, precipitation="rain", home_starter="Joss Pellerby", promotion="fireworks").refused
    assert set(refused) == {c.PRECIPITATION, c.HOME_STARTER}
    assert "at most 16 days before" in refused[c.PRECIPITATION]


def test_a_game_cannot_be_moved_into_the_past(outcome):
    assert "a day after 2025-06-08" in outcome(NEXT, date="2025-06-01").refused[c.DATE]


def test_what_is_as_it_is_changes_nothing(outcome):
    found = outcome(NEXT, precipitation="none", sky="", promotion="fireworks", start_time="7:05 pm")
    assert (found.answer, found.refused) == (None, {})


def test_a_promotion_that_the_model_never_saw_is_told(outcome):
    assert outcome(NEXT, promotion="moon landing").answer.unseen == (c.PROMOTION,)


def test_our_own_forecast_is_planned_alike_checked_or_not(sample_club):
    forecast = sample_club.forecast_now(sample_club.club())
    tables = (ForecastTable.check(forecast), ForecastTable.from_forecaster(forecast))
    checked, unchecked = (make_plan(each, sample_club.operations()) for each in tables)
    assert unchecked.table.equals(checked.table)
    assert unchecked.games.equals(checked.games)


def test_what_is_before_the_change_is_what_other_pages_show(sample_club, outcome):
    answer = outcome(NEXT, precipitation="rain").answer
    issued = sample_club.latest(sample_club.club()).filter(pl.col(c.GAME_ID) == answer.before[c.GAME_ID])
    names = [MEAN, *QUANTILE_COLUMNS]
    assert [answer.before[name] for name in names] == pytest.approx(issued.select(names).row(0), abs=0.05)
    assert answer.plan.cost_before == homestand_view(sample_club).plan.expected_cost


def test_nothing_is_stored(sample_club, outcome):
    before = sample_club.revision()
    assert outcome(NEXT, precipitation="rain").answer is not None
    assert sample_club.revision() == before


def test_without_a_model(empty_service):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    found = compare_what_if(empty_service, game_row(empty_service, "y"), {c.PROMOTION: "fireworks"}, {})
    assert found.answer is None
    assert "no model" in found.refused[""]
