import json

import numpy as np
import pytest

from gatecast.prepare.holiday_dates import HOLIDAYS, TABLE, from_package, holiday_dates

FIRST, LAST = 1951, 2059
"""Years whose neighbours are in the table, too."""


def same(one, other):
    return (
        np.array_equal(one.named, other.named)
        and all(map(np.array_equal, one.near, other.near))
        and np.array_equal(one.public, other.public)
    )


@pytest.mark.parametrize("years", [(2019,), (1995, 1996, 2022), tuple(range(FIRST, LAST + 1))])
def test_the_table_says_what_the_package_says(years):
    """If it does not, run `python tools/holiday_table.py`."""
    assert same(holiday_dates(years, "US"), from_package(years, "US"))


def test_years_beyond_the_table_are_asked_of_the_package():
    assert len(json.loads(TABLE.read_text("utf-8"))["years"]) == LAST - FIRST + 3
    assert holiday_dates((LAST + 1,), "US").named.shape == (len(HOLIDAYS), 1)
    assert (holiday_dates((LAST + 1,), "US").named > 0).all()


def test_other_countries_are_asked_of_the_package():
    assert same(holiday_dates((2024,), "JP"), from_package((2024,), "JP"))
    assert not same(holiday_dates((2024,), "JP"), holiday_dates((2024,), "US"))


def test_no_year_has_no_holiday():
    dates = holiday_dates((), "US")
    assert (dates.named.shape, len(dates.public)) == ((len(HOLIDAYS), 0), 0)
