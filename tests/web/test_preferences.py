import datetime as dt

import pytest

from gatecast.web.preferences import Preferences, preferences


@pytest.mark.parametrize(
    ("language", "units"),
    [
        ("en-US,en;q=0.9", "imperial"),
        ("es-US", "imperial"),
        ("zh-Hans-US", "imperial"),
        ("en-GB,en-US;q=0.9", "metric"),
        ("de-DE", "metric"),
        ("en", "metric"),
        ("", "metric"),
        ("*;q=0.1", "metric"),
        ("\x00" * 50, "metric"),
    ],
)
def test_units_by_the_first_language(language, units):
    assert preferences({}, language).units == units


def test_what_was_chosen_counts_more():
    chosen = preferences({"gc_units": "metric", "gc_theme": "dark"}, "en-US")
    assert chosen == Preferences("metric", "dark", "US")
    assert preferences({"gc_units": "furlongs", "gc_theme": "<script>"}, "en-US") == Preferences(
        "imperial", "auto", "US"
    )


def test_weather_in_both_units():
    assert Preferences().temperature(-3.4) == "−3 °C"
    assert Preferences("imperial").temperature(0.0) == "32 °F"
    assert Preferences().wind(12.4) == "12 km/h"
    assert Preferences("imperial").wind(None) == Preferences().temperature(None) == "–"


@pytest.mark.parametrize(("hour", "told"), [(0, "12:05 am"), (12, "12:05 pm"), (19, "7:05 pm"), (11, "11:05 am")])
def test_clocks(hour, told):
    assert Preferences("imperial").clock(dt.time(hour, 5)) == told
    assert Preferences().clock(dt.time(hour, 5)) == f"{hour:02}:05"
    assert Preferences("imperial").clock(None) == ""
