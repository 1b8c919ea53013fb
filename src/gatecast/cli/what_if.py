"""`gatecast what-if`: a forecast, and a plan, with and without a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import held_notes, say, show_table
from gatecast.cli.options import GamesFile, parse_date
from gatecast.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from gatecast.plan import Operations

__all__ = ["what_if"]


def what_if(
    games: GamesFile,
    *,
    upcoming: Annotated[
        Path, typer.Option("--upcoming", metavar="TABLE", help="Upcoming games: .csv, .xlsx or .parquet.")
    ],
    model: Annotated[Path, typer.Option("--model", metavar="MODEL_DIR", help="A trained model.")],
    game: Annotated[
        list[str], typer.Option("--game", metavar="ID", help="Game to change; may be given several times.")
    ],
    change: Annotated[
        list[str],
        typer.Option("--set", metavar="COLUMN=VALUE", help="The change; may be given several times."),
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The last day known: 2019-05-30. Needed where games have dates."),
    ] = None,
    operations: Annotated[
        Path | None, typer.Option("--operations", metavar="FILE", help="Also compare the plans: a .toml file.")
    ] = None,
) -> None:
    """Show what rain, a promotion, another starter or another start time would change. Nothing is trained."""
    values = _changes(change)
    day = parse_date(as_of) if as_of else None

    from gatecast.cli.tables import forecasts_table
    from gatecast.collect import read_games
    from gatecast.forecast import Forecaster
    from gatecast.plan import read_operations

    settings = read_operations(operations) if operations else None
    forecaster = Forecaster.load(model)
    with held_notes() as notes:
        past = read_games(games, custom_columns=forecaster.custom_columns, note=notes)
        coming = read_games(
            upcoming, upcoming=True, custom_columns=(*past.custom_columns, *forecaster.custom_columns), note=notes
        )
        if past.dated and day is None:
            raise InputError("--as-of: got none, expected the last day known, such as 2019-05-30")
        session = forecaster.session(past, coming, day)
        given, changed = session.forecast(), session.what_if(dict.fromkeys(game, values))
    changes = [f"{name} were {value or 'unknown'}" for name, value in values.items()]
    say(f"What if {' and '.join(changes)}?")
    say()
    show_table(forecasts_table(given, changed, game))
    if settings is not None:
        _show_plans(given, changed, settings)


def _show_plans(given: pl.DataFrame, changed: pl.DataFrame, operations: Operations) -> None:
    """Show what would change in the plan."""
    from gatecast.cli.plan_tables import difference_table
    from gatecast.plan import compare, make_plan

    plans = make_plan(given, operations), make_plan(changed, operations)
    differences = compare(*plans)
    if differences.is_empty():
        say("The plan would not change.")
        return
    show_table(difference_table(differences, plans[0].games, operations))


def _changes(given: list[str]) -> dict[str, str]:
    """Return columns and values from texts such as precipitation=rain."""
    values: dict[str, str] = {}
    for text in given:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not name or not sign:
            raise InputError(f"--set: got {text!r}, expected a column and its value, such as precipitation=rain")
        if name in values:
            raise InputError(f"--set: got {name} a second time, expected each column once")
        values[name] = value
    return values
