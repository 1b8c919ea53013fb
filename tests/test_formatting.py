import datetime as dt

import pytest

from gatecast.formatting import capital, cell, currency_sign, money, number, percent, rounded, rounded_people


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
    [(0.0, "0%"), (1e-9, "under 1%"), (0.999, "over 99%"), (1.0, "100%"), (None, "–"), (0.125, "12%")],
)
def test_chances(share, told):
    assert percent(share) == told


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


@pytest.mark.parametrize(
    ("amount", "signed", "words"),
    [(1234.4, False, "$1,234"), (0.2, True, "$0"), (-0.2, True, "$0"), (-1234.4, True, "−$1,234"), (5, True, "+$5")],
)
def test_money(amount, signed, words):
    assert money(amount, "$", signed=signed) == words


def test_a_sheet_and_a_page_round_people_alike():
    assert [rounded(people) for people in (37.4, 6213.4, 41_678)] == [
        f"{rounded_people(p):,.0f}" for p in (37.4, 6213.4, 41_678)
    ]


def test_a_code_stands_apart_from_the_amount_and_a_sign_does_not():
    assert (currency_sign("$"), currency_sign("CHF"), money(None, "$"), money(-3, "CHF")) == (
        "$",
        "CHF ",
        "–",
        "−CHF 3",
    )


def test_only_the_first_letter_becomes_a_capital():
    assert (capital("hot dogs"), capital("VIP hosts"), capital("")) == ("Hot dogs", "VIP hosts", "")
