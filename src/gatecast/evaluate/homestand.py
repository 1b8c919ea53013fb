"""Upcoming games in words and on one scale, for the report."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import selectors

from gatecast.errors import DataError
from gatecast.expected import EXPECTED, total_people
from gatecast.formatting import clock, day, number, percent, rounded
from gatecast.games.columns import CAPACITY, DATE, GAME_ID, HOME, PROMOTION, SCANNED, START_TIME, VISITOR
from gatecast.games.forecast_columns import MEAN, MEDIAN, P_SELLOUT, quantile_column
from gatecast.games.homestands import homestand_of

__all__ = ["HomestandReport", "UpcomingGame", "homestand"]

MOST_LATER = 90
NOTABLE_SELLOUT = 0.25
RANGES = (("90%", 0.05, 0.95), ("80%", 0.10, 0.90), ("50%", 0.25, 0.75))
"""The chance that attendance falls between two quantiles; the first pair that the table has is used."""


@dataclass(frozen=True)
class UpcomingGame:
    """An upcoming game.

    Parameters
    ----------
    when, time, opponent, promotion : str
        Date, start, visitor (and home club where there are several), promotion; empty where unknown.
    expected, range, chance, sellout, sellout_share, scanned : str
        The people expected (the median where a table has no mean); the range, bare and in words; chance of a sell-out,
        in words and bare; people through the gate. Empty where unknown.
    notable : bool
        True where a sell-out is likely enough to plan for.
    wide, narrow : tuple of float or None
        Left end and length of the wide and the narrow range, in percent of the scale.
    middle, seats : float or None
        Places of the people expected and of the capacity, in percent of the scale.
    """

    when: str
    time: str
    opponent: str
    promotion: str
    expected: str
    range: str
    chance: str
    sellout: str
    sellout_share: str
    scanned: str
    notable: bool
    wide: tuple[float, float] | None
    narrow: tuple[float, float] | None
    middle: float | None
    seats: float | None

    @property
    def sentence(self) -> str:
        """The whole forecast of the game as one sentence."""
        name = " ".join(part for part in (self.when, self.time, self.opponent) if part)
        facts = "; ".join(part for part in (self.chance, self.sellout, self.scanned) if part)
        return f"{name}: {self.expected} expected" + (f", {facts}." if facts else ".")


@dataclass(frozen=True)
class HomestandReport:
    """The next homestand, the home games after it, and what stands out.

    Parameters
    ----------
    games, later : list of UpcomingGame
        In order of play.
    left_out : int
        Later games too many to show.
    summary : str
        The homestand in one or two sentences.
    ticks : list of (float, str)
        Places on the scale, in percent, and the crowds they mark.
    wide, narrow : str
        Chances of the light and the dark range; `narrow` is empty where there is none.
    seats : bool
        True where a capacity is marked.
    """

    games: list[UpcomingGame]
    later: list[UpcomingGame]
    left_out: int
    summary: str
    ticks: list[tuple[float, str]]
    wide: str
    narrow: str
    seats: bool


@dataclass(frozen=True)
class Scale:
    """Properties common to all games: range and levels shown, largest crowd, and if clubs are named."""

    words: str
    lower: float
    upper: float
    top: float
    clubs: bool


def homestand(upcoming: pl.DataFrame) -> HomestandReport:
    """Return forecasts of upcoming games in words.

    Parameters
    ----------
    upcoming : polars.DataFrame
        One row a game, at least q50; of date, start_time, visitor, home, promotion, capacity, mean, further
        quantiles, p_sellout, scanned_mean (people expected through the gate) those that exist.

    Raises
    ------
    DataError
        There is no q50.
    """
    if MEDIAN not in upcoming.columns:
        raise DataError(f"columns {', '.join(upcoming.columns) or 'none'}", f"upcoming games with {MEDIAN}")
    table = _in_order(upcoming)
    words, lower, upper = next(
        (each for each in RANGES if {quantile_column(each[1]), quantile_column(each[2])} <= set(table.columns)),
        ("", 0.5, 0.5),
    )
    clubs = HOME in table.columns and table[HOME].n_unique() > 1
    scale = Scale(words, lower, upper, _scale_end(table, quantile_column(upper)), clubs)
    shown = [_game(row, scale) for row in table.head(MOST_LATER).to_dicts()]
    first = _first_homestand(table.head(MOST_LATER))
    narrow = RANGES[-1][0] if words and lower != 0.25 and {"q25", "q75"} <= set(table.columns) else ""
    return HomestandReport(
        shown[:first],
        shown[first:],
        max(0, table.height - MOST_LATER),
        _summary(table.head(first), shown[:first]),
        _ticks(scale.top),
        words,
        narrow,
        any(game.seats is not None for game in shown),
    )


def _in_order(upcoming: pl.DataFrame) -> pl.DataFrame:
    """Return the games that have a forecast, by date and time; dates may be text, as a CSV file holds them."""
    table = upcoming.with_columns(selectors.float().fill_nan(None)).filter(pl.col(MEDIAN).is_not_null())
    if DATE in table.columns:
        text = table.schema[DATE] == pl.String
        dates = pl.col(DATE).str.to_date(strict=False) if text else pl.col(DATE).cast(pl.Date)
        table = table.with_columns(dates)
    mean = [pl.col(MEAN).cast(pl.Float64)] if MEAN in table.columns else []
    table = table.with_columns(pl.coalesce(*mean, MEDIAN).alias(EXPECTED))
    order = [name for name in (DATE, START_TIME) if name in table.columns]
    return table.sort(order, nulls_last=True, maintain_order=True) if order else table


def _first_homestand(table: pl.DataFrame) -> int:
    """Return the number of games in the homestand of the first game, the clubs of the table taken together."""
    if DATE not in table.columns:
        return min(table.height, 1)
    homestands = homestand_of(table.select(DATE))
    return int((homestands == homestands[:1]).sum())


def _game(row: dict[str, Any], scale: Scale) -> UpcomingGame:
    low, high, top = row.get(quantile_column(scale.lower)), row.get(quantile_column(scale.upper)), scale.top
    ranged = bool(scale.words) and low is not None and high is not None
    chance = f"{scale.words} chance between {rounded(low)} and {rounded(high)}" if ranged else ""
    sellout, seats = row.get(P_SELLOUT), row.get(CAPACITY)
    visitor = f"v. {row[VISITOR]}" if row.get(VISITOR) else "" if row.get(DATE) else str(row.get(GAME_ID) or "Game")
    scanned = row.get(f"{SCANNED}_{MEAN}")
    return UpcomingGame(
        when=day(row.get(DATE)) if row.get(DATE) else "",
        time=clock(row.get(START_TIME)) if isinstance(row.get(START_TIME), dt.time) else str(row.get(START_TIME) or ""),
        opponent=f"{visitor} at {row[HOME]}".strip() if scale.clubs and row.get(HOME) else visitor,
        promotion=str(row.get(PROMOTION) or ""),
        expected=rounded(row[EXPECTED]),
        range=f"{rounded(low)} to {rounded(high)}" if ranged else "",
        chance=chance,
        sellout=f"sell-out chance {percent(sellout)}" if sellout is not None else "",
        sellout_share=percent(sellout) if sellout is not None else "",
        scanned=f"{rounded(scanned)} through the gate" if scanned is not None else "",
        notable=sellout is not None and sellout >= NOTABLE_SELLOUT,
        wide=_interval(low, high, top) if ranged else None,
        narrow=_interval(row.get("q25"), row.get("q75"), top),
        middle=_place(row[EXPECTED], top),
        seats=_place(seats, top) if seats is not None else None,
    )


def _summary(table: pl.DataFrame, games: list[UpcomingGame]) -> str:
    """Return the number of games and people, and the busiest game, in words."""
    if not games:
        return ""
    count = f"{len(games)} home game{'s' if len(games) > 1 else ''}"
    dates = list(dict.fromkeys(game.when for game in (games[0], games[-1]) if game.when))
    parts = [f"{count}, {' to '.join(dates)}" if dates else count]
    if MEAN in table.columns and table[MEAN].null_count() == 0:
        parts[0] += f": {number(total_people(table[MEAN]))} people expected in all"
    if len(games) > 1:
        busiest = games[int(table[EXPECTED].arg_max() or 0)]
        name = " ".join(part for part in (busiest.when, busiest.opponent) if part)
        parts.append(f"Busiest: {name}, {busiest.expected} expected")
    return ". ".join(parts) + "."


def _scale_end(table: pl.DataFrame, upper: str) -> float:
    """Return the crowd at the right end of the scale: a little over the largest bound or capacity."""
    names = [name for name in (EXPECTED, upper, CAPACITY) if name in table.columns]
    largest = [float(value) for value in table.select(pl.col(names).max()).row(0) if value is not None]
    return max(largest, default=1.0) * 1.02 or 1.0


def _ticks(top: float) -> list[tuple[float, str]]:
    step = 10.0 ** math.floor(math.log10(top))
    step = max(1.0, next(step * share for share in (0.1, 0.2, 0.5, 1, 2) if top / (step * share) <= 5))
    return [(round(i * step / top * 100, 2), number(i * step)) for i in range(int(top / step) + 1)]


def _interval(low: float | None, high: float | None, top: float) -> tuple[float, float] | None:
    if low is None or high is None:
        return None
    left = _place(low, top)
    return left, round(max(_place(high, top) - left, 0.4), 2)


def _place(people: float, top: float) -> float:
    return round(min(max(people / top, 0), 1) * 100, 2)
