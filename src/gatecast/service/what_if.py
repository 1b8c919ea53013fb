"""What another weather, promotion, pitcher or start would do to one game, and to the plan of its home stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from gatecast.collect.parse import parse
from gatecast.collect.raw_table import Cells
from gatecast.errors import DataError, InputError
from gatecast.forecast import ForecastSession
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.games.forecast_columns import QUANTILE_COLUMNS
from gatecast.games.homestands import homestand_of
from gatecast.plan import ForecastTable, Plan, make_plan
from gatecast.service.club_service import GAMES_AREA, SETTINGS_AREA, ClubService
from gatecast.service.plan_changes import Differences, differences

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster

__all__ = ["Outcome", "TwoForecasts", "WhatIfAnswer", "ask", "asked_of", "planned_as_it_is", "two_forecasts"]

CELL_ROW = 1


@dataclass(frozen=True)
class WhatIfAnswer:
    """Two forecasts of a game, as it is and as it would be, and two plans.

    Parameters
    ----------
    values : dict
        What would be otherwise, by column.
    before, after : dict
        As `gatecast.forecast.Forecaster.forecast` gives them.
    others : int
        Further games whose forecast would change.
    unseen : tuple of str
        Columns whose value the model never saw in training, so that it counts as any other.
    games : DataFrame
        The games to come of its home stand, as `gatecast.plan.Plan.games` has them.
    plan : Differences
        What the plan of these games would change.
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
    """Forecasts of a club's games to come as they are and as they would be, row by row the same games.

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
class Outcome:
    """An answer, or what was refused, by column; under the empty name what is of no one column."""

    answer: WhatIfAnswer | None
    refused: dict[str, str]


def ask(service: ClubService, row: Mapping[str, Any], given: Mapping[str, str], units: Mapping[str, str]) -> Outcome:
    """The answer for a game to come; nothing is stored.

    Parameters
    ----------
    service : ClubService
        With a trained model.
    row : mapping
        The game by column names.
    given : mapping of str to str
        What would be otherwise, by column, as somebody typed it; empty texts are as it is.
    units : mapping of str to str
        The units of numbers, as in `gatecast.collect.numbers.UNITS`; a column's own where none is named.
    """
    values, refused = _read(service.games().columns, given, units)
    values = {name: value for name, value in values.items() if value != row.get(name)}
    as_of, moved = service.as_of(row[c.HOME]), values.get(c.DATE)
    if as_of is not None and isinstance(moved, dt.date) and moved <= as_of:
        refused[c.DATE] = f"got {moved}, expected a day after {as_of}, the last day known"
        del values[c.DATE]
    forecaster = service.forecaster()
    if forecaster is None:
        return Outcome(None, {"": "There is no model yet: forecast first."})
    answer = None
    while values:
        try:
            answer = _answered(service, forecaster, row, values)
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
    return Outcome(None, refused) if refused else Outcome(answer, {})


def asked_of(service: ClubService, forecaster: Forecaster, club: str) -> ForecastSession[pl.DataFrame]:
    """The forecast of a club's games to come that changes are asked of, made once for the games as they are."""
    return service.cached(
        ("what if", club, service.model_id()),
        (GAMES_AREA,),
        lambda: ForecastSession(forecaster, service.played(), service.coming(club), service.as_of(club)),
    )


def two_forecasts(
    service: ClubService, forecaster: Forecaster, club: str, changes: Mapping[str, Mapping[str, object]]
) -> TwoForecasts:
    """What some changes would do to the forecasts of a club's games to come; nothing is stored.

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
    asked = asked_of(service, forecaster, club)
    before, after = asked.forecast(), asked.what_if(changes)
    differs = (before.select(QUANTILE_COLUMNS) != after.select(QUANTILE_COLUMNS)).select(pl.any_horizontal(pl.all()))
    others = differs.to_series() & ~before[c.GAME_ID].is_in(list(changes))
    return TwoForecasts(before, after, int(others.sum()))


def planned_as_it_is(service: ClubService, forecaster: Forecaster, club: str, game: str) -> Plan:
    """The plan, without reasons, of the home stand of a game to come from the forecast of `asked_of`, made once."""
    stand = _stand(service, club, game)
    return service.cached(
        ("plan of what if", club, service.model_id(), stand[0]),
        (GAMES_AREA, SETTINGS_AREA),
        lambda: _planned(service, asked_of(service, forecaster, club).forecast(), stand),
    )


def _planned(service: ClubService, forecast: pl.DataFrame, stand: list[str]) -> Plan:
    games = forecast.filter(pl.col(c.GAME_ID).is_in(stand))
    return make_plan(ForecastTable.from_forecaster(games), service.operations(), explained=False)


def _read(
    columns: Mapping[str, Column], given: Mapping[str, str], units: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """What was typed as values of its columns, and why some of it is none."""
    values: dict[str, object] = {}
    refused: dict[str, str] = {}
    for name, text in given.items():
        if not text.strip() or name not in columns:
            continue
        cells = Cells(pl.Series([text.strip()]), [CELL_ROW], "", name)
        try:
            values[name] = parse(cells, columns[name], units.get(name, ""))[0]
        except DataError as error:
            refused[name] = f"got {error.got}, expected {error.expected}"
    return values, refused


def _answered(
    service: ClubService, forecaster: Forecaster, row: Mapping[str, Any], values: dict[str, object]
) -> WhatIfAnswer:
    club, game = row[c.HOME], row[c.GAME_ID]
    two = two_forecasts(service, forecaster, club, {game: values})
    here, before = pl.col(c.GAME_ID) == game, planned_as_it_is(service, forecaster, club, game)
    after = _planned(service, two.after, _stand(service, club, game))
    return WhatIfAnswer(
        values,
        two.before.row(by_predicate=here, named=True),
        two.after.row(by_predicate=here, named=True),
        two.others,
        _unseen(forecaster, values),
        before.games,
        differences(before, after),
    )


def _stand(service: ClubService, club: str, game: str) -> list[str]:
    """The games to come of the home stand of one of them."""

    def found() -> dict[str, list[str]]:
        table = service.coming(club).table
        games, stands = table[c.GAME_ID].to_numpy(), homestand_of(table)
        return {game: games[stands == stand].tolist() for game, stand in zip(games, stands, strict=True)}

    return service.cached(("home stand of what if", club), (GAMES_AREA,), found)[game]


def _unseen(forecaster: Forecaster, values: Mapping[str, object]) -> tuple[str, ...]:
    """Columns with a label that the model has no input for."""
    if forecaster.model is None:
        return ()
    encoding = forecaster.model.encoding
    seen = {**encoding.vocabularies, c.PROMOTION: encoding.promotions}
    return tuple(
        name
        for name, value in values.items()
        if name in seen and isinstance(value, str) and not set(value.split(";")) <= set(seen[name])
    )
