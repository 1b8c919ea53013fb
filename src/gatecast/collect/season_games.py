"""Rows that are games, but none of the season at the club's own ballpark: called off, on neutral ground, playoffs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import polars as pl

from gatecast.collect import synonyms
from gatecast.collect.column_mapping import ColumnMapping
from gatecast.collect.parse import NO, YES
from gatecast.collect.raw_table import RawTable
from gatecast.collect.report import LIKELY, Reading
from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.suggestions import listed, plain_header

__all__ = ["CANCELLED", "POSTPONED", "apart_from_games_called_off", "without_neutral_sites", "without_playoffs"]

KEEP = "keep"
POSTPONED, CANCELLED = "postponed", "cancelled"
CALLED_OFF, NEUTRAL = ("games called off", "called_off"), ("games at a neutral site", "neutral")
"""Kinds of games that are left out: in words, and as `RowCounts` has them."""
MOST_OUTSIDE = 0.5
"""Share of rows outside the season beyond which the column is taken to say something else."""


def apart_from_games_called_off(
    table: RawTable, mapping: ColumnMapping, reading: Reading
) -> tuple[RawTable, RawTable, dict[int, str]]:
    """Return the table without games that a column calls postponed or cancelled, unless [keep] names the column.

    Returns
    -------
    RawTable
        Without them.
    RawTable
        With them alone.
    dict of int to str
        `POSTPONED` or `CANCELLED` for the row of the file of each.
    """
    statuses: dict[int, str] = {}
    whole = table
    for header in _free(table, mapping):
        plain, values = plain_header(header), table.frame[header]
        postponed = cancelled = None
        if plain in synonyms.POSTPONED_HEADERS:
            postponed = _says_yes(values)
        elif plain in synonyms.CANCELLED_HEADERS:
            cancelled = _says_yes(values)
        elif plain in synonyms.STATUS_HEADERS and values.dtype == pl.String:
            postponed, cancelled = _contains(values, synonyms.POSTPONED), _contains(values, synonyms.CANCELLED)
        told = {POSTPONED: postponed, CANCELLED: cancelled}
        masks = {status: mask for status, mask in told.items() if mask is not None}
        if masks:
            reading.column(header, "", reason="says which games were called off")
            for status, mask in masks.items():
                statuses |= dict.fromkeys((table.rows[place] for place in mask.arg_true()), status)
            off = pl.Series([row in statuses for row in table.rows], dtype=pl.Boolean)
            table = _left_out(table, off, header, CALLED_OFF, reading)
    aside = pl.Series([row in statuses for row in whole.rows], dtype=pl.Boolean)
    return table, whole.filter_rows(aside), statuses


def without_neutral_sites(table: RawTable, mapping: ColumnMapping, reading: Reading) -> RawTable:
    """Return the table without games that a yes-or-no column places at a neutral site, unless [keep] names it."""
    if not mapping.guess:
        return table
    for header in _free(table, mapping):
        if plain_header(header) in synonyms.NEUTRAL_HEADERS:
            neutral = _says_yes(table.frame[header])
            if neutral is not None and not neutral.all():
                reading.column(header, "", reason="says which games are at a neutral site")
                table = _left_out(table, neutral, header, NEUTRAL, reading)
    return table


def without_playoffs(table: RawTable, mapping: ColumnMapping, reading: Reading) -> RawTable:
    """Return the table without past playoffs, friendlies and cup games, which say little of the season's attendance.

    They are told by a column of game types, rounds or competitions. Games without attendance, which are still to
    come, stay. A mapping keeps all of them with `playoffs = "keep"` under [rows], or chooses with [keep].
    """
    attendance = mapping.columns.get(c.ATTENDANCE)
    for header, outside, regular in _outside(table, mapping):
        played = outside
        if attendance is not None and attendance.header in table.frame.columns:
            played = outside & table.frame[attendance.header].is_not_null()
        count = int(played.sum())
        if not count:
            continue
        reading.column(header, "", reason="says which games are of the season")
        games = f"{count:,} of {len(outside):,} games are"
        if mapping.playoffs == KEEP:
            reading.note(f"{games} playoffs or no league games by {header}; kept, as the mapping says")
            continue
        choose = f', or choose with [keep] {header} = ["{regular}"]' if regular else ""
        reading.doubt(
            f"{games} playoffs or no league games by {header}, and were left out",
            f'playoffs = "keep" under [rows] in a mapping file keeps them{choose}',
            weight=LIKELY,
        )
        reading.count(playoffs=count)
        table = table.filter_rows(~played)
    return table


def _outside(table: RawTable, mapping: ColumnMapping) -> Iterator[tuple[str, pl.Series, str]]:
    """Yield each column that tells games outside the season, which they are, and a value of the others."""
    for header in _free(table, mapping):
        values, plain = table.frame[header], plain_header(header)
        if values.dtype != pl.String:
            continue
        if plain in synonyms.TYPE_HEADERS:
            split = values.str.contains(synonyms.SPLIT_LEAGUE).fill_null(False)
            outside = _contains(values, synonyms.PLAYOFFS) & ~split
        elif plain in synonyms.ROUND_HEADERS:
            outside = values.str.contains(synonyms.ROUNDS).fill_null(False)
        elif plain in synonyms.COMPETITION_HEADERS:
            outside = values.str.to_lowercase().str.contains_any(list(synonyms.CUPS)).fill_null(False)
        else:
            continue
        if outside.any() and outside.sum() <= MOST_OUTSIDE * len(outside):
            regular = values.filter(~outside).drop_nulls()
            yield header, outside, str(regular[0]) if len(regular) else ""


def _free(table: RawTable, mapping: ColumnMapping) -> Sequence[str]:
    """Return the headers that the mapping has no other use for."""
    said = {header for source in mapping.columns.values() for header in source.columns} | set(mapping.keep)
    return [header for header in table.frame.columns if header not in said]


def _says_yes(values: pl.Series) -> pl.Series | None:
    """Return True where a column says yes, shape (rows,); None where it says something else than yes and no."""
    if values.dtype == pl.Boolean:
        return values.fill_null(False)
    text = values.cast(pl.String).str.strip_chars().str.to_lowercase().str.replace(r"\.0$", "")
    known = text.drop_nulls()
    if not len(known) or not known.is_in([*YES, *NO]).all():
        return None
    return text.is_in(list(YES)).fill_null(False)


def _contains(values: pl.Series, words: Sequence[str]) -> pl.Series:
    """Return True for cells that contain one of the words, whatever their capitals and spaces."""
    plain = values.str.to_lowercase().str.replace_all("[_ ]", "")
    return plain.str.contains_any([re.sub("[_ ]", "", word) for word in words]).fill_null(False)


def _left_out(table: RawTable, mask: pl.Series, header: str, kind: tuple[str, str], reading: Reading) -> RawTable:
    """Return the table without some rows of a kind (its words and its count in a report), and say how many."""
    what, counted = kind
    count = int(mask.sum())
    if not count:
        return table
    if mask.all():
        raise DataError(f"{what} only", "games that took place", f"see the column {header}", file=table.file)
    rows = [str(table.rows[place]) for place in mask.arg_true()]
    games = what if count > 1 else what.replace("games", "game", 1)
    reading.note(f"left out {count} {games} by {header} (row {listed(rows)})")
    reading.count(**{counted: count})
    return table.filter_rows(~mask)
