"""The program `gatecast`: what is set and started before its commands are imported, and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NoReturn

from gatecast.cli.console import INTERRUPTED, fail
from gatecast.errors import GatecastError
from gatecast.networks import import_keras_without

if TYPE_CHECKING:
    from gatecast.web.launch import LaunchedWorker

__all__ = ["main"]

UNUSABLE, FAILED = 2, 1
FIRST_COLLECTION = 100_000


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
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    code = _run(given)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _launched(given: Sequence[str]) -> AbstractContextManager[LaunchedWorker | None]:
    """Launch the worker of a server for the length of a block, if that is what is asked for."""
    if given[0] != "serve" or "--help" in given:
        return nullcontext()
    from gatecast.web.interrupts import interrupts
    from gatecast.web.launch import launched_worker

    interrupts.remember()
    return launched_worker()


def _run(given: Sequence[str]) -> int:
    """Run a command; errors raised on purpose become one line on stderr."""
    try:
        # A server's second process has as much to import as this one: it starts before the commands are imported here.
        with _launched(given) as launched:
            from gatecast.cli.commands import app

            code = app(args=given, prog_name="gatecast", standalone_mode=False, obj=launched)
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
