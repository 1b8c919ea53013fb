"""Services to break, and a PostgreSQL server that can be stopped."""

import getpass
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ..store.conftest import binaries


@pytest.fixture(scope="session")
def long_form() -> ModuleType:
    """The benchmark that breaks a club a thousand times, to be run a few times here."""
    path = Path(__file__).parents[2] / "benchmarks" / "faults.py"
    about = importlib.util.spec_from_file_location("long_form_of_faults", path)
    loaded = importlib.util.module_from_spec(about)
    about.loader.exec_module(loaded)
    return loaded


class Server:
    """A PostgreSQL server of one's own, with one database."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        if self.user:
            shutil.chown(folder, self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.call("initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self.call("createdb", "-h", folder, "-p", self.port, "gatecast")
        self.url = f"postgresql://{self.user or getpass.getuser()}@/gatecast?host={folder}&port={self.port}"

    def call(self, program: str, *words: object) -> None:
        command = [str(self.programs / program), *map(str, words)]
        subprocess.run(command, check=True, capture_output=True, user=self.user, cwd=self.folder)

    def start(self) -> None:
        options = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories='{self.folder}' -c port={self.port}"
        self.call("pg_ctl", "-D", self.data, "-w", "-o", options, "-l", self.folder / "log", "start")

    def stop(self, mode: str = "immediate") -> None:
        self.call("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")


@pytest.fixture
def server() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="psycopg is absent: pip install 'gatecast[postgresql]'")
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="gatecast-faults-"))
    try:
        running = Server(programs, folder)
        try:
            yield running
        finally:
            subprocess.run(
                [programs / "pg_ctl", "-D", running.data, "-m", "immediate", "stop"],
                check=False,
                capture_output=True,
                user=running.user,
                cwd=folder,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
