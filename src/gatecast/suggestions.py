"""Names in messages: the one someone probably meant, and the ones there are."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["listed", "plain_header", "suggestion"]

MOST_NAMED = 12


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
