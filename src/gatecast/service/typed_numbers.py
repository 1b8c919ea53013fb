"""Numbers as somebody types them into a field: with a decimal point or comma, thousands apart, a currency sign."""

from __future__ import annotations

import re

from gatecast.errors import SettingsError
from gatecast.plan.operations.numbers import Number

__all__ = ["number_text", "read_number"]

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""A comma that may stand before decimals or between thousands."""
GAPS = re.compile("(?<=\\d)[\\s\u00a0\u202f'](?=\\d{3})")
SIGNS = re.compile(r"^[$€£]\s*|\s*[$€£]$")
LONGEST = 40
LARGEST_WHOLE = 2**53


def read_number(text: str, number: Number) -> float | int | None:
    """The number that was typed; None for an empty text.

    Parameters
    ----------
    text : str
    number : Number
        What the setting may be.

    Raises
    ------
    SettingsError
        It is no number, may be read in two ways as 1,250 may where fractions are accepted, or is none that the setting
        may be.

    Examples
    --------
    >>> share, people = Number("share"), Number("people", whole=True)
    >>> [read_number(text, share) for text in ("0,83", ".5", "$ 1,250.50", "1.250,5", "12 500", " ")]
    [0.83, 0.5, 1250.5, 1250.5, 12500, None]
    >>> read_number("1,250", people)
    1250
    """
    expected = f"{number.expected} ({number.unit})"
    got = repr(text.strip()) if len(text) <= LONGEST else f"{len(text)} characters"
    typed = GAPS.sub("", SIGNS.sub("", text.strip()))
    if not typed and not text.strip():
        return None
    if EITHER.fullmatch(typed) and not number.whole:
        either = " or ".join(number_text(float(typed.replace(",", each))) for each in ("", "."))
        raise SettingsError(got, expected, f"write {either}, as a comma may mean either")
    if THOUSANDS.fullmatch(typed):
        typed = typed.replace(",", "")
    elif DECIMAL_COMMA.fullmatch(typed):
        typed = typed.replace(".", "").replace(",", ".")
    if len(text) > LONGEST or not PLAIN.fullmatch(typed):
        raise SettingsError(got, expected)
    value = float(typed)
    kept = int(value) if value.is_integer() and abs(value) < LARGEST_WHOLE else value
    if not number.accepts(kept):
        raise SettingsError(got, expected)
    return kept


def number_text(value: float) -> str:
    """A number as it would be typed, with no more digits than it has.

    Examples
    --------
    >>> number_text(130.0), number_text(0.015), number_text(1e-7)
    ('130', '0.015', '0.0000001')
    """
    if float(value).is_integer():
        return str(int(value))
    text = repr(float(value))
    return f"{value:.20f}".rstrip("0") if "e" in text else text
