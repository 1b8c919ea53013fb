"""Names of clubs, visitors and venues: one spelling for each, near names offered, old names joined to new ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import polars as pl

from gatecast.collect.report import Reading
from gatecast.games import columns as c
from gatecast.suggestions import listed, name_key, tidy_name

__all__ = ["unified"]

CLUBS = (c.HOME, c.VISITOR)
Aliases = Mapping[str, str]
RANK = r"(?i)^(no\.\s*\d{1,2}|#\s*\d{1,2}|\(\d{1,2}\))\s+(?=\D)"
"""A rank before the name of a club, as American college sports write it."""
FOOTNOTE = r"\s*[*†‡]+$"


def unified(columns: dict[str, pl.Series], aliases: Aliases, reading: Reading) -> dict[str, pl.Series]:
    """Return columns with one spelling for each club and each venue.

    Parameters
    ----------
    columns : mapping of our name to Series of text
    aliases : mapping of name to name
        Other names, and the name that each stands for; compared as `name_key` does.
    reading : Reading
        Told which spellings were taken as one.
    """
    out = dict(columns)
    by_key = {name_key(other): name for other, name in aliases.items()}
    for group in (CLUBS, (c.VENUE,)):
        counts: Counter[str] = Counter()
        for name in group:
            if name in columns and columns[name].dtype == pl.String:
                for text, count in columns[name].drop_nulls().value_counts().iter_rows():
                    counts[text] += count
        spelled = _spellings(counts, by_key, venues=group == (c.VENUE,))
        changed = {text: name for text, name in spelled.items() if text != name}
        if not changed:
            continue
        for name in group:
            if name in columns and columns[name].dtype == pl.String:
                out[name] = columns[name].replace(changed)
        for text, name in changed.items():
            reading.spellings.setdefault(name, set()).add(text)
        shown = [f"{text} as {name}" for text, name in sorted(changed.items())]
        reading.note(f"took {listed(shown)}")
    return out


def _without_note(name: str) -> str:
    """Return a venue's name without what stands in brackets at its end, such as the name of a rivalry."""
    return re.sub(r"\s*\([^()]*\)$", "", name) or name


def _without_rank(name: str) -> str:
    """Return a club's name without a rank before and footnote signs after it."""
    return re.sub(FOOTNOTE, "", re.sub(RANK, "", name)) or name


def _spellings(counts: Counter[str], aliases: Aliases, *, venues: bool) -> dict[str, str]:
    """Return the name to use for each text: the alias's, or the most frequent spelling of the same name."""
    usual: dict[str, tuple[int, str]] = {}
    tidied: Counter[str] = Counter()
    bare = {text: tidy_name(text) if venues else _without_rank(tidy_name(text)) for text in counts}
    for text, count in counts.items():
        tidied[bare[text]] += count
    for text, count in tidied.items():
        key = name_key(text)
        if key not in usual or count > usual[key][0]:
            usual[key] = (count, text)
    names = {text: usual[name_key(bare[text])][1] for text in counts}
    noted = {text: name_key(_without_note(name)) for text, name in names.items()} if venues else {}
    names |= {text: usual[key][1] for text, key in noted.items() if key in usual}
    return {text: aliases.get(name_key(name), name) for text, name in names.items()}
