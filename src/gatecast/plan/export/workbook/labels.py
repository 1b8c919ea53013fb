"""The labels of games, and other words that several sheets share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from gatecast.date_style import PLAIN, DateStyle
from gatecast.formatting import capital, currency_sign, rounded_people
from gatecast.games import columns as c
from gatecast.plan.export.workbook.page import CLOCK, DAY, Heading

__all__ = ["COUNT_WIDTH", "DATE_WIDTH", "Labels", "date_words", "money_form", "rounded_column", "why"]

COUNT_WIDTH, DATE_WIDTH, ID_WIDTH, NAME_WIDTH = 11, 17, 18, 16
LONGEST_NAME_WIDTH, NAME_MARGIN = 24, 3


@dataclass(frozen=True)
class Labels:
    """The columns that identify the game of a row: date, start and opponent if known, else the id.

    Parameters
    ----------
    headings : list of Heading
    rows : list of tuple
        One a game: the cells below the headings.
    lines, short : list of str
        One a game: the whole label in one line, and the shortest label that tells the games apart.
    ids : list of str
        One a game.
    """

    headings: list[Heading]
    rows: list[tuple[Any, ...]]
    lines: list[str]
    short: list[str]
    ids: list[str]

    @classmethod
    def of(cls, games: pl.DataFrame, style: DateStyle = PLAIN) -> Self:
        """Return the labels of the games of a plan, with dates and times as in `style`."""
        known = {name for name in (c.DATE, c.START_TIME, c.HOME, c.VISITOR) if games[name].null_count() < games.height}
        columns = []
        if c.DATE in known:
            columns.append((Heading("Date", DATE_WIDTH, DAY), pl.col(c.DATE)))
        if c.START_TIME in known:
            columns.append((Heading("Start", 8, CLOCK), pl.col(c.START_TIME)))
        if c.VISITOR in known:
            columns.append((_names("Opponent", games[c.VISITOR]), pl.col(c.VISITOR)))
        if c.HOME in known and games[c.HOME].n_unique() > 1:
            columns.append((_names("Home", games[c.HOME]), pl.col(c.HOME)))
        distinct = bool(columns) and games.select(expression for _, expression in columns).is_unique().all()
        if not distinct or not {c.DATE, c.VISITOR} & known:
            columns.insert(0, (Heading("Game", ID_WIDTH), pl.col(c.GAME_ID)))
        rows = games.select(expression for _, expression in columns).rows()
        return cls(
            headings=[heading for heading, _ in columns],
            rows=rows,
            lines=[", ".join(_words(part, style) for part in row if part is not None) for row in rows],
            short=_short(games, style),
            ids=games[c.GAME_ID].to_list(),
        )

    def total(self) -> list[str | None]:
        """Return the label cells of a row of totals."""
        return ["Total", *[None] * (len(self.headings) - 1)]


def _short(games: pl.DataFrame, style: DateStyle) -> list[str]:
    """Return weekday, day and opponent; with the start if a club plays twice on a day; the id if there is no date."""
    twice = games.select(pl.struct(c.HOME, c.DATE).is_duplicated()).to_series()
    short = []
    for row, again in zip(games.iter_rows(named=True), twice, strict=True):
        if row[c.DATE] is None:
            short.append(row[c.GAME_ID])
            continue
        parts = [style.short_day(row[c.DATE]), style.clock(row[c.START_TIME]) if again else "", row[c.VISITOR] or ""]
        short.append(" ".join(part for part in parts if part))
    return short


def _words(part: object, style: DateStyle) -> str:
    if isinstance(part, dt.date):
        return style.dated(part) if style.month_first else f"{part:%a} {date_words(part)}"
    return style.clock(part) if isinstance(part, dt.time) else str(part)


def date_words(date: dt.date, style: DateStyle = PLAIN) -> str:
    """Return a date with its year, such as 30 May 2019 or May 30, 2019."""
    return f"{date:%b} {date.day}, {date.year}" if style.month_first else f"{date.day} {date:%b %Y}"


def money_form(currency: str) -> str:
    """Return the number format of money."""
    return f'"{currency_sign(currency)}"#,##0'


def rounded_column(name: str) -> pl.Expr:
    """Return a column of people in no more digits than a forecast has."""
    return pl.col(name).map_elements(rounded_people, pl.Float64)


def why(reasons: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return reasons without the name that each begins with."""
    return [capital(reason.removeprefix(f"{capital(name)}: ")) for reason, name in zip(reasons, names, strict=True)]


def _names(text: str, names: pl.Series) -> Heading:
    """Return the heading of a column of names, wide enough for each to stand on one line unless it is very long."""
    longest = max((len(name) for name in names.drop_nulls()), default=0)
    return Heading(text, min(max(NAME_WIDTH, longest + NAME_MARGIN), LONGEST_NAME_WIDTH))
