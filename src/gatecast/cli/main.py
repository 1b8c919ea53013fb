"""The command `gatecast`: its subcommands and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

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
from gatecast.cli.console import INTERRUPTED, fail
from gatecast.errors import GatecastError
from gatecast.networks import import_keras_without

__all__ = ["app", "main"]

UNUSABLE, FAILED = 2, 1
FIRST_COLLECTION = 100_000

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


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 when done, 1 without enough memory, 2 for unusable input, 130 when interrupted.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after `gatecast`; those of the process if not given.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Read when NumPy is imported. A forecast's matrices are small: threads that wait for each other cost more than they
    # save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import_keras_without("sklearn", "pandas")
    # Importing makes many objects that all stay: looking for garbage among them as often as usual costs a tenth of it.
    gc.set_threshold(FIRST_COLLECTION)
    code = _run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command; errors raised on purpose become one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = app(args=given, prog_name="gatecast", standalone_mode=False)
    except GatecastError as problem:
        fail(str(problem))
        return UNUSABLE
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OSError as problem:
        file = os.path.basename(str(problem.filename)) if problem.filename else "gatecast"  # noqa: PTH119
        fail(f"{file}: {problem.strerror or problem}")
        return UNUSABLE
    except MemoryError:
        fail("gatecast: got more than the memory holds, expected fewer games; choose fewer seasons")
        return FAILED
    except Exception as problem:
        # Usage errors are typer's or click's, by the version of typer.
        message = getattr(problem, "format_message", None)
        if message is None:
            raise
        fail(_usage(message(), problem))
        return UNUSABLE
    if code == INTERRUPTED:
        fail("stopped; nothing was written")
    return int(code or 0)


def _usage(message: str, problem: Exception) -> str:
    """Return a usage error with the command that shows the help."""
    context = getattr(problem, "ctx", None)
    command = getattr(context, "command_path", "gatecast")
    return f"{message.rstrip('.')}; see '{command} --help'"


if __name__ == "__main__":
    main()
