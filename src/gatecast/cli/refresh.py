"""`gatecast refresh`: forecast again wherever a forecast is older than what is known, for one club or many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import note
from gatecast.cli.options import Cluster, Database, ServiceFolder

if TYPE_CHECKING:
    from gatecast.service.refresh import Refreshed

__all__ = ["refresh"]


def refresh(
    clubs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SLUG]...", help="Clubs of a service of many; by default all of them."),
    ] = None,
    folder: ServiceFolder = Path(),
    database: Database = None,
    cluster: Cluster = None,
) -> None:
    """Forecast the games to come again where a day has passed or something changed; a line for each club.

    Run it every night, by cron or a systemd timer; the server may go on meanwhile. A club that fails does not stop the
    others; the exit code is 1 then.
    """
    from gatecast.service.refresh import FAILED

    failed = 0
    for done in _refreshed(folder, database, clubs or [], cluster):
        typer.echo(f"{done.name}\t{done.state}\t{done.message}")
        failed += done.state == FAILED
    if failed:
        note(f"{failed} failed")
        raise typer.Exit(1)


def _refreshed(folder: Path, database: str | None, slugs: list[str], cluster: str | None) -> Iterator[Refreshed]:
    from gatecast.cluster import engine
    from gatecast.errors import InputError
    from gatecast.service import open_service
    from gatecast.service.clubs import open_clubs
    from gatecast.service.refresh import club_tasks, refresh, refresh_all
    from gatecast.store.database import FILE_NAME
    from gatecast.store.registry import has_registry

    if has_registry(folder, database):
        with open_clubs(folder, database) as clubs:
            tasks = club_tasks(clubs, slugs)
        with engine(cluster) as where:
            yield from refresh_all(tasks, engine=where)
        return
    if cluster:
        raise InputError(f"--cluster: got {cluster!r} and the service of one club, expected one of many; leave it out")
    if slugs:
        raise InputError(f"{slugs[0]}: got a club of a service of many, but this is the service of one; leave it out")
    if database is None and not (folder / FILE_NAME).is_file():
        raise InputError(f"{folder}: got a folder without {FILE_NAME}, expected that of a service; give --folder")
    with open_service(folder, database) as service:
        yield refresh(service)
