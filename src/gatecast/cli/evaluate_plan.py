"""`gatecast evaluate-plan`: what plans by past forecasts would have cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import held_notes, say, show_table
from gatecast.cli.options import GamesFile, OperationsFile, checked_output

__all__ = ["evaluate_plan"]


def evaluate_plan(
    games: GamesFile,
    forecasts: Annotated[
        Path, typer.Option("--forecasts", metavar="FILE", help="What 'gatecast backtest' wrote: .parquet, .csv, .xlsx.")
    ],
    operations: OperationsFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Costs and savings to write: .json.")],
) -> None:
    """Replay past games: what plans by forecast, by habit and in hindsight would have cost."""
    checked_output(out, endings=(".json",))

    import json

    from gatecast.cli.tables import value_table
    from gatecast.collect import read_games
    from gatecast.files import write_text
    from gatecast.plan import plan_value, read_forecast, read_operations

    settings = read_operations(operations)
    told = read_forecast(forecasts)
    with held_notes() as notes:
        value = plan_value(read_games(games, note=notes), told, settings)
    write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", out)
    show_table(value_table(value))
    say(f"{out}: costs by lead, season and decision, with their ranges")
