"""`gatecast evaluate-plan`: what plans by past forecasts would have cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import held_notes, say, show_table, shown_progress
from gatecast.cli.options import Cluster, GamesFile, OperationsFile, checked_output
from gatecast.errors import InputError

__all__ = ["evaluate_plan", "parse_against"]


def evaluate_plan(
    games: GamesFile,
    *,
    forecasts: Annotated[
        Path, typer.Option("--forecasts", metavar="FILE", help="What 'gatecast backtest' wrote: .parquet, .csv, .xlsx.")
    ],
    operations: OperationsFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Costs and savings to write: .json.")],
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="NAME=FILE", help="Another method's forecasts to compare with; repeatable."),
    ] = None,
    scaled: Annotated[
        bool, typer.Option("--scaled", help="Scale minimums, pools, fleets and stores to the seats of each ballpark.")
    ] = False,
    cluster: Cluster = None,
) -> None:
    """Replay past games: what plans by forecast, by habit and in hindsight would have cost."""
    checked_output(out, endings=(".json",))
    compared = parse_against(against or [])

    import json

    from gatecast.cli.plan_tables import saved_table, value_table
    from gatecast.cluster import engine
    from gatecast.collect import read_games
    from gatecast.files import write_text
    from gatecast.plan import plan_value, read_forecast, read_operations
    from gatecast.plan.evaluate.other_forecasts import read_others

    settings = read_operations(operations)
    forecast = read_forecast(forecasts)
    others = {name: read_others(file) for name, file in compared.items()}
    with held_notes() as notes:
        past = read_games(games, note=notes)
        with engine(cluster) as where, shown_progress() as progress:
            value = plan_value(past, forecast, settings, against=others, scaled=scaled, progress=progress, engine=where)
    write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", out)
    show_table(value_table(value))
    show_table(saved_table(value))
    say(f"{out}: costs by lead, season and decision, with their ranges")


def parse_against(texts: list[str]) -> dict[str, Path]:
    """Return names and files from texts such as `NAME=FILE`; raise InputError for anything else."""
    found: dict[str, Path] = {}
    for text in texts:
        name, equals, file = (part.strip() for part in text.partition("="))
        if not (name and equals and file):
            raise InputError(f"--against: got {text!r}, expected NAME=FILE such as trees=trees.parquet")
        if name in found:
            raise InputError(f"--against: got {name!r} a second time, expected each name once")
        found[name] = Path(file)
    return found
