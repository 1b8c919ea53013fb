"""A store on each engine, and a PostgreSQL server of the tests' own."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from gatecast.store import Store, open_store

NUMBERS = count(1)


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server, without the name of a database."""
    pytest.importorskip("psycopg", reason="psycopg is absent: pip install 'gatecast[postgresql]'")
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="gatecast-pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def call(*command: object) -> None:
        subprocess.run([str(word) for word in command], check=True, capture_output=True, user=user, cwd=folder)

    try:
        call(programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories='{folder}' -c port={port}"
        call(programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield f"postgresql://{user or getpass.getuser()}@/{{name}}?host={folder}&port={port}"
        finally:
            call(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(server: str) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    import psycopg

    name = f"gatecast_{next(NUMBERS)}"
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.format(name=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is to be: a folder, then a URL."""
    return str(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    """An empty store on each engine."""
    with open_store(place) as opened:
        yield opened
