"""`gatecast plan`: what to hire, stock and schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import say, show_table
from gatecast.cli.options import OperationsFile, checked_output

__all__ = ["plan"]


def plan(
    forecast: Annotated[
        Path, typer.Argument(metavar="FORECAST", help="What 'gatecast forecast' wrote: .csv, .xlsx or .parquet.")
    ],
    operations: OperationsFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Plan to write: .xlsx to print, .csv, .parquet.")],
) -> None:
    """Choose staff, stock and transport for each game of a forecast, at the lowest expected cost."""
    checked_output(out, forecast)

    from gatecast.cli.tables import plan_table
    from gatecast.plan import make_plan, read_forecast, read_operations

    settings = read_operations(operations)
    made = make_plan(read_forecast(forecast), settings)
    made.write(out)
    show_table(plan_table(made))
    say(f"{out}: a plan for {made.games.height:,} game{'s' if made.games.height != 1 else ''}")
