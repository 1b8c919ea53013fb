"""`gatecast password`: the password of the pages, needed to serve them to other computers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import note

__all__ = ["password"]


def password(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Folder of the database and the trained models.")
    ] = Path(),
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            envvar="GATECAST_DATABASE",
            help="A PostgreSQL database in place of the folder's.",
        ),
    ] = None,
) -> None:
    """Set the password of the pages; asked for twice, or read as one line from a pipe. Everybody signs in anew."""
    from gatecast.service import open_service
    from gatecast.service.access import set_password

    if sys.stdin.isatty():
        text = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    with open_service(folder, database) as service:
        set_password(service.store, text)
    note("password set; whoever was signed in signs in anew")
