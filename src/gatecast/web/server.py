"""The web server: what it may listen on, and what it needs before it starts."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gatecast.errors import InputError, MissingExtraError
from gatecast.web.served import REPORT

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["check_extra", "check_host", "create_app", "serve_folder"]


def check_host(host: str) -> None:
    """Raise InputError for an address that other computers can reach: the pages have no login."""
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        expected = "expected 127.0.0.1, ::1 or localhost, as there is no login"
        raise InputError(f"--host: got {host!r}, {expected}; reach it from elsewhere through an SSH tunnel")


def check_extra() -> None:
    """Raise MissingExtraError unless what the web page needs is installed."""
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise MissingExtraError("web", "the web page")


def create_app(folder: str | Path) -> FastAPI:
    """The web application over one folder.

    Parameters
    ----------
    folder : path
        Holds report.html; forecast.csv and plan.xlsx where there is something to download.

    Raises
    ------
    InputError
        The folder holds no report.
    MissingExtraError
        The `web` extra is not installed.
    """
    check_extra()
    home = Path(folder)
    if not (home / REPORT).is_file():
        remedy = "run 'gatecast demo' first, or add --demo"
        raise InputError(f"{home.name}: got no {REPORT} in it, expected the folder of a report; {remedy}")
    from gatecast.web.app import build

    return build(home)


def serve_folder(folder: str | Path, host: str, port: int, *, note: Callable[[str], None]) -> None:
    """Serve one folder until interrupted.

    Parameters
    ----------
    folder : path
    host : str
        A loopback address.
    port : int
        0 takes a free one.
    note : callable
        Told the address once it answers.

    Raises
    ------
    InputError
        The address is not this computer's own, or is taken; or the folder holds no report.
    """
    check_host(host)
    app = create_app(folder)
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as problem:
        raise InputError(f"--port: got {port} ({problem.strerror}), expected a free one; choose another") from problem
    with listening:
        shown = f"[{host}]" if ":" in host else host
        note(f"serving on http://{shown}:{listening.getsockname()[1]}  (Ctrl-C ends it)")
        settings = uvicorn.Config(app, log_level="warning", server_header=False, lifespan="off")
        uvicorn.Server(settings).run(sockets=[listening])
