"""Compare a game, and the plan of its homestand, with another weather, promotion, pitcher or start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from gatecast.collect.parse import parse_one
from gatecast.errors import DataError, InputError
from gatecast.forecast.table import TURNED_AWAY
from gatecast.forecast.what_if import changeable
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.games.homestands import homestand_of
from gatecast.plan import ForecastTable, Plan, make_plan
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, SCHEDULE_AREA, SETTINGS_AREA, ClubService
from gatecast.service.game import reading_order
from gatecast.service.plan_differences import Differences, differences

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster, ForecastSession

__all__ = [
    "ChangeableColumn",
    "TwoForecasts",
    "WhatIfComparison",
    "WhatIfResult",
    "compare_what_if",
    "current_plan",
    "fields_of",
    "two_forecasts",
    "what_if_session",
]

RECOMPUTED_WITHIN = 0.001
"""Share of a forecast by which the same forecast computed again may differ, such as on another processor."""
MOST_CHOICES = 200
"""Most values offered for a column; the latest ones if there are more."""


@dataclass(frozen=True)
class WhatIfComparison:
    """Two forecasts of a game, with its present and its changed values, and the differences of their plans.

    Parameters
    ----------
    values : dict
        Changed values by column.
    before, after : dict
        As `gatecast.forecast.Forecaster.forecast` gives them.
    others : int
        Further games whose forecast would change.
    unseen : tuple of str
        Columns whose value the model never saw in training, so that it is treated like any other unseen value.
    games : DataFrame
        The games to come of its homestand, as `gatecast.plan.Plan.games` has them.
    plan : Differences
        Changes to the plan of these games.
    """

    values: dict[str, object]
    before: dict[str, Any]
    after: dict[str, Any]
    others: int
    unseen: tuple[str, ...]
    games: pl.DataFrame
    plan: Differences


@dataclass(frozen=True)
class TwoForecasts:
    """Forecasts of a club's games to come before and after changes, row by row the same games.

    Parameters
    ----------
    before, after : DataFrame
        As `gatecast.forecast.Forecaster.forecast` gives them.
    others : int
        Games that were not changed themselves whose forecast would be another.
    """

    before: pl.DataFrame
    after: pl.DataFrame
    others: int


@dataclass(frozen=True)
class WhatIfResult:
    """A comparison, or what was refused by column; the empty name is for what concerns no one column."""

    answer: WhatIfComparison | None
    refused: dict[str, str]


def compare_what_if(
    service: ClubService, row: Mapping[str, Any], typed: Mapping[str, str], units: Mapping[str, str]
) -> WhatIfResult:
    """Compare a game to come with changed values; store nothing.

    Parameters
    ----------
    service : ClubService
        With a trained model.
    row : mapping
        The game by column names.
    typed : mapping of str to str
        Changed values by column, as typed; an empty text changes nothing.
    units : mapping of str to str
        The units of numbers, as in `gatecast.collect.numbers.UNITS`; a column's own where none is named.
    """
    values, refused = _read(service.games().columns, typed, units)
    values = {name: value for name, value in values.items() if value != row.get(name)}
    as_of, moved = service.as_of(row[c.HOME]), values.get(c.DATE)
    if as_of is not None and isinstance(moved, dt.date) and moved <= as_of:
        refused[c.DATE] = f"got {moved}, expected a day after {as_of}, the cutoff"
        del values[c.DATE]
    forecaster = service.forecaster()
    if forecaster is None:
        return WhatIfResult(None, {"": "There is no model yet. Update the forecast first."})
    answer = None
    # Each round takes out one refused value, so that all that is wrong is told at once.
    while values:
        try:
            answer = _comparison(service, forecaster, row, values)
            break
        except DataError as error:
            column = error.column if error.column in values else ""
            refused[column] = error.detail
            if not column:
                break
            del values[column]
        except InputError as error:
            refused[""] = str(error)
            break
    return WhatIfResult(None, refused) if refused else WhatIfResult(answer, {})


def what_if_session(service: ClubService, forecaster: Forecaster, club: str) -> ForecastSession[pl.DataFrame]:
    """Return the forecast session of a club's games to come to which changes are applied; made once."""
    from gatecast.forecast import ForecastSession

    return service.cached(
        ("what if", club, service.model_id()),
        (GAMES_AREA,),
        lambda: ForecastSession(forecaster, service.played(), service.upcoming(club), service.as_of(club)),
    )


def two_forecasts(
    service: ClubService, forecaster: Forecaster, club: str, changes: Mapping[str, Mapping[str, object]]
) -> TwoForecasts:
    """Return the forecasts of a club's games to come before and after some changes; store nothing.

    Parameters
    ----------
    service : ClubService
    forecaster : Forecaster
        Trained.
    club : str
    changes : mapping of game_id to mapping of column to value
        As `gatecast.forecast.ForecastSession.what_if` takes them.

    Raises
    ------
    InputError
        As `gatecast.forecast.ForecastSession.what_if` does.
    """
    session = what_if_session(service, forecaster, club)
    before, after = session.forecast(), session.what_if(changes)
    issued = _present_forecast(service, forecaster, club)
    differs = (before.select(QUANTILE_COLUMNS) != after.select(QUANTILE_COLUMNS)).select(pl.any_horizontal(pl.all()))
    others = differs.to_series() & ~before[c.GAME_ID].is_in(list(changes))
    numbers = [name for name in issued.columns if issued.schema[name].is_float()]
    kept = (pl.when(differs.to_series()).then(after[name]).otherwise(issued[name]).alias(name) for name in numbers)
    return TwoForecasts(issued, after.with_columns(kept), int(others.sum()))


def _present_forecast(service: ClubService, forecaster: Forecaster, club: str) -> pl.DataFrame:
    """Return the forecast of a club's games to come as they stand, in the digits of the last issue; made once."""
    return service.cached(
        ("present forecast", club, service.model_id()),
        (GAMES_AREA, FORECASTS_AREA),
        lambda: _with_issued_digits(service, club, what_if_session(service, forecaster, club).forecast()),
    )


def _with_issued_digits(service: ClubService, club: str, forecast: pl.DataFrame) -> pl.DataFrame:
    """Return a forecast with its numbers as issued, if the last issue says the same but for the last digits.

    So that a page that computes a forecast again shows what the other pages show.
    """
    latest = service.latest(club)
    numbers = [name for name in (MEAN, *QUANTILE_COLUMNS, P_SELLOUT, TURNED_AWAY) if name in latest.columns]
    latest = latest.filter(pl.col(c.GAME_ID).is_in(forecast[c.GAME_ID].to_list()))
    if latest.is_empty() or set(latest[MODEL]) != {service.model_id()}:
        return forecast
    issued = forecast.select(c.GAME_ID).join(
        latest.select(c.GAME_ID, AS_OF, *numbers), on=c.GAME_ID, how="left", maintain_order="left"
    )
    moved = (issued[MEAN] - forecast[MEAN]).abs() > RECOMPUTED_WITHIN * forecast[MEAN]
    if issued[MEAN].null_count() or moved.any() or not issued[AS_OF].equals(forecast[AS_OF], null_equal=True):
        return forecast
    return forecast.with_columns(issued[name].cast(forecast.schema[name]) for name in numbers)


def current_plan(service: ClubService, forecaster: Forecaster, club: str, game: str) -> Plan:
    """Return the plan, without reasons, of a game's homestand from unchanged values; made once."""
    games = _homestand_games(service, club, game)
    return service.cached(
        ("plan of what if", club, service.model_id(), games[0]),
        (GAMES_AREA, FORECASTS_AREA, SETTINGS_AREA),
        lambda: _planned(service, _present_forecast(service, forecaster, club), games),
    )


def _planned(service: ClubService, forecast: pl.DataFrame, games: list[str]) -> Plan:
    homestand = forecast.filter(pl.col(c.GAME_ID).is_in(games))
    return make_plan(ForecastTable.from_forecaster(homestand), service.operations(), explained=False)


def _read(
    columns: Mapping[str, Column], typed: Mapping[str, str], units: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """Return typed texts as values of their columns, and why some cannot be used."""
    values: dict[str, object] = {}
    refused: dict[str, str] = {}
    for name, text in typed.items():
        if not text.strip() or name not in columns:
            continue
        try:
            values[name] = parse_one(text.strip(), columns[name], units.get(name, ""))
        except DataError as error:
            refused[name] = f"got {error.got}, expected {error.expected}"
    return values, refused


def _comparison(
    service: ClubService, forecaster: Forecaster, row: Mapping[str, Any], values: dict[str, object]
) -> WhatIfComparison:
    club, game = row[c.HOME], row[c.GAME_ID]
    two = two_forecasts(service, forecaster, club, {game: values})
    here, before = pl.col(c.GAME_ID) == game, current_plan(service, forecaster, club, game)
    after = _planned(service, two.after, _homestand_games(service, club, game))
    return WhatIfComparison(
        values,
        two.before.row(by_predicate=here, named=True),
        two.after.row(by_predicate=here, named=True),
        two.others,
        _unseen(forecaster, values),
        before.games,
        differences(before, after),
    )


def _homestand_games(service: ClubService, club: str, game: str) -> list[str]:
    """Return the games to come of a game's homestand."""

    def group() -> dict[str, list[str]]:
        table = service.upcoming(club).table
        games, homestands = table[c.GAME_ID].to_numpy(), homestand_of(table)
        return {game: games[homestands == number].tolist() for game, number in zip(games, homestands, strict=True)}

    return service.cached(("homestand of what if", club), (GAMES_AREA,), group)[game]


def _unseen(forecaster: Forecaster, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the columns whose new label the model has no input for."""
    if forecaster.model is None:
        return ()
    encoding = getattr(forecaster.model, "encoding", None)
    if encoding is None:
        return ()
    seen = {**encoding.vocabularies, c.PROMOTION: encoding.promotions}
    return tuple(
        name
        for name, value in values.items()
        if name in seen and isinstance(value, str) and not set(value.split(";")) <= set(seen[name])
    )


@dataclass(frozen=True)
class ChangeableColumn:
    """A column that may be changed.

    Parameters
    ----------
    column : Column
    now : object
        Its present value; None if unknown.
    heeded : bool
        True if its value is known early enough for the forecast to use it.
    choices : tuple of str
        Its accepted values, or those that games hold; empty for numbers, dates and times.
    """

    column: Column
    now: object
    heeded: bool
    choices: tuple[str, ...]


def fields_of(service: ClubService, row: Mapping[str, Any]) -> tuple[ChangeableColumn, ...]:
    """Return the columns of a game to come that may be changed.

    Parameters
    ----------
    service : ClubService
    row : mapping
        The game by column names.
    """
    columns, ahead = service.games().columns, _days_ahead(service, row)
    names = reading_order(columns, changeable(columns))
    return tuple(
        ChangeableColumn(
            columns[name], row[name], ahead <= columns[name].known.lead, _choices(service, row, columns[name])
        )
        for name in names
    )


def _days_ahead(service: ClubService, row: Mapping[str, Any]) -> int:
    """Return days from the cutoff to a game; games if there are no dates."""
    as_of, date = service.as_of(row[c.HOME]), row[c.DATE]
    if as_of is not None and date is not None:
        return int((date - as_of).days)
    return (service.upcoming(row[c.HOME]).table[c.GAME_ID].index_of(row[c.GAME_ID]) or 0) + 1


def _choices(service: ClubService, row: Mapping[str, Any], column: Column) -> tuple[str, ...]:
    """Return values to choose from: the accepted ones, else those in games (of the same visitor for its starters)."""
    if column.values or column.role not in (Role.CATEGORY, Role.LABELS) or column.dtype is not pl.String:
        return column.values
    key, whose = {
        c.HOME_STARTER: (c.HOME, row[c.HOME]),
        c.VISITOR_STARTER: (c.VISITOR, row[c.VISITOR]),
        c.PROMOTION: (c.HOME, row[c.HOME]),
    }.get(column.name, ("", None))

    def choices() -> tuple[str, ...]:
        table = service.games().table
        values = (table.filter(pl.col(key) == whose) if key else table)[column.name].drop_nulls().reverse()
        if column.role is Role.LABELS:
            values = values.str.split(";").explode(empty_as_null=True).drop_nulls()
        return tuple(sorted(values.unique(maintain_order=True).head(MOST_CHOICES).to_list()))

    return service.cached(("choices", column.name, whose), (SCHEDULE_AREA,), choices)
