"""`gatecast password`: set the password of the pages, which serving other computers needs."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gatecast.cli.console import note
from gatecast.cli.options import Database, ServiceFolder

__all__ = ["password", "typed_password"]


def password(
    folder: ServiceFolder = Path(),
    database: Database = None,
) -> None:
    """Set the password of the pages: typed twice, or read as one line from a pipe. Everyone must sign in again."""
    from gatecast.errors import InputError
    from gatecast.service import open_service
    from gatecast.service.access import set_password
    from gatecast.store.registry import has_registry

    if has_registry(folder, database):
        raise InputError(
            "got a service of many clubs, expected that of one; 'gatecast clubs account NAME' sets a person's password"
        )
    text = typed_password()
    with open_service(folder, database) as service:
        set_password(service.store, text)
    note("Password set. Everyone must sign in again, and programs need new tokens.")


def typed_password() -> str:
    """Return a password: typed twice, or read as one line from a pipe."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
