import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.errors import SettingsError
from gatecast.plan.operations.numbers import Number
from gatecast.service.operations_form import number_text, read_number

MONEY, PEOPLE, SHARE = (
    Number("$ a shift", above=True),
    Number("people", whole=True, optional=True),
    Number("share", high=1),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("130", 130),
        (" 130.50 ", 130.5),
        ("130,5", 130.5),
        ("$1,250.50", 1250.5),
        ("1.250,50 €", 1250.5),
        ("12 500", 12500),
        ("12\u202f500,5", 12500.5),
        ("1,250,000", 1_250_000),
        ("0,125", 0.125),
        (".5", 0.5),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert read_number(text, MONEY) == value


def test_whole_numbers_may_have_their_thousands_apart():
    assert read_number("1,250", PEOPLE) == 1250
    assert isinstance(read_number("40.0", PEOPLE), int)


@pytest.mark.parametrize("text", ["x", "1e3", "1_000", "$", "-", "12 50", "1,25,000", "nan", "inf", "٣", "1" * 50])
def test_what_is_no_number_is_refused_with_what_was_expected(text):
    with pytest.raises(SettingsError) as refused:
        read_number(text, MONEY)
    assert refused.value.expected == "a number above 0 ($ a shift)"


def test_a_comma_that_may_mean_either_is_refused_with_both_ways_to_write_it():
    with pytest.raises(SettingsError, match=r"write 1250 or 1\.25, as a comma may mean either"):
        read_number("1,250", MONEY)


@pytest.mark.parametrize(("text", "number"), [("0", MONEY), ("-5", MONEY), ("1.5", PEOPLE), ("1,01", SHARE)])
def test_limits_are_those_of_the_setting(text, number):
    with pytest.raises(SettingsError, match="expected"):
        read_number(text, number)


@given(st.floats(1e-6, 1e9))
def test_what_is_shown_can_be_typed_again(value):
    assert read_number(number_text(value), Number("anything")) == value
