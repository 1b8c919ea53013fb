"""Headers: the column of games that each most likely is, where no mapping says; checked against the cells below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import polars as pl

from gatecast.collect.column_mapping import ColumnMapping, Source
from gatecast.collect.dates_and_times import LOCAL_TIME, has_times, lacks_year, looks_like_dates
from gatecast.collect.numbers import INFINITE_REMEDY
from gatecast.collect.parse import NO, YES, parse
from gatecast.collect.plausible import attendance_problem, is_game_length, people_candidates
from gatecast.collect.raw_table import RawTable, Refusals
from gatecast.collect.report import LIKELY, SURE, WRONG_IF_USED, Reading
from gatecast.collect.synonyms import DATE_PARTS, PROMOTION_HEADERS, SYNONYMS, TEAM_HEADERS
from gatecast.errors import DataError
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.suggestions import listed, plain_header

__all__ = ["SYNONYMS", "Guess", "check_attendance", "guessed"]

UNITS_IN_HEADERS = {
    c.TEMPERATURE: ((r"(f|fahrenheit)$", "F"), (r"(c|celsius)$", "C")),
    c.WIND: ((r"mph$", "mph"), (r"(kmh|kph)$", "km/h"), (r"(ms|mps)$", "m/s"), (r"(kn|knots|kt)$", "kn")),
}
LOWEST_FAHRENHEIT_MEDIAN = 40
ESSENTIAL = (c.GAME_ID, c.DATE, c.HOME, c.VISITOR, c.ATTENDANCE)
"""Columns whose bad cells are refused one by one, however many there are."""
CODED = {
    c.HOME: "each number becomes a club, and the games of one club are forecast apart",
    c.VISITOR: "forecasts learn what clubs draw that are none",
}
"""Columns of clubs, and what it costs to take other numbers for their codes."""
CODES = re.compile(r"(id|code|key|kode|codigo|コード|코드)$")
EXAMPLES = 3
ROWS_LOOKED_AT = 1_000
LEAST_UNDERSTOOD = 0.5
FEWEST_CELLS = 2
SIDES = (
    "home",
    "away",
    "visitor",
    "visitors",
    "guest",
    "heim",
    "gast",
    "local",
    "visitante",
    "casa",
    "ホーム",
    "홈",
    "원정",
)
"""Headers of a club that stand over its score or its season's total as often."""
SCORES = ("pts", "points", "g", "goals", "score", "r", "runs", "final", "t")
"""Headers of a score that stands right of the club it belongs to."""


@dataclass(frozen=True)
class Guess:
    """A mapping completed by guesses.

    Parameters
    ----------
    mapping : ColumnMapping
    guessed : frozenset of str
        Our names of the columns that were guessed.
    counter : str
        A header of whole numbers that count games of a series or season; empty for none.
    """

    mapping: ColumnMapping
    guessed: frozenset[str] = field(default_factory=frozenset)
    counter: str = ""


def guessed(table: RawTable, mapping: ColumnMapping, reading: Reading, without: Sequence[str] = ()) -> Guess:
    """Add to a mapping the columns that headers speak for, and the units that values speak for.

    Parameters
    ----------
    table : RawTable
    mapping : ColumnMapping
        The user's mapping; it takes precedence. Where its `guess` is False, only our own names and units are added.
    reading : Reading
        Told what was guessed.
    without : sequence of str
        Headers that are used up already.
    """
    return _Guesser(table, mapping, reading, set(without)).guess()


def check_attendance(table: RawTable, found: set[str], reading: Reading, *, upcoming: bool) -> None:
    """Raise DataError where past games have no attendance, naming the columns that may hold it."""
    if upcoming or c.ATTENDANCE in found:
        return
    headers = table.frame.columns
    candidates = people_candidates(table)
    remedy = f"its columns are {listed(headers)}"
    refused = [f"{header} was not taken for it ({why})" for header, why in reading.not_attendance.items()]
    if refused:
        remedy = f"{listed(refused)}; {remedy}"
    if candidates:
        remedy = f"numbers of people may stand in {listed([repr(header) for header in candidates])}; {remedy}"
    if table.facts.other_sheets:
        others = table.facts.other_sheets
        remedy += f'; its other sheets are {listed(others)}: name one as sheet = "{others[0]}"'
    expected = f'a column of attendance, named {c.ATTENDANCE} or mapped by {c.ATTENDANCE} = "theirs"'
    raise DataError(f"no {c.ATTENDANCE} column", expected, remedy, file=table.file)


class _Guesser:
    """One table's headers, and the columns of games they were taken for so far."""

    def __init__(self, table: RawTable, mapping: ColumnMapping, reading: Reading, without: set[str]) -> None:
        self.table, self.mapping, self.reading = table, mapping, reading
        used = {header for source in mapping.columns.values() for header in source.columns} | without
        used |= {custom.header for custom in mapping.custom_columns}
        self.free = [header for header in table.frame.columns if header not in used]
        self.said = {*mapping.columns, *mapping.constants}
        self.sample = replace(table, frame=table.frame.head(ROWS_LOOKED_AT))
        self.counter = ""

    def guess(self) -> Guess:
        own = {name: Source((name,)) for name in CANONICAL if name in self.free and name not in self.said}
        own = {name: source for name, source in own.items() if self._fits(name, source.header, ours=True)}
        found: dict[str, Source] = {}
        if self.mapping.guess:
            found = self._by_header({*self.said, *own})
            known = {**self.mapping.columns, **own, **found}
            found |= self._by_values(known)
            found |= self._with_season({**known, **found})
            if found:
                read = ", ".join(f"{source.header} as {name}" for name, source in found.items())
                self.reading.note(f"read {read}")
        new = {**own, **found}
        for source in new.values():
            self._refuse_repeated(source)
        columns = _with_units(self.table, {**self.mapping.columns, **new}, self.reading)
        for name, source in columns.items():
            reason = "its header" if name in found else ("our own name" if name in own else "the mapping")
            for header in source.columns:
                self.reading.column(header, name, unit=source.unit, reason=reason)
        return Guess(replace(self.mapping, columns=columns), frozenset(new), self.counter)

    def _by_header(self, said: set[str]) -> dict[str, Source]:
        """Return the columns of games that unused headers speak for."""
        plain: dict[str, str] = {}
        unnamed = set(self.table.facts.unnamed)
        for header in self.free:
            if header not in CANONICAL and header not in unnamed and plain_header(header):
                plain.setdefault(plain_header(header), header)
        found: dict[str, Source] = {}
        if c.PROMOTION not in said:
            marks = [plain[word] for word in PROMOTION_HEADERS if word in plain and self._says_yes_or_no(plain[word])]
            if marks:
                found[c.PROMOTION] = Source(tuple(sorted(marks, key=self.free.index)), marks=True)
        for name, synonyms in SYNONYMS.items():
            if name in said or name in found:
                continue
            fitting = (
                plain[word]
                for word in (plain_header(name), *synonyms)
                if word in plain and self._fits(name, plain[word])
            )
            for header in islice(fitting, 1):
                found[name] = Source((header,))
        self._note_other_attendance(plain, found)
        if c.HOME not in {*said, *found} and c.VISITOR in {*said, *found}:
            teams = (plain[word] for word in TEAM_HEADERS if word in plain)
            team = next((header for header in teams if self._fits(c.HOME, header)), None)
            if team is not None:
                found[c.HOME] = Source((team,))
        return found

    def _note_other_attendance(self, plain: dict[str, str], found: dict[str, Source]) -> None:
        """Ask about further columns that may be the attendance, such as tickets paid beside people at the gate."""
        if c.ATTENDANCE not in found:
            return
        taken = found[c.ATTENDANCE].header
        others = [plain[word] for word in SYNONYMS[c.ATTENDANCE] if word in plain and plain[word] != taken]
        if others:
            text = f"took {taken} for {c.ATTENDANCE}, not {listed(others)}"
            self.reading.doubt(text, f'say which one counts, as in {c.ATTENDANCE} = "{others[0]}"', LIKELY)

    def _by_values(self, known: dict[str, Source]) -> dict[str, Source]:
        """Return the date, start time and score columns that speak by their cells or their place."""
        found: dict[str, Source] = {}
        start = known.get(c.START_TIME)
        if c.DATE not in known and c.DATE not in self.mapping.constants:
            found |= self._dates(known)
            if start is not None and c.DATE not in found and looks_like_dates(self.sample.frame[start.header]):
                found[c.DATE] = Source(start.columns)
        date = {**known, **found}.get(c.DATE)
        no_start = start is None and c.START_TIME not in self.mapping.constants
        if no_start and date is not None and len(date.columns) == 1 and has_times(self.sample.frame[date.header]):
            found[c.START_TIME] = Source(date.columns)
        return found | self._scores({**known, **found})

    def _dates(self, known: dict[str, Source]) -> dict[str, Source]:
        used = {header for source in known.values() for header in source.columns}
        parts = self._date_parts()
        if parts is not None:
            return {c.DATE: parts}
        dates = [header for header in self.free if header not in used and looks_like_dates(self.sample.frame[header])]
        if len(dates) > 1:
            remedy = f'say which one is the date of the game, as in {c.DATE} = "{dates[0]}"'
            got = f"dates in {listed(dates)}, and no header that speaks for the date of the game"
            raise DataError(got, f"one column of dates, named {c.DATE}", remedy, file=self.table.file, row=1)
        if not dates:
            return {}
        self.reading.doubt(f"took {dates[0]} for the date of the game, as its cells are dates", weight=SURE)
        return {c.DATE: Source((dates[0],))}

    def _with_season(self, known: dict[str, Source]) -> dict[str, Source]:
        """Return dates without a year joined with the season beside them."""
        date, season = known.get(c.DATE), known.get(c.SEASON)
        if date is None or date.template or not lacks_year(self.sample.frame[date.header]):
            return {}
        if season is None and c.SEASON not in self.mapping.constants:
            return {}
        told = season.header if season is not None else self.mapping.constants[c.SEASON]
        self.reading.doubt(
            f"took the years of {date.header} from {c.SEASON} ({told})", "write dates with their years", LIKELY
        )
        return {c.DATE: replace(date, season=told)}

    def _date_parts(self) -> Source | None:
        """Return year, month and day as one date, where each stands in a column of its own."""
        plain = {plain_header(header): header for header in reversed(self.free)}
        parts = {part: [plain[word] for word in words if word in plain] for part, words in DATE_PARTS.items()}
        if not all(parts.values()):
            if parts["month"] and parts["day"] and self._are_numbers(parts["day"][0]):
                month, day = parts["month"][0], parts["day"][0]
                text = f"{month} and {day} tell the dates of games, but nothing tells their year; they were left out"
                self.reading.doubt(text, f'say date = "{{{month}}} {{{day}}} 2019" in a mapping file', LIKELY)
            return None
        year, month, day = (parts[part][0] for part in ("year", "month", "day"))
        numbers = self.sample.frame[month].cast(pl.Float64, strict=False)
        named = numbers.null_count() > self.sample.frame[month].null_count()
        template = f"{{{month}}} {{{day}}} {{{year}}}" if named else f"{{{year}}}-{{{month}}}-{{{day}}}"
        return Source((month, day, year) if named else (year, month, day), template=template)

    def _scores(self, known: dict[str, Source]) -> dict[str, Source]:
        """Return scores of one repeated header (PTS, G), each right of its club."""
        order = self.table.frame.columns
        found: dict[str, Source] = {}
        for club, name in ((c.VISITOR, c.VISITOR_RUNS), (c.HOME, c.HOME_RUNS)):
            beside = known.get(club)
            if beside is None or name in known or beside.header not in order:
                continue
            place = order.index(beside.header) + 1
            after = order[place] if place < len(order) else ""
            base = re.sub(r" \(column \d+\)$", "", after)
            if base in self.table.facts.repeated and plain_header(base) in SCORES and self._fits(name, after):
                found[name] = Source((after,))
        return found

    def _fits(self, name: str, header: str, *, ours: bool = False) -> bool:
        """Return True unless the cells under a header cannot be what the header says; say why."""
        values = self.table.frame[header]
        if name == c.ATTENDANCE:
            return self._fits_attendance(header, ours=ours)
        if name == c.NUMBER:
            return self._fits_number(header)
        other = self._something_else(name, header)
        if other:
            return self._left_out(header, name, other)
        self._doubt_codes(name, header)
        if name in ESSENTIAL or not self.mapping.guess or values.null_count() == len(values):
            return True
        share, error = self._understood(name, header)
        in_doubt = name == c.SEASON or share <= LEAST_UNDERSTOOD
        kept = error is None or error.expected.startswith(LOCAL_TIME) or error.remedy == INFINITE_REMEDY
        if error is None or not in_doubt or kept:
            return True
        return self._left_out(header, name, f"got {error.got}, expected {error.expected}")

    def _understood(self, name: str, header: str) -> tuple[float, DataError | None]:
        """Return the share of known cells that can be read as a column, and the error of the first that cannot."""
        refusals = Refusals(most=ROWS_LOOKED_AT)
        units = UNITS_IN_HEADERS.get(name, ())
        cells = self.sample.cells(header, refusals)
        if name == c.WIND:
            codes = (cells.values.cast(pl.Float64, strict=False) == -1).fill_null(False)
            cells = cells.with_values(cells.values.set(codes, None))
        unit = next((unit for ending, unit in units if re.search(ending, _unit_part(header))), "")
        if name == c.TEMPERATURE and not unit:
            unit = _temperature_unit(self.table, Source((header,)))
        parse(cells, CANONICAL[name], unit)
        known = len(cells.known_text().drop_nulls())
        if known < FEWEST_CELLS:
            return 1.0, None
        bad = len(refusals.by_place)
        error = refusals.by_place[min(refusals.by_place)] if bad else None
        numbers = CANONICAL[name].values and all(
            _is_number(self.sample.frame[header][place]) for place in refusals.by_place
        )
        return (0.0 if bad and numbers else 1 - bad / max(known, 1)), error

    def _fits_attendance(self, header: str, *, ours: bool) -> bool:
        problem = attendance_problem(self.table, header)
        if problem is None:
            return True
        if problem.refused and (ours or not self.mapping.guess):
            raise problem.error(self.table, header)
        if problem.refused:
            self.reading.doubt(f"did not take {header} for {c.ATTENDANCE}: {problem.text}", problem.remedy)
            self.reading.not_attendance[header] = problem.text
            self.reading.column(header, "", reason=problem.text)
            return False
        self.reading.doubt(f"{header}: {problem.text}", problem.remedy, weight=problem.weight)
        return True

    def _fits_number(self, header: str) -> bool:
        """Return True for numbers within a doubleheader; numbers beyond 3 count a series or season."""
        if not self.mapping.guess:
            return True
        values = self.table.frame[header]
        numbers = values.cast(pl.Float64, strict=False)
        if numbers.null_count() == values.null_count() and len(numbers.drop_nulls()) and numbers.max() > 3:  # type: ignore[operator]
            if (numbers.drop_nulls() % 1 == 0).all():
                self.counter = header
            return self._left_out(header, c.NUMBER, "it counts the games of a series or season")
        share, error = self._understood(c.NUMBER, header)
        if error is None or share > LEAST_UNDERSTOOD:
            return True
        return self._left_out(header, c.NUMBER, f"got {error.got}, expected {error.expected}")

    def _something_else(self, name: str, header: str) -> str:
        """Return what a column is instead of what its header says, by its cells: lengths of games, or scores."""
        if name == c.START_TIME and is_game_length(self.sample.cells(header)):
            return "its cells look like the length of the game"
        sides = [each for each in self.table.frame.columns if plain_header(each) in SIDES and self._are_numbers(each)]
        # Scores come in pairs; a lone column of numbers under such a header holds codes of clubs.
        if name in (c.HOME, c.VISITOR) and self.mapping.guess and header in sides and len(sides) > 1:
            return f'its cells are numbers; say {name} = "{header}" if those are clubs'
        return ""

    def _doubt_codes(self, name: str, header: str) -> None:
        """Ask whether numbers under the header of a club are codes of clubs, unless the header says so."""
        if name not in CODED or not self.mapping.guess or CODES.search(plain_header(header)):
            return
        if self._are_numbers(header) and len(self.sample.frame[header].drop_nulls()) >= FEWEST_CELLS:
            examples = self.sample.frame[header].drop_nulls().unique(maintain_order=True).head(EXAMPLES).cast(pl.String)
            numbers = ", ".join(examples.str.replace(r"\.0$", ""))
            text = f"took the numbers under {header} ({numbers}) for codes of clubs; if they are something else, "
            remedy = f'say {name} = "{header}" in a mapping file if they are codes, or map the column that names clubs'
            self.reading.doubt(text + CODED[name], remedy, WRONG_IF_USED)

    def _are_numbers(self, header: str) -> bool:
        values = self.table.frame[header].drop_nulls()
        return len(values) > 0 and values.cast(pl.Float64, strict=False).null_count() == 0

    def _left_out(self, header: str, name: str, reason: str) -> bool:
        self.reading.note(f"did not take {header} for {name}: {reason}")
        self.reading.column(header, "", reason=f"not {name}: {reason}")
        return False

    def _refuse_repeated(self, source: Source) -> None:
        for header in source.columns:
            if header in self.table.facts.repeated and plain_header(header) not in SCORES:
                got = f"the header {header!r} twice"
                expected = "a name of its own for each column that is read"
                raise DataError(got, expected, file=self.table.file, row=1, column=header)

    def _says_yes_or_no(self, header: str) -> bool:
        """Return True if every cell that is not empty says yes or no."""
        values = self.table.frame[header]
        if values.dtype == pl.Boolean:
            return True
        said = values.drop_nulls().cast(pl.String).str.to_lowercase()
        return len(said) > 0 and bool(said.str.replace(r"\.0$", "").is_in([*YES, *NO]).all())


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _with_units(table: RawTable, columns: dict[str, Source], reading: Reading) -> dict[str, Source]:
    """Return the columns with a unit for each that may be given in another than ours."""
    out = dict(columns)
    for name, units in UNITS_IN_HEADERS.items():
        source = out.get(name)
        if source is None or source.unit or source.template or source.header in (name, plain_header(name)):
            continue
        named = next((unit for ending, unit in units if re.search(ending, _unit_part(source.header))), "")
        unit = named or (_temperature_unit(table, source) if name == c.TEMPERATURE else _wind_unit(out))
        if not named:
            reading.note(f"took {source.header} as {'°' if name == c.TEMPERATURE else ''}{unit}")
        out[name] = replace(source, unit=unit)
    return out


def _unit_part(header: str) -> str:
    """Return the part of a header after the word for what is measured."""
    return re.sub(r"^.*?(temperature|temp|windspeed|wind)", "", plain_header(header))


def _temperature_unit(table: RawTable, source: Source) -> str:
    """Return F where the median is above 40, not counting zeros, which often stand for unknown; C otherwise."""
    if source.header not in table.frame.columns:
        return ""
    numbers = table.frame[source.header].cast(pl.String).str.replace(",", ".").cast(pl.Float64, strict=False)
    middle = numbers.filter(numbers != 0).median()
    return "F" if isinstance(middle, float) and middle > LOWEST_FAHRENHEIT_MEDIAN else "C"


def _wind_unit(columns: dict[str, Source]) -> str:
    """Return miles an hour where temperatures are in Fahrenheit, km/h otherwise."""
    return "mph" if c.TEMPERATURE in columns and columns[c.TEMPERATURE].unit == "F" else "km/h"
