"""`gatecast backup` and `gatecast restore`: a service in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import note
from gatecast.cli.options import ServiceFolder

__all__ = ["backup", "restore"]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write, ending in .zip.")],
    folder: ServiceFolder = Path(),
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            envvar="GATECAST_DATABASE",
            help="A PostgreSQL database, which its own pg_dump backs up.",
        ),
    ] = None,
) -> None:
    """Write games, forecasts, plans, settings and models to one checked file; the server may go on meanwhile."""
    from gatecast.errors import InputError
    from gatecast.service import open_service
    from gatecast.service.backup import back_up
    from gatecast.store.database import FILE_NAME

    if database is None and not (folder / FILE_NAME).is_file():
        raise InputError(f"{folder}: got a folder without {FILE_NAME}, expected that of a service; give --folder")
    with open_service(folder, database) as service:
        back_up(service, file)
    note(f"{file}: backed up and checked, {file.stat().st_size:,} bytes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that gatecast wrote.")],
    folder: ServiceFolder = Path(),
) -> None:
    """Replace what a folder holds by a backup; what it held before is kept in its folder `backups`."""
    from gatecast.service.backup import restore as restore_backup

    restored = restore_backup(file, folder)
    if restored.before is not None:
        note(f"what was there before is kept in {restored.before}")
    if restored.damaged is not None:
        note(f"the database that was there is damaged, and kept as {restored.damaged}")
    note(f"{file}: restored to {folder.resolve()}")
