"""Names in messages: the one someone probably meant, and the ones there are."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["listed", "name_key", "nearest_name", "plain_header", "suggestion", "tidy_name"]

MOST_NAMED = 12
LEAST_ALIKE = 0.6


def suggestion(word: str, options: Iterable[str]) -> str:
    """Ask for the option nearest to `word`, or nothing where none is near.

    Examples
    --------
    >>> suggestion("attendence", ["attendance", "venue"])
    "did you mean 'attendance'?"
    """
    spelled = {option.lower(): option for option in options}
    near = difflib.get_close_matches(word.lower(), spelled, n=1)
    return f"did you mean {spelled[near[0]]!r}?" if near else ""


def plain_header(header: str) -> str:
    """Return a header without capitals, spaces and marks, in any script; empty where it is marks alone.

    Examples
    --------
    >>> plain_header(" Day/Night "), plain_header("Temp (°F)")
    ('daynight', 'tempf')
    >>> plain_header("관중 수")
    '관중수'
    """
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", header).casefold())


def listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def tidy_name(name: str) -> str:
    """Return a name in one Unicode form (NFKC), with single spaces.

    Examples
    --------
    >>> tidy_name("Ｃ大阪"), tidy_name("Montre\\u0301al ")
    ('C大阪', 'Montréal')
    """
    return " ".join(unicodedata.normalize("NFKC", name).split())


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: no capitals, spaces, marks or full-width signs.

    Examples
    --------
    >>> name_key("St. Louis") == name_key("ST LOUIS")
    True
    """
    plain = "".join(sign for sign in tidy_name(name).casefold() if sign.isalnum())
    return plain or tidy_name(name)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to one, or an empty text where none is near.

    Examples
    --------
    >>> nearest_name("Bears FC", ["Foxes", "Bears"]), nearest_name("Fox", ["Foxes", "Bears"])
    ('Bears', 'Foxes')
    """
    keys = {name_key(each): each for each in known}
    key = name_key(name)
    within = [each for each in keys if len(each) > 2 and len(key) > 2 and (each in key or key in each)]
    near = (within and [max(within, key=len)]) or difflib.get_close_matches(key, keys, n=1, cutoff=LEAST_ALIKE)
    return keys[near[0]] if near else ""
