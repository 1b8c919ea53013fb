import datetime as dt

import pytest

from gatecast.formatting import cell, number, percent, rounded


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "–"), (float("nan"), "–"), (float("inf"), "–"), (-0.2, "0"), (-1234.6, "−1,235"), (1e6, "1,000,000")],
)
def test_numbers(value, told):
    assert number(value) == told


@pytest.mark.parametrize(("people", "told"), [(0, "0"), (99, "99"), (104, "100"), (9996, "10,000"), (41_651, "41,700")])
def test_crowds_have_no_more_digits_than_a_forecast(people, told):
    assert rounded(people) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0 %"), (1e-9, "under 1 %"), (0.999, "over 99 %"), (1.0, "100 %"), (None, "–"), (0.125, "12 %")],
)
def test_chances(share, told):
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (12_000, "12,000"),
        (2.0, "2"),
        (0.25, "0.25"),
        (1234.5, "1,234"),
        (dt.date(2025, 6, 1), "Sun 1 June"),
        (dt.time(13, 5), "13:05"),
        (dt.datetime(2025, 6, 1, 13, 5), "Sun 1 June 13:05"),
        ("ushers", "ushers"),
    ],
)
def test_cells(value, told):
    assert cell(value) == told
