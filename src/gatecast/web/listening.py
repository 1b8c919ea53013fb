"""Addresses that the server may listen on."""

from __future__ import annotations

import ipaddress
import socket

from gatecast.errors import InputError

__all__ = ["check_listening", "is_own", "listen"]

WAITING = 256
"""Connections that may wait to be taken."""


def check_listening(host: str, has_password: bool, remedy: str = "set one with 'gatecast password'") -> None:
    """Check that an address is reachable from this computer only, or that a password is set.

    Parameters
    ----------
    host : str
        As given to `gatecast serve --host`.
    has_password : bool
    remedy : str
        How to set one.

    Raises
    ------
    InputError
        Others could reach it without a password, or it is no address.

    Examples
    --------
    >>> check_listening("127.0.0.1", has_password=False)
    """
    if not host or host != host.strip():
        raise InputError(
            f"--host: got {host!r}, expected an address such as 127.0.0.1, or 0.0.0.0 for all of this computer's"
        )
    if not has_password and not is_own(host):
        raise InputError(
            f"--host: got {host}, which other computers can reach, expected 127.0.0.1 while no password is set;"
            f" {remedy}"
        )


def is_own(host: str) -> bool:
    """Return whether a host is this computer and nothing else.

    Examples
    --------
    >>> is_own("127.0.0.2"), is_own("localhost"), is_own("::1"), is_own("localhost.example")
    (True, True, True, False)
    """
    name = host.lower().removesuffix(".")
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on which connections wait until the server takes them.

    Parameters
    ----------
    host : str
        An address of this computer.
    port : int
        0 takes a free one.

    Raises
    ------
    InputError
        The address is not of this computer, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as problem:
        raise InputError(f"--port: got {port} ({problem.strerror}), expected a free one; choose another") from problem
