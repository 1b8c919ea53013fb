"""`gatecast serve`: the manager's pages and the API, over a folder or a database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import INTERRUPTED, note
from gatecast.cli.options import Database, ServiceFolder

if TYPE_CHECKING:
    from gatecast.web.launch import LaunchedWorker

__all__ = ["serve"]


def serve(  # noqa: PLR0917  each is an option
    context: typer.Context,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Show the simulated sample league, in a temporary folder."),
    ] = False,
    folder: ServiceFolder = Path(),
    database: Database = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Address to serve on; an address that other computers can reach needs a password."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to serve on; 0 chooses a free one.")
    ] = 8000,
    browser: Annotated[
        bool, typer.Option(help="Open the pages in the browser, if this computer has a display.")
    ] = True,
) -> None:
    """Serve the manager's pages and the API: calendar, games, plans, track record, uploads. Press Ctrl-C to stop.

    Where `gatecast clubs add` made a service of many clubs, all of them are served.
    """
    launched: LaunchedWorker | None = context.obj
    try:
        if not demo:
            _serve(launched, folder, database, host, port, demo=False, browse=browser)
            return
        with tempfile.TemporaryDirectory(prefix="gatecast-") as made:
            _serve(launched, Path(made), None, host, port, demo=True, browse=browser)
    except KeyboardInterrupt:
        note("stopped")
        raise SystemExit(INTERRUPTED) from None


def _serve(
    launched: LaunchedWorker | None,
    folder: Path,
    database: str | None,
    host: str,
    port: int,
    *,
    demo: bool,
    browse: bool,
) -> None:
    from gatecast.service import open_service
    from gatecast.service.clubs import open_clubs
    from gatecast.store.registry import has_registry
    from gatecast.web import serve

    if has_registry(folder, database):
        with open_clubs(folder, database) as clubs:
            serve(clubs, host, port, note=note, browse=browse, launched=launched)
        return
    with open_service(folder, database) as service:
        if demo:
            from gatecast.collect import SIMULATED_NOTICE
            from gatecast.service.sample import fill_with_sample

            note(SIMULATED_NOTICE)
            fill_with_sample(service)
        serve(service, host, port, note=note, browse=browse, launched=launched)
