import datetime as dt

import polars as pl
import pytest

from gatecast.collect.parse import parse, promotions, translated
from gatecast.collect.raw_table import Cells
from gatecast.errors import DataError
from gatecast.games import ALWAYS, CANONICAL, Column, Role
from gatecast.games import columns as c

PRICE = Column("price", pl.Float64, Role.NUMBER, ALWAYS)
CAP = Column("cap", pl.Int8, Role.NUMBER, ALWAYS, low=0, high=1)


def cells(*values, decimal_comma=False, dtype=None):
    return Cells(pl.Series(values, dtype=dtype), range(2, len(values) + 2), "games.csv", "theirs", decimal_comma)


def read(name, *values, unit="", **how):
    column = name if isinstance(name, Column) else CANONICAL[name]
    return parse(cells(*values, **how), column, unit).to_list()


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (("42531", "42,531", "42531.0", " 42 531"), [42531] * 4),
        (("1,234", "950", None, "unknown", "N/A", "-"), [1234, 950, None, None, None, None]),
        ((42531.0, None), [42531, None]),
    ],
)
def test_whole_numbers(values, meant):
    stripped = [value.strip() if isinstance(value, str) else value for value in values]
    assert read(c.ATTENDANCE, *stripped) == meant


def test_thousands_of_files_with_decimal_commas():
    assert read(c.ATTENDANCE, "42.531", "950", "42531,0", decimal_comma=True) == [42531, 950, 42531]
    with pytest.raises(DataError, match="row 2"):
        read(c.ATTENDANCE, "42.531")


@pytest.mark.parametrize(
    ("values", "comma", "meant"),
    [
        (("12.5", "$9", "1,250.75", "1,250", "1e2"), False, [12.5, 9.0, 1250.75, 1250.0, 100.0]),
        (("12,5", "9", "1.250,75"), True, [12.5, 9.0, 1250.75]),
        (("12,5", "1,250"), False, [12.5, 1.25]),
        (("1,250",), True, [1.25]),
        (("12.5",), True, [12.5]),
    ],
)
def test_fractional_numbers(values, comma, meant):
    assert read(PRICE, *values, decimal_comma=comma) == meant


@pytest.mark.parametrize("values", [("12,5", "12.5"), ("1,250",), ("1 2",), ("12%",), ("--5",), ("0x10",), ("inf",)])
def test_what_is_no_number(values):
    with pytest.raises(DataError, match="a number"):
        read(PRICE, *values)


def test_units_are_converted():
    assert read(c.TEMPERATURE, "32", "50", unit="F") == [0.0, 10.0]
    assert read(c.WIND, "10", unit="mph") == pytest.approx([16.0934])
    assert read(c.WIND, "10", unit="m/s") == [36.0]


def test_limits_are_told_in_the_unit_of_the_file():
    with pytest.raises(DataError, match="got '140', expected a number from -40 to 131 °F"):
        read(c.TEMPERATURE, "140", unit="F")


DAY = dt.date(2019, 5, 30)


@pytest.mark.parametrize(
    "text",
    [
        *("2019-05-30", "2019-5-30", "20190530", "5/30/2019", "05/30/2019", "30/5/2019", "30.05.2019", "2019/05/30"),
        *("May 30 2019", "May 30, 2019", "MAY 30 2019", "Thursday, May 30th, 2019", "Thu May 30 2019", "30 May 2019"),
        *("30-May-2019", "2019-05-30T19:05:00", "2019-05-30 19:05", "2019-05-30T19:05-05:00", "5/30/2019 19:05"),
    ],
)
def test_dates(text):
    assert read(c.DATE, text) == [DAY]


def test_dates_of_spreadsheets_and_numbers():
    assert read(c.DATE, dt.datetime(2019, 5, 30), None) == [DAY, None]
    assert read(c.DATE, 20190530.0) == [DAY]


def test_the_column_says_whether_days_stand_first():
    assert read(c.DATE, "1/4/2019", "30/5/2019") == [dt.date(2019, 4, 1), DAY]
    assert read(c.DATE, "4/1/2019", "5/30/2019") == [dt.date(2019, 4, 1), DAY]
    assert read(c.DATE, "5/5/2019", "6/6/2019") == [dt.date(2019, 5, 5), dt.date(2019, 6, 6)]


@pytest.mark.parametrize("text", ["Mai 30 2019", "2019-13-01", "30/30/2019", "43615", "5/30/19", "2019"])
def test_what_is_no_date(text):
    with pytest.raises(DataError, match=r"a date|the calendar|the day"):
        read(c.DATE, text)


NIGHT = dt.time(19, 5)


@pytest.mark.parametrize(
    "value",
    [
        *("19:05", "19:05:00", "7:05PM", "7:05 PM", "7:05 p.m.", "07:05pm", "7:05 PM ET", "19:05-05:00", "19:05 EDT"),
        *("2019-05-30T19:05:00-05:00", "5/30/2019 7:05 PM", "68700", "68700.0", "1905", 68700, 1905.0, NIGHT),
        dt.datetime(2019, 5, 30, 19, 5),
    ],
)
def test_start_times(value):
    assert read(c.START_TIME, value) == [NIGHT]


def test_start_times_as_shares_of_a_day():
    assert read(c.START_TIME, 0.795138889, 0.5) == [NIGHT, dt.time(12)]


def test_noon_and_midnight():
    assert read(c.START_TIME, "12:10PM", "12:10AM", "1PM") == [dt.time(12, 10), dt.time(0, 10), dt.time(13)]


def test_unknown_start_times():
    assert read(c.START_TIME, "0:00PM", "TBD", None, "7:05PM") == [None, None, None, NIGHT]
    assert read(c.START_TIME, 0, 68700) == [None, NIGHT]


@pytest.mark.parametrize("value", ["13:05PM", "0:10PM", "19:65", "noon", "1975", 90000, -1])
def test_what_is_no_start_time(value):
    with pytest.raises(DataError, match="row 2"):
        read(c.START_TIME, value)


def test_a_zone_in_some_rows_only_is_refused():
    with pytest.raises(DataError, match=r"row 3.*one time zone"):
        read(c.START_TIME, "7:05PM ET", "7:05PM")


def test_closed_categories():
    assert read(c.SKY, "Clear", "Partly Cloudy", "OVERCAST", "In Dome", "unknown", None) == [
        *("sunny", "cloudy", "overcast", "dome"),
        *(None, None),
    ]
    assert read(c.DAY_NIGHT, "Day", "N", "night") == ["day", "night", "night"]
    assert read(c.PRECIPITATION, "None", "Rain", "unknown") == ["none", "rain", None]


def test_open_categories_keep_teams_that_look_like_codes():
    assert read(c.VISITOR, "TBA", "NA", "unknown", "NO") == ["TBA", "NA", None, "NO"]
    assert read(c.HOME_STARTER, "TBA", "ryanN001") == [None, "ryanN001"]
    assert read(c.VISITOR, 1.0, 2.0) == ["1", "2"]


def test_labels_are_joined_with_semicolons():
    assert read(c.PROMOTION, "Cap, Fireworks", "cap | shirt", "none", None, "Bobblehead") == [
        *("Cap;Fireworks", "cap;shirt"),
        *(None, None, "Bobblehead"),
    ]


def test_yes_and_no():
    assert read(CAP, "YES", "no", "x", "0", None) == [1, 0, 1, 0, None]
    assert read(CAP, True, False) == [1, 0]
    with pytest.raises(DataError, match="'maybe', expected yes or no"):
        read(CAP, "maybe")


def test_marks_become_labels():
    cap, shirt = cells("YES", "NO", None), cells("yes", "no", "no")
    marks = [Cells(cap.values, cap.rows, "f", "cap"), Cells(shirt.values, shirt.rows, "f", "shirt")]
    assert promotions(marks).to_list() == ["cap;shirt", None, None]


def test_words_are_translated_whatever_their_capitals():
    given = translated(cells("0", "Bright ", "night", "gone"), {"0": "overcast", "bright": "sunny", "gone": ""})
    assert parse(given, CANONICAL[c.SKY]).to_list() == ["overcast", "sunny", "night", None]


def test_long_cells_are_shortened_in_messages():
    with pytest.raises(DataError) as refused:
        read(c.ATTENDANCE, "x" * 10_000)
    assert len(str(refused.value)) < 200
