"""`gatecast forecast`: forecast upcoming games."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import held_notes, say, show_table, shown_progress
from gatecast.cli.options import Cluster, GamesFile, Network, checked_network, checked_output, parse_date
from gatecast.errors import InputError
from gatecast.networks import AUTO
from gatecast.progress import FORECASTING, training_stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecast.games import Column, Games

__all__ = ["forecast", "upcoming_notes"]

ALLOCATOR, OF_POLARS = "_RJEM_MALLOC_CONF", "dirty_decay_ms:500,muzzy_decay_ms:1000"
"""Settings of Polars' allocator (jemalloc), read when Polars is imported, and what Polars itself sets."""
ONE_ARENA = "narenas:1"
"""By default there are four for each core; the freed memory that they keep is a tenth of what a forecast takes."""


def upcoming_notes(past: Games, coming: Games, custom_columns: Sequence[Column] = ()) -> list[str]:
    """Return what games to come could not be matched to past games by, and which columns they lack, a line each."""
    from gatecast.games.columns import AFTER
    from gatecast.games.matching import match
    from gatecast.suggestions import listed

    lines = match(past.table, coming.table).lines()
    declared = {column.name: column for column in (*past.custom_columns, *custom_columns)}
    absent = [name for name, column in declared.items() if column.known != AFTER and name not in coming.table.columns]
    if absent:
        lines.append(f"has no {listed(absent)}: unknown for all games")
    return lines


def forecast(
    games: GamesFile,
    *,
    upcoming: Annotated[
        Path, typer.Option("--upcoming", metavar="TABLE", help="Games to forecast: .csv, .xlsx or .parquet.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Forecast to write: .csv, .xlsx or .parquet.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The last day known: 2019-05-30. Needed where games have dates."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="MODEL_DIR",
            help="A trained model; without one the pretrained network is used on few games, else one is trained first.",
        ),
    ] = None,
    network: Network = AUTO,
    cluster: Cluster = None,
) -> None:
    """Forecast upcoming games from what was known at the end of a day."""
    if os.environ.get(ALLOCATOR, OF_POLARS) == OF_POLARS:
        os.environ[ALLOCATOR] = ONE_ARENA
    checked_output(out, games, upcoming)
    day = parse_date(as_of) if as_of else None
    if model and network != AUTO:
        raise InputError(f"--network: got {network!r} and a model, expected one of the two; leave one out")
    checked_network(network)

    import polars as pl

    from gatecast.cli.tables import forecast_table
    from gatecast.cluster import engine
    from gatecast.collect import read_games
    from gatecast.files import write_table
    from gatecast.forecast import Forecaster, ForecastSession
    from gatecast.games.columns import DATE

    forecaster = Forecaster.load(model) if model else Forecaster(network)
    with held_notes() as notes:
        past = read_games(games, custom_columns=forecaster.custom_columns, note=notes)
        coming = read_games(
            upcoming, upcoming=True, custom_columns=(*past.custom_columns, *forecaster.custom_columns), note=notes
        )
        if past.dated and day is None:
            raise InputError("--as-of: got none, expected the last day known, such as 2019-05-30")
        session = ForecastSession(forecaster, past, coming, day)
        for line in upcoming_notes(past, coming, forecaster.custom_columns):
            notes(f"{upcoming.name}: {line}")
    stages = training_stages(forecaster.settings.members)
    with engine(cluster) as where, shown_progress(() if where.elsewhere else stages) as progress:
        if model is None:
            forecaster.fit(past.filter(pl.col(DATE) <= day) if day else past, progress=progress, engine=where)
        progress(FORECASTING, 0, 1)
        session.engine, session.progress = where, progress
        table = session.forecast()
        write_table(table, out)
    show_table(forecast_table(table))
    if basis := session.basis():
        say(f"rests on {basis}")
    say(f"{out}: {table.height:,} game{'s' if table.height != 1 else ''} forecast")
