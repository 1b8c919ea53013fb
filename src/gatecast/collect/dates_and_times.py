"""Dates and start times as clubs write them: 5/30/2019, May 30 2019, 7:05PM, seconds after midnight."""

from __future__ import annotations

import datetime as dt

import polars as pl

from gatecast.collect.raw_table import Cells
from gatecast.games.columns import CANONICAL, DATE, START_TIME

__all__ = [
    "LOCAL_TIME",
    "has_short_years",
    "has_times",
    "lacks_year",
    "looks_like_dates",
    "parse_dates",
    "parse_times",
    "with_years",
]

ISO = r"^(\d{4})-(\d{1,2})-(\d{1,2})([ t]\d.*)?$"
COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
SLASHED = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( \d.*)?$"
YEAR_SLASHED = r"^(\d{4})[/.] ?(\d{1,2})[/.] ?(\d{1,2})\.?$"
MONTH_FIRST = r"^([a-z]{3,9})\.?[ -](\d{1,2})[ -](\d{4})$"
DAY_FIRST = r"^(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4}|\d{2})$"
YEARLESS = r"^(?:([a-z]{3,9})\.? (\d{1,2})|(\d{1,2})\.? ([a-z]{3,9})\.?)$"
SHORT_YEAR = r"[a-z]\.?[ -]\d{2}$"
EASTERN_WEEKDAY = r"\s*[(（](?:[月火水木金土日][・･,、][^)）]*|[月火水木金土日월화수목금토일])[)）]$"
"""A weekday as Japan and Korea write it behind a date, such as (土) or (金・祝); such dates begin with the year."""
EASTERN_SHORT_YEAR = r"^\d{2}[/.-]\d{1,2}[/.-]\d{1,2}" + EASTERN_WEEKDAY
EASTERN_DATE = r"^(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]$"
LAST_SHORT_YEAR = 68
"""Two-digit years up to this one are of this century, as POSIX has it."""
SUMMER, NEW_SEASON = (6, 7, 8), 7
"""Months without games of a league that plays over New Year, and the first month of its seasons."""
WEEKDAY = r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
ORDINAL = r"(\d)(st|nd|rd|th)\b"
DATE_FORMS = (ISO, COMPACT, SLASHED, YEAR_SLASHED, MONTH_FIRST, DAY_FIRST)

LEAST_DATES = 0.9
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH_NAMES = {name: number for number, full in enumerate(MONTHS, start=1) for name in (full, full[:3], full[:4])}

CLOCK_24 = r"^(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$"
CLOCK_12 = r"^(\d{1,2})(?::(\d{2})(?::\d{2})?)?\s*([ap])\.?(?:m\.?)?$"
NUMERIC = r"^\d+(\.\d+)?$"
TIME_FORMS = (CLOCK_24, CLOCK_12, NUMERIC)
LEADING_DATE = r"^(?:\d{4}-\d{2}-\d{2}[ t]|\d{1,2}[/.-]\d{1,2}[/.-]\d{4},? )"
UNKNOWN_START = r"^0?0:00(:00)?\s*([ap]\.?(m\.?)?)?$"
MINUTE, HOUR, DAY = 60, 3600, 86_400
LAST_CLOCK_NUMBER = 2359

OFFSET = r"(\d)\s*(z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2})$"
NAMED_ZONE = r"(\d|[ap]\.?m\.?)\s+([a-z]{1,4}t|utc)$"
UNIVERSAL = ("z", "utc", "gmt", "+00:00", "+0000", "-00:00")

A_DATE, A_TIME = CANONICAL[DATE].expected, CANONICAL[START_TIME].expected
LOCAL_TIME = "the local time of each ballpark"
SAY_ZONE = 'convert the column from universal time, or say time_zone = "America/New_York" in a mapping file'
ONE_DATE_FORM = "write all dates as 2019-05-30"
NO_YEAR = 'say the year in a mapping file, as in date = "{Date} 2019", or map season'
MOMENT = r"^\d{4}-\d{2}-\d{2}[ t]"
NUMERIC_OFFSET = r"^(?:utc|gmt)?[+-]\d"
SAY_ORDER = "say day_first = true or false in a mapping file"
ONE_TIME_FORM = "write all times as 19:05 or all as 7:05PM"


def parse_dates(cells: Cells) -> pl.Series:
    """Read a column of dates, all in one form.

    Where the form is 5/6/2019, the whole column says whether days or months stand first; where it cannot, the
    column is refused.

    Returns
    -------
    polars.Series of Date, shape (rows,)

    Raises
    ------
    DataError
        The first cell that is no date, in another form than the rest, or that may be two dates.
    """
    values = cells.values
    if values.dtype == pl.Date:
        return values
    if isinstance(values.dtype, pl.Datetime):
        return _local(cells).dt.date()
    if values.dtype in {pl.Time, pl.Boolean}:
        return cells.accepted(values, values.is_not_null(), A_DATE).cast(pl.String).cast(pl.Date)
    text = cells.known_text().str.to_lowercase().str.strip_chars()
    text = _tidied(_without_zone(cells, text))
    form = max(DATE_FORMS, key=lambda form: text.str.contains(form).sum())
    remedy = NO_YEAR if text.str.contains(YEARLESS).sum() > text.str.contains(form).sum() else ONE_DATE_FORM
    text = cells.accepted(text, ~text.str.contains(form), A_DATE, remedy)
    parts = [text.str.extract(form, group) for group in (1, 2, 3)]
    year, month, day = _ordered(cells, form, parts)
    joined = pl.select(pl.format("{}-{}-{}", year, month.cast(pl.String).str.zfill(2), day.str.zfill(2))).to_series()
    dates = joined.str.to_date("%Y-%m-%d", strict=False)
    missing = dates.is_null() & joined.is_not_null()
    return cells.accepted(dates, missing, "a date that the calendar has", ONE_DATE_FORM)


def looks_like_dates(values: pl.Series) -> bool:
    """Return True for a column of dates, or of texts that nearly all can be read as dates."""
    if values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime):
        return True
    if values.dtype != pl.String:
        return False
    text = _tidied(values.drop_nulls().str.to_lowercase())
    forms = (ISO, SLASHED, YEAR_SLASHED, MONTH_FIRST, DAY_FIRST)
    matching = max((int(text.str.contains(form).sum()) for form in forms), default=0)
    return len(text) > 0 and matching >= LEAST_DATES * len(text)


def has_times(values: pl.Series) -> bool:
    """Return True for a column of dates most of which have a time of day other than midnight."""
    if isinstance(values.dtype, pl.Datetime):
        known = values.drop_nulls().dt.time()
        return len(known) > 0 and int((known != dt.time()).sum()) * 2 > len(known)
    if values.dtype != pl.String:
        return False
    text = values.drop_nulls()
    clock = text.str.extract(r"[ T](\d{1,2}:\d{2})", 1)
    return len(text) > 0 and int((clock.is_not_null() & ~clock.is_in(["00:00", "0:00"])).sum()) * 2 > len(text)


def has_short_years(values: pl.Series) -> bool:
    """Return True for texts such as 24-Aug-18 or 18/08/24(金), whose years have two digits."""
    if values.dtype != pl.String:
        return False
    eastern = values.str.contains(EASTERN_SHORT_YEAR).any()
    return bool(eastern or _tidied(values.str.to_lowercase()).str.contains(SHORT_YEAR).any())


def lacks_year(values: pl.Series) -> bool:
    """Return True for texts that nearly all are a month by name and a day, without a year."""
    if values.dtype != pl.String:
        return False
    text = _tidied(values.drop_nulls().str.to_lowercase())
    return len(text) > 0 and int(text.str.contains(YEARLESS).sum()) >= LEAST_DATES * len(text)


def with_years(cells: Cells, seasons: pl.Series) -> Cells:
    """Return dates that lack a year with the year that their season gives them.

    A season over New Year (2018-19) begins in July or later. A season of one year is that year, unless its games are
    played in winter alone: then nobody can tell which of two years is meant.

    Parameters
    ----------
    cells : Cells
    seasons : polars.Series of text or numbers, shape (rows,)
        Such as 2018 or 2018-19.

    Raises
    ------
    DataError
        The first date whose year cannot be told.
    """
    text = _tidied(cells.known_text().str.to_lowercase())
    name = text.str.extract(YEARLESS, 1).fill_null(text.str.extract(YEARLESS, 4))
    day = text.str.extract(YEARLESS, 2).fill_null(text.str.extract(YEARLESS, 3))
    month = name.replace_strict(MONTH_NAMES, default=None, return_dtype=pl.Int64)
    label = seasons.cast(pl.String).str.strip_chars().str.replace(r"\.0$", "")
    year = label.str.extract(r"^(\d{4})", 1).cast(pl.Int64)
    spans = label.str.contains(r"^\d{4}\s*[-/–]\s*\d{2}").fill_null(False)
    months = set(month.filter(~spans).drop_nulls())
    winter = bool(months) and max(months) > max(SUMMER) and min(months) < min(SUMMER) and not months & set(SUMMER)
    year += (spans & (month < NEW_SEASON)).cast(pl.Int64).fill_null(0)
    remedy = "write dates with their year, or seasons as 2018-19"
    unclear = text.is_not_null() & name.is_not_null() & (year.is_null() | (winter & ~spans))
    text = cells.accepted(text, unclear, "a date whose season tells its year", remedy)
    dated = pl.select(pl.format("{} {} {}", name, day, year)).to_series()
    return cells.with_values(dated.fill_null(text).set(text.is_null(), None))


def _full_years(years: pl.Series) -> pl.Series:
    """Return years of two digits with their century."""
    number = years.cast(pl.Int64)
    full = number + pl.select(pl.when(number > LAST_SHORT_YEAR).then(1900).otherwise(2000)).to_series()
    return full.zip_with(years.str.len_chars() == 2, number).cast(pl.String)


def _tidied(text: pl.Series) -> pl.Series:
    """Return dates in small letters without weekdays, ordinal endings and commas; those of the East with slashes."""
    short = text.str.contains(EASTERN_SHORT_YEAR).fill_null(False)
    if short.any():
        years = _full_years(text.zip_with(short, pl.Series([None], dtype=pl.String)).str.head(2))
        text = (years + text.str.slice(2)).zip_with(short, text)
    text = text.str.replace(EASTERN_WEEKDAY, "").str.replace(EASTERN_DATE, "$1/$2/$3")
    text = text.str.replace(r"^([a-z]{3})([a-z]*)\.? (\d{1,2}),", "$1$2 $3")
    return text.str.replace(WEEKDAY, "").str.replace(ORDINAL, "$1").str.replace_all(r",?\s+", " ")


def _ordered(cells: Cells, form: str, parts: list[pl.Series]) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return year, month (as a number) and day of the three parts of a form."""
    first, second, third = parts
    if form in {MONTH_FIRST, DAY_FIRST}:
        name, day = (first, second) if form == MONTH_FIRST else (second, first)
        month = name.replace_strict(MONTH_NAMES, default=None, return_dtype=pl.Int64)
        month = cells.accepted(month, month.is_null() & name.is_not_null(), A_DATE, ONE_DATE_FORM)
        return _full_years(third), month.cast(pl.String), day
    if form == SLASHED:
        first, days_first = _days_first(cells, first, second)
        month, day = (second, first) if days_first else (first, second)
        return third, month, day
    return first, second, third


def _days_first(cells: Cells, first: pl.Series, second: pl.Series) -> tuple[pl.Series, bool]:
    """Return `first` without refused cells, and True where numbers above 12 show that it holds the days."""
    day_first, month_first = first.cast(pl.Int64) > 12, second.cast(pl.Int64) > 12
    days, months = day_first.sum(), month_first.sum()
    if cells.day_first is not None:
        wrong = month_first if cells.day_first else day_first
        leading = "day" if cells.day_first else "month"
        return cells.accepted(first, wrong, f"the {leading} first, as the mapping says", ONE_DATE_FORM), cells.day_first
    if days and months:
        other, leading = (day_first, "month") if days < months else (month_first, "day")
        first = cells.accepted(first, other, f"the {leading} first, as in other rows", ONE_DATE_FORM)
        return first, days >= months
    if not days and not months:
        remedy = f"which is the day and which the month cannot be told: {ONE_DATE_FORM}, or {SAY_ORDER}"
        first = cells.accepted(first, first != second, A_DATE, remedy)
    return first, bool(days)


def parse_times(cells: Cells) -> pl.Series:
    """Read a column of local start times, all in one form.

    Numbers are shares of a day (0.795), clock readings (1905) or seconds after midnight (68700), by the largest.

    Returns
    -------
    polars.Series of Time, shape (rows,)

    Raises
    ------
    DataError
        The first cell that is no time, in another form than the rest, or in another time zone.
    """
    values = cells.values
    if values.dtype == pl.Time or isinstance(values.dtype, pl.Datetime):
        times = values if values.dtype == pl.Time else _local(cells).dt.time()
        return times.set((times == dt.time()).fill_null(False), None)
    if values.dtype.is_numeric():
        return _from_numbers(cells, values.cast(pl.Float64))
    if values.dtype != pl.String:
        return cells.accepted(values, values.is_not_null(), A_TIME).cast(pl.String).cast(pl.Time)
    text = cells.known_text().str.to_lowercase()
    text = _without_zone(cells, text).str.replace(LEADING_DATE, "")
    text = text.set(text.str.contains(UNKNOWN_START).fill_null(False), None)
    form = max(TIME_FORMS, key=lambda form: text.str.contains(form).sum())
    text = cells.accepted(text, ~text.str.contains(form), A_TIME, ONE_TIME_FORM)
    if form == NUMERIC:
        return _from_numbers(cells, text.cast(pl.Float64))
    hour = text.str.extract(form, 1).cast(pl.Int64)
    minute = text.str.extract(form, 2).cast(pl.Int64).fill_null(0)
    if form == CLOCK_12:
        hour = cells.accepted(hour, (hour < 1) | (hour > 12), A_TIME)
        hour = hour % 12 + 12 * (text.str.extract(form, 3) == "p").cast(pl.Int64)
    hour = cells.accepted(hour, (hour > 23) | (minute > 59), A_TIME)
    return _from_seconds(hour * HOUR + minute * MINUTE)


def _from_numbers(cells: Cells, numbers: pl.Series) -> pl.Series:
    """Read times from numbers; 0 is Retrosheet's way to say that nobody knows."""
    bad = ~numbers.is_finite() | (numbers < 0) | (numbers >= DAY)
    numbers = cells.accepted(numbers, bad, A_TIME, "seconds after midnight will do")
    known = numbers.set((numbers == 0).fill_null(False), None)
    largest = known.max()
    if not isinstance(largest, float):
        return known.cast(pl.Int64).cast(pl.Time)
    if largest < 1:
        return _from_seconds((known * DAY / MINUTE).round().cast(pl.Int64) * MINUTE)
    if largest <= LAST_CLOCK_NUMBER:
        clock = known.cast(pl.Int64)
        clock = cells.accepted(clock, (known != known.round()) | (clock % 100 > 59), A_TIME)
        return _from_seconds(clock // 100 * HOUR + clock % 100 * MINUTE)
    return _from_seconds(known.cast(pl.Int64))


def _from_seconds(seconds: pl.Series) -> pl.Series:
    return (seconds.cast(pl.Int64) * 1_000_000_000).cast(pl.Time)


def _local(cells: Cells) -> pl.Series:
    """Return moments as local time without a zone; universal time is converted, or refused where no zone is known."""
    values = cells.values
    zone = getattr(values.dtype, "time_zone", None)
    if zone is None and not cells.universal:
        return values
    if zone is not None and str(zone).lower().removeprefix("etc/") not in UNIVERSAL and not cells.universal:
        return values.dt.replace_time_zone(None)
    if not cells.time_zone:
        values = cells.accepted(values, values.is_not_null(), LOCAL_TIME, SAY_ZONE)
        return values.dt.replace_time_zone(None)
    universal = values if zone is not None else values.dt.replace_time_zone("UTC")
    return universal.dt.convert_time_zone(cells.time_zone).dt.replace_time_zone(None)


def _without_zone(cells: Cells, text: pl.Series) -> pl.Series:
    """Return times without their time zone, which must be one in the whole column and not universal time.

    Offsets of moments (a date with its time) may differ: the time before each is what the ballpark's clock shows.

    Parameters
    ----------
    cells : Cells
        The column, for messages.
    text : polars.Series, shape (rows,)
        Its cells in small letters.
    """
    timed = (text.str.contains(":", literal=True) & text.is_not_null()).fill_null(False)
    zone = text.str.extract(OFFSET, 2).fill_null(text.str.extract(NAMED_ZONE, 2))
    zone = zone.set(~timed, None).fill_null("")
    used = zone.filter(timed)
    if cells.universal or (len(used) and used.is_in(UNIVERSAL).all()):
        return _converted(cells, text)
    if (used == "").all():
        return text
    one_zone = f"{LOCAL_TIME}, in one time zone throughout"
    moments = text.filter(timed).str.contains(MOMENT).all() and used.str.contains(NUMERIC_OFFSET).all()
    if not moments:
        text = cells.accepted(text, timed & (zone != used[0]), one_zone, "take the time zones out of the column")
        text = cells.accepted(text, timed & zone.is_in(UNIVERSAL), LOCAL_TIME, SAY_ZONE)
    return text.str.replace(OFFSET, "$1").str.replace(NAMED_ZONE, "$1")


def _converted(cells: Cells, text: pl.Series) -> pl.Series:
    """Return moments in universal time as local ones; refuse them where no zone is known, and dates without a time."""
    known = text.is_not_null()
    if not cells.time_zone:
        return cells.accepted(text, known, LOCAL_TIME, SAY_ZONE)
    bare = text.str.replace(OFFSET, "$1").str.replace(NAMED_ZONE, "$1").str.replace("t", " ").str.slice(0, 16)
    moments = bare.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us")
    local = moments.dt.replace_time_zone("UTC").dt.convert_time_zone(cells.time_zone)
    remedy = "write date and time in one column, such as 2019-05-30T23:05Z"
    text = cells.accepted(text, known & moments.is_null(), "a moment in universal time with its date", remedy)
    return local.dt.strftime("%Y-%m-%d %H:%M").set(text.is_null(), None)
