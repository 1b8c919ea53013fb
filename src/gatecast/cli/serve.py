"""`gatecast serve`: the report as a web page, for this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import INTERRUPTED, note, shown_progress

__all__ = ["serve"]


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Make the simulated sample league's report first.")] = False,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Folder with report.html, forecast.csv and plan.xlsx.")
    ] = Path("gatecast-demo"),
    host: Annotated[str, typer.Option("--host", help="Address to serve on; this computer's own only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = 8000,
) -> None:
    """Show the report as a web page, with the forecast and the plan to download. Ctrl-C ends it."""
    from gatecast.web import check_extra, check_host

    check_host(host)
    check_extra()
    if not demo:
        _serve(folder, host, port)
        return

    import tempfile

    from gatecast.demo import make_demo

    with tempfile.TemporaryDirectory(prefix="gatecast-") as made:
        with shown_progress() as progress:
            make_demo(Path(made), progress=progress, note=note)
        _serve(Path(made), host, port)


def _serve(folder: Path, host: str, port: int) -> None:
    """Serve until Ctrl-C, which is how it is meant to end."""
    from gatecast.web import serve_folder

    try:
        serve_folder(folder, host, port, note=note)
    except KeyboardInterrupt:
        note("stopped")
        raise SystemExit(INTERRUPTED) from None
