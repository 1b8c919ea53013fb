import datetime as dt

from gatecast.forecast import drivers as d
from gatecast.games import CANONICAL, Column, Knowability, Role
from gatecast.games import columns as c
from gatecast.web.drivers import alike_words, driver_bars, driver_facts, driver_words, signed
from gatecast.web.words import Preferences

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
    assert facts(d.GATES) == ""


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
