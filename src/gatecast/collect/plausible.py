"""Values that are not what their header says: money, shares, thousands or lags for attendance, lengths for starts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gatecast.collect.numbers import CURRENCY, ONE_POINT_THREE, as_numbers
from gatecast.collect.raw_table import Cells, RawTable
from gatecast.collect.report import DOUBTFUL, WRONG_IF_USED
from gatecast.collect.synonyms import LAGGED
from gatecast.errors import DataError
from gatecast.suggestions import listed, plain_header

__all__ = ["AttendanceProblem", "attendance_problem", "far_from_others", "is_game_length", "people_candidates"]

FEWEST_ROWS = 5
LARGEST_SHARE = 100
LEAST_CROWD = 100
MOST_CANDIDATES = 4
FAR, FEWEST_COMPARED = 50, 8
"""Times the usual attendance that is beyond belief, and the fewest games in which a usual one can be told."""
FEWEST_LENGTHS = 2
GAME_COUNTS = (
    "games",
    "homegames",
    "gms",
    "gp",
    "g",
    "dates",
    "openings",
    "matches",
    "nogames",
    "heimspiele",
    "spiele",
)
AVERAGES = ("avg", "average", "mean", "pergame", "schnitt", "durchschnitt")
FEWEST_SUMMED, MOST_SUMMED, ROUNDED = 2, 200, 0.01
SHORTEST_GAME, LONGEST_GAME, LONGEST_IN_MINUTES = 90, 299, 599
"""Minutes."""


@dataclass(frozen=True)
class AttendanceProblem:
    """Why a column may hold no numbers of people.

    Parameters
    ----------
    text, remedy : str
    refused : bool
        True where it must not be taken for attendance unless a mapping says so.
    place : int
        A row that shows it, counted from 0.
    """

    text: str
    remedy: str
    refused: bool
    place: int = 0

    @property
    def weight(self) -> int:
        """Weight of the doubt in a report."""
        return WRONG_IF_USED if self.refused else DOUBTFUL

    def error(self, table: RawTable, header: str) -> DataError:
        """Return the error that refuses the column."""
        got = f"{table.frame[header][self.place]!s:.60}"
        where = table.where(self.place)
        return DataError(f"'{got}' ({self.text})", "a number of people", self.remedy, column=header).at(**where)


def attendance_problem(table: RawTable, header: str) -> AttendanceProblem | None:  # noqa: PLR0911
    """Return why a column may not be attendance, or None where it looks like numbers of people."""
    values = table.frame[header]
    text = values.cast(pl.String).str.strip_chars() if values.dtype == pl.String else None
    known = values.drop_nulls()
    if not len(known):
        return None
    if text is not None:
        money = text.str.contains(CURRENCY).fill_null(False)
        if money.any():
            return AttendanceProblem("money, not people", _others(table, header), True, money.arg_max() or 0)
        percent = text.str.contains(r"%\s*$").fill_null(False)
        if percent.any():
            return AttendanceProblem("a share, not people", _others(table, header), True, percent.arg_max() or 0)
        thousands = text.str.contains(ONE_POINT_THREE).fill_null(False)
        if thousands.any() and not table.decimal_comma and not text.str.contains(",", literal=True).any():
            remedy = "write 16000 or 16, as a point may stand between thousands or before decimals"
            return AttendanceProblem("it may mean two numbers", remedy, True, thousands.arg_max() or 0)
    summed = _summed(table, header)
    if summed:
        remedy = "give one row for each game; say guess = false and map the column if each row is a game"
        return AttendanceProblem(f"the attendance of several games, as {summed} says", remedy, refused=True)
    numbers = as_numbers(values, decimal_comma=table.decimal_comma).drop_nulls()
    numbers = numbers.filter(numbers != 0)
    if len(numbers) < FEWEST_ROWS:
        return None
    largest = numbers.max()
    if not isinstance(largest, float) or largest > LARGEST_SHARE:
        return None
    fractions = bool((numbers % 1 != 0).any())
    candidates = people_candidates(table, but=header)
    problem = f"no value is above {largest:g}; is it a share in per cent, or thousands?"
    return AttendanceProblem(problem, _others(table, header), fractions or bool(candidates))


def _summed(table: RawTable, header: str) -> str:
    """Return the column that counts the games of each row, where a column is the attendance of them all."""
    total = as_numbers(table.frame[header], decimal_comma=table.decimal_comma)
    others = {name: as_numbers(table.frame[name], decimal_comma=table.decimal_comma) for name in table.frame.columns}
    for name, games in others.items():
        several = (games >= FEWEST_SUMMED) & (games % 1 == 0) & (games <= MOST_SUMMED)
        if plain_header(name) not in GAME_COUNTS or not several.fill_null(False).all():
            continue
        for average, mean in others.items():
            if average in (name, header) or not any(word in plain_header(average) for word in AVERAGES):
                continue
            if ((total - games * mean).abs() <= games + ROUNDED * total).fill_null(False).all():
                return name
    return ""


def people_candidates(table: RawTable, but: str = "") -> list[str]:
    """Return headers whose cells look like numbers of people and are of the game itself."""
    out = []
    for header in table.frame.columns:
        plain = plain_header(header)
        if header == but or not plain or any(plain.startswith(word) for word in LAGGED) or _lag(header):
            continue
        values = table.frame[header]
        if values.dtype.is_temporal() or values.dtype == pl.Boolean:
            continue
        known = values.drop_nulls()
        if known.dtype == pl.String and known.str.contains(CURRENCY).any():
            continue
        numbers = as_numbers(known, decimal_comma=table.decimal_comma).drop_nulls()
        usual = numbers.median()
        if not len(known) or len(numbers) < len(known) or not isinstance(usual, float) or usual <= LEAST_CROWD:
            continue
        whole, several = (numbers % 1 == 0).all(), numbers.n_unique() > 1 or len(numbers) == 1
        if whole and several and numbers.max() <= 250_000 and not _is_year_or_date(numbers):  # type: ignore[operator]
            out.append(header)
    return out[:MOST_CANDIDATES]


def far_from_others(attendance: pl.Series) -> pl.Series:
    """Return True for attendance so far below or above the median that a figure was probably cut short or mistyped."""
    known = attendance.drop_nulls()
    usual = known.filter(known > 0).median()
    if len(known) < FEWEST_COMPARED or not isinstance(usual, float):
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(attendance))
    far = ((attendance > 0) & (attendance * FAR < usual)) | (attendance > usual * FAR)
    return far.fill_null(False)


def is_game_length(cells: Cells) -> bool:
    """Return True for a column of 2:05, 2:45, 3:10, or of 125, 165, 190: how long games took, not when they began."""
    if cells.values.dtype.is_temporal() or plain_header(cells.header) not in {"time", "t", "duration", "gametime"}:
        return False
    text = cells.known_text().drop_nulls()
    if len(text) < FEWEST_LENGTHS:
        return False
    if text.str.contains(r"^\d{2,3}$").all():
        minutes = text.cast(pl.Int64)
        # 705 may be a start at 7:05; nothing starts at 168.
        no_clock = bool((minutes % 100 > 59).any())
        return no_clock and bool(minutes.is_between(SHORTEST_GAME, LONGEST_IN_MINUTES).all()) and minutes.n_unique() > 1
    if not text.str.contains(r"^\d:\d{2}$").all():
        return False
    minutes = text.str.extract(r"^(\d)", 1).cast(pl.Int64) * 60 + text.str.extract(r":(\d{2})$", 1).cast(pl.Int64)
    return bool(minutes.is_between(SHORTEST_GAME, LONGEST_GAME).all()) and minutes.n_unique() > 1


def _lag(header: str) -> bool:
    words = header.lower().replace("_", " ").replace("-", " ").split()
    return any(word in LAGGED for word in words)


def _is_year_or_date(numbers: pl.Series) -> bool:
    return bool(((numbers >= 1850) & (numbers <= 2200)).all() or (numbers > 18_500_000).all())


def _others(table: RawTable, header: str) -> str:
    candidates = people_candidates(table, but=header)
    if candidates:
        return f'map the column that holds people, as in attendance = "{candidates[0]}"'
    return f"its columns are {listed(table.frame.columns)}"
