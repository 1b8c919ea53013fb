"""`gatecast plan`: staff, stock and transport for each game."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import held_notes, say, show_table, shown_progress
from gatecast.cli.options import Cluster, OperationsFile, checked_output

__all__ = ["plan"]

FORMS = ".xlsx to print, .ics for a calendar, .json, .csv or .parquet"


def plan(
    forecast: Annotated[
        Path, typer.Argument(metavar="FORECAST", help="What 'gatecast forecast' wrote: .csv, .xlsx or .parquet.")
    ],
    operations: OperationsFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=f"Plan to write: {FORMS}.")],
    games: Annotated[
        Path | None,
        typer.Option("--games", metavar="GAMES", help="Past games with scans, to learn the show rate from."),
    ] = None,
    cluster: Cluster = None,
) -> None:
    """Choose staff, stock and transport for each game of a forecast, at the lowest expected cost."""
    from gatecast.plan.export.write import PLAN_ENDINGS

    checked_output(out, forecast, operations, endings=PLAN_ENDINGS)

    from gatecast.cli.plan_tables import deadline_table, order_rule_table, plan_table
    from gatecast.cluster import engine
    from gatecast.plan import make_plan, read_forecast, read_operations, write_plan
    from gatecast.plan.ordering.rules import first_rules
    from gatecast.plan.views.constraints import limits_that_bind
    from gatecast.plan.views.deadlines import deadlines

    settings = read_operations(operations)
    scans = None
    if games:
        from gatecast.collect import read_games

        with held_notes() as notes:
            scans = read_games(games, note=notes)
    tickets = read_forecast(forecast)
    with engine(cluster) as where, shown_progress() as progress:
        chosen = make_plan(tickets, settings, scans=scans, progress=progress, engine=where)
    write_plan(chosen, out)
    show_table(plan_table(chosen))
    due = deadlines(chosen)
    if due:
        show_table(deadline_table(due))
    rules = first_rules(chosen)
    if rules:
        show_table(order_rule_table(rules))
    for limit in limits_that_bind(chosen):
        say(f"Note: {limit}")
    say(f"{out}: a plan for {chosen.games.height:,} game{'s' if chosen.games.height != 1 else ''}")
