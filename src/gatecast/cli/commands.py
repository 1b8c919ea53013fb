"""The commands of `gatecast`."""

from __future__ import annotations

from typing import Annotated

import typer

from gatecast import __version__
from gatecast.cli import (
    backtest,
    backup,
    clubs,
    collect,
    demo,
    evaluate_plan,
    forecast,
    password,
    plan,
    refresh,
    serve,
    train,
    what_if,
)

__all__ = ["app"]

app = typer.Typer(
    name="gatecast",
    help="Forecast how many people will come to each home game, with calibrated ranges, and plan for them.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo", short_help="Run the simulated sample league end to end.")(demo.demo)
app.add_typer(collect.app, name="collect", short_help="Read games from files and from Retrosheet.")
app.command("train", short_help="Train a model on past games.")(train.train)
app.command("backtest", short_help="Score forecasts of past seasons.")(backtest.backtest)
app.command("forecast", short_help="Forecast upcoming games.")(forecast.forecast)
app.command("what-if", short_help="Compare a forecast and a plan with and without a change.")(what_if.what_if)
app.command("plan", short_help="Plan staff, stock and transport for each game.")(plan.plan)
app.command("evaluate-plan", short_help="Compute what past plans would have cost.")(evaluate_plan.evaluate_plan)
app.command("serve", short_help="Serve the manager's pages and the API.")(serve.serve)
app.command("password", short_help="Set the password of the pages.")(password.password)
app.command("refresh", short_help="Forecast again what has changed, as every night.")(refresh.refresh)
app.add_typer(clubs.app, name="clubs", short_help="Keep many clubs in one service.")
app.command("backup", short_help="Write a service to one file.")(backup.backup)
app.command("restore", short_help="Restore a service from a backup.")(backup.restore)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gatecast {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
