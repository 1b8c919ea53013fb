import datetime as dt

import pytest

from gatecast.forecast import drivers as d
from gatecast.games import CANONICAL, Column, Knowability, Role
from gatecast.games import columns as c
from gatecast.plan.operations.model import MODELS, numbers_of
from gatecast.service.operations_form import Setting
from gatecast.service.plan_differences import DecisionChange
from gatecast.web.charts import driver_bars
from gatecast.web.preferences import Preferences
from gatecast.web.words import (
    LABELS,
    alike_words,
    change_words,
    column_words,
    driver_facts,
    driver_words,
    first_forecast_words,
    game_words,
    promotion_words,
    setting_words,
    signed,
    value_text,
    value_words,
)

METRIC, IMPERIAL = Preferences(), Preferences("imperial")


def own(dtype=c.pl.Int32, unit="", **bounds):
    return Column("own", dtype, Role.NUMBER, Knowability.parse("always"), unit, **bounds)


def test_values_in_the_words_of_the_reader():
    def both(name, value):
        return [value_words(value, CANONICAL[name], reader) for reader in (METRIC, IMPERIAL)]

    assert both(c.TEMPERATURE, 25.0) == ["25 °C", "77 °F"]
    assert both(c.WIND, 16.1) == ["16 km/h", "10 mph"]
    assert both(c.START_TIME, dt.time(19, 5)) == ["19:05", "7:05 pm"]
    assert both(c.DATE, dt.date(2025, 6, 14))[0] == "Sat 14 June 2025"
    assert both(c.NUMBER, 2)[0] == "second game"
    assert both(c.SEASON, 2025)[0] == "2025"
    assert both(c.PROMOTION, None)[0] == "none"
    assert both(c.VISITOR, None)[0] == "unknown"


def test_values_of_a_clubs_own_columns():
    assert value_words(1234, own(unit="tickets"), METRIC) == "1,234 tickets"
    assert value_words(1, own(c.pl.Int8, low=0.0, high=1.0), METRIC) == "yes"
    assert value_words(15.5, own(c.pl.Float64, "dollars"), METRIC) == "15.50 dollars"


def test_names_of_columns():
    assert column_words(c.TEMPERATURE) == "Temperature"
    assert column_words("tickets_sold_7") == "Tickets sold, 7 days before"
    assert promotion_words("a; b;") == "a, b"


def test_which_game_it_is():
    row = {c.DATE: None, c.START_TIME: None, c.VISITOR: None, c.NUMBER: 0, c.GAME_ID: "game-000003"}
    assert game_words(row, METRIC) == "game-000003"
    row |= {c.VISITOR: "Kites"}
    assert game_words(row, METRIC) == "v. Kites"
    row |= {c.DATE: dt.date(2025, 6, 14), c.START_TIME: dt.time(19, 5)}
    assert game_words(row, IMPERIAL, year=False) == "Sat 14 June, 7:05 pm, v. Kites"


SOLD = {
    f"tickets_sold_{days}": Column(f"tickets_sold_{days}", c.pl.Int32, Role.NUMBER, Knowability(float(days)), "tickets")
    for days in (30, 7, 1)
}
COLUMNS = {**CANONICAL, **SOLD}
ROW = {
    **dict.fromkeys(COLUMNS),
    c.DATE: dt.date(2025, 6, 13),
    c.START_TIME: dt.time(19, 5),
    c.DAY_NIGHT: "night",
    c.NUMBER: 0,
    c.TEMPERATURE: 25.0,
    c.PRECIPITATION: "none",
    "tickets_sold_30": 900,
    "tickets_sold_7": 2500,
}


def facts(driver, units="metric", **more):
    return driver_facts(driver, {**ROW, **more}, COLUMNS, Preferences(units))


def test_every_driver_has_words():
    assert all(driver_words(driver) != driver for driver in d.DRIVERS)
    assert driver_words("own_tickets_sold") == "Tickets sold"


def test_what_each_driver_stands_for():
    assert facts(d.START) == "Fri, 19:05, night"
    assert facts(d.START, "imperial", number=2) == "Fri, 7:05 pm, night, second game"
    assert facts(d.WEATHER) == "25 °C, dry"
    assert facts(d.WEATHER, "imperial", precipitation="rain") == "77 °F, rain"
    assert facts(d.PROMOTION) == "none"
    assert facts(d.PROMOTION, promotion="fireworks;cap") == "fireworks, cap"
    assert facts(d.OPPONENT) == ""
    assert facts(d.OPPONENT, visitor="Kites") == "Kites"
    assert facts(d.RECENT_ATTENDANCE) == ""


def test_of_columns_that_share_a_driver_the_last_one_known_is_told():
    assert facts("own_tickets_sold") == "2,500 tickets"
    assert facts("own_price") == ""


def test_without_a_date():
    assert facts(d.START, date=None, start_time=None, day_night=None) == ""


def test_bars_share_one_scale_and_one_line():
    zero, bars = driver_bars([600.0, -200.0, 0.0])
    assert zero == 25.0
    assert bars == [(25.0, 75.0), (0.0, 25.0), (25.0, 0.0)]
    assert driver_bars([-5.0]) == (100.0, [(0.0, 100.0)])
    assert driver_bars([]) == (0.0, [])


def test_people_more_or_fewer():
    assert [signed(people) for people in (1234.0, -1234.0, 41.0, -0.4)] == ["+1,230", "−1,230", "+41", "0"]


def test_drivers_as_a_list():
    assert alike_words(("weather", "own_price")) == "Weather, price"
    assert alike_words(()) == "–"


@pytest.mark.parametrize("group", MODELS)
def test_every_number_has_a_name_of_its_own(group):
    names = [LABELS[group][setting] for setting in numbers_of(MODELS[group])]
    assert len(names) == len(set(names))


def test_values_with_their_units():
    assert value_text(0.3, "money a unit", "EUR") == "EUR 0.30 a unit"
    assert value_text(0.125, "money a unit", "$") == "$0.125 a unit"
    assert value_text(1200, "people", "$") == "1,200 people"
    assert value_text(None, "people", "$") == "none"


def test_changed_settings():
    pool = Setting("staff.ushers.pool", "staff", "ushers", "pool", None, 40, "people")
    assert setting_words(pool, "$") == "Ushers: maximum available 40 people instead of none"
    crowd = Setting("crowd.show_rate", "crowd", "", "show_rate", 0.83, 0.9, "share of tickets")
    assert setting_words(crowd, "$") == "Attendance: tickets used 0.9 share of tickets instead of 0.83"
    days = Setting("stock.buns.delivery_days", "stock", "buns", "delivery_days", (), ("mon", "thu"), "")
    assert setting_words(days, "$") == "Buns: delivery days Mon, Thu instead of every day"


def test_changed_choices():
    def words(**more):
        plain = {"total_before": 10, "total_after": 10, "engaged_before": None, "engaged_after": None, "dearer": 0.0}
        return change_words(DecisionChange("stock", "buns", "cases", **{**plain, "games": 0, **more}), "$")

    assert words() == "Buns: 10 cases in total as before; expected cost unchanged"
    assert (
        words(games=2, dearer=-3.0) == "Buns: 10 cases in total as before, different at 2 games; expected cost $3 less"
    )
    assert words(games=1).startswith("Buns: 10 cases in total as before, different at 1 game")
    assert words(total_after=1200, dearer=5.0) == "Buns: 1,200 cases instead of 10; expected cost $5 more"
    assert words(total_before=None) == "Buns: 10 cases, new in the plan"
    assert words(total_after=None) == "Buns: no longer planned, 10 cases before"


@pytest.mark.parametrize(("games", "told"), [(9_999, "a few seconds"), (10_000, "trains a network")])
def test_a_first_forecast_is_announced_with_training_only_where_it_trains(games, told):
    assert told in first_forecast_words(games)
