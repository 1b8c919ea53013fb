"""`gatecast clubs`: the clubs of a service of many, the accounts of people, and who may see or change which club."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import note

if TYPE_CHECKING:
    from gatecast.service.clubs import Clubs

__all__ = ["app"]

app = typer.Typer(
    help="Keep many clubs in one service: list them, and say who may see or change which.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[
    Path,
    typer.Option("--folder", metavar="FOLDER", help="Folder of the service: its list, and below it each club's files."),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="GATECAST_DATABASE",
        help="A PostgreSQL database in which each club has a schema of its own.",
    ),
]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The club in addresses: small letters, digits and hyphens.")]
Person = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person signs in with.")]


@app.command("add", short_help="Add a club.")
def add(
    slug: Slug,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="The club's name for people.")] = "",
    folder: Folder = Path(),
    database: Database = None,
) -> None:
    """Add a club, with an empty store or the one that lies where its store is to be.

    The first one makes the folder, or the database, a service of many clubs.
    """
    with _opened(folder, database, new=True) as clubs:
        club = clubs.add(slug, name)
        with clubs.open(slug) as service:
            games = len(service.games())
    note(f"{club.name}: added at /clubs/{slug}/" + (f", with the {games:,} games that were there" if games else ""))


@app.command("list", short_help="List the clubs.")
def list_clubs(folder: Folder = Path(), database: Database = None) -> None:
    """List the clubs, a line each: slug and name."""
    with _opened(folder, database) as clubs:
        for club in clubs.registry.clubs():
            typer.echo(f"{club.slug}\t{club.name}")


@app.command("rename", short_help="Give a club another name.")
def rename(
    slug: Slug,
    name: Annotated[str, typer.Argument(metavar="TEXT", help="The club's new name for people.")],
    folder: Folder = Path(),
    database: Database = None,
) -> None:
    """Give a club another name for people; its addresses stay."""
    with _opened(folder, database) as clubs:
        clubs.registry.rename_club(slug, name)
    note(f"{slug}: now called {name}")


@app.command("remove", short_help="Take a club off the list; its data stays.")
def remove(slug: Slug, folder: Folder = Path(), database: Database = None) -> None:
    """Take a club off the list, with every right to it. Its data stays where it is; adding it again brings it back."""
    with _opened(folder, database) as clubs:
        clubs.registry.remove_club(slug)
    note(f"{slug}: taken off the list; its data stays, and 'gatecast clubs add {slug}' brings it back")


@app.command("account", short_help="Add an account, or set its password.")
def account(name: Person, folder: Folder = Path(), database: Database = None) -> None:
    """Add the account of a person, or set its password: typed twice, or read as one line from a pipe.

    Once there is an account, everybody must sign in.
    """
    from gatecast.cli.password import typed_password
    from gatecast.service.accounts import save_account

    with _opened(folder, database) as clubs:
        save_account(clubs.registry, name, typed_password())
    note(f"{name}: password set; 'gatecast clubs allow' says which clubs this account may see")


@app.command("accounts", short_help="List the accounts and what each may do.")
def accounts(folder: Folder = Path(), database: Database = None) -> None:
    """List the accounts, a line each: name, and what it may do with which club; `*` stands for every club."""
    with _opened(folder, database) as clubs:
        for each in clubs.registry.accounts():
            rights = {**({"*": each.every_club} if each.every_club else {}), **dict(sorted(each.clubs.items()))}
            typer.echo(f"{each.name}\t{' '.join(f'{slug}:{may}' for slug, may in rights.items()) or '-'}")


@app.command("allow", short_help="Let an account see or change a club.")
def allow(
    name: Person,
    slug: Annotated[
        str | None, typer.Argument(metavar="[SLUG]", help="The club; none for every club, later ones too.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Let it change the club, too.")] = False,
    folder: Folder = Path(),
    database: Database = None,
) -> None:
    """Let an account see a club, or every club, and with `--write` change it."""
    from gatecast.store.registry import READ, WRITE

    with _opened(folder, database) as clubs:
        clubs.registry.allow(name, slug, WRITE if write else READ)
    note(f"{name}: may {'see and change' if write else 'see'} {slug or 'every club'}")


@app.command("forbid", short_help="Take a right back.")
def forbid(
    name: Person,
    slug: Annotated[
        str | None, typer.Argument(metavar="[SLUG]", help="The club; none for the right to every club.")
    ] = None,
    folder: Folder = Path(),
    database: Database = None,
) -> None:
    """Take back an account's right to a club, or its right to every club."""
    with _opened(folder, database) as clubs:
        clubs.registry.allow(name, slug, "")
    note(f"{name}: the right to {slug or 'every club'} is taken back, within seconds on a running server")


@app.command("drop-account", short_help="Delete an account.")
def drop_account(name: Person, folder: Folder = Path(), database: Database = None) -> None:
    """Delete an account, with its rights and sessions."""
    with _opened(folder, database) as clubs:
        clubs.registry.drop_account(name)
    note(f"{name}: deleted")


@contextmanager
def _opened(folder: Path, database: str | None, *, new: bool = False) -> Iterator[Clubs]:
    """Open a service of many clubs; make one only where that is wanted."""
    from gatecast.errors import InputError
    from gatecast.service.clubs import open_clubs
    from gatecast.store.database import FILE_NAME
    from gatecast.store.registry import has_registry

    if not has_registry(folder, database):
        if not new:
            raise InputError(f"{folder}: got no service of many clubs, expected one; 'gatecast clubs add' makes it")
        if database is None and (folder / FILE_NAME).is_file():
            raise InputError(
                f"{folder}: got the folder of one club, expected an empty one or that of many clubs;"
                " docs/clubs.md says how a club moves in"
            )
    with open_clubs(folder, database) as clubs:
        yield clubs
