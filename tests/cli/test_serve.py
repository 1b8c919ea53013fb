"""`gatecast serve` as a process of its own, and what it refuses."""

import errno
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from gatecast.collect import SIMULATED_NOTICE
from gatecast.web import launch

from .conftest import left_in, refused


@pytest.mark.parametrize(("more", "heading"), [((), "Welcome to gatecast"), (("--demo",), "Quillport Lanterns, 2025")])
def test_a_real_server(tmp_path, more, heading):
    command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--port", "0", *more]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        try:
            told = server.stderr.readline()
            if more:
                assert told.strip() == SIMULATED_NOTICE
                told = server.stderr.readline()
            address = told.split()[2]
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address, timeout=60) as page:
                assert f"<h1>{heading}</h1>" in page.read().decode()
                assert page.headers["Server"] is None
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(20) == 130
        assert server.stderr.read() == "stopped\n"
    assert ("gatecast.db" in left_in(tmp_path)) == (not more)


def test_addresses_that_others_can_reach_need_a_password(run, tmp_path):
    refused(run("serve", "--host", "0.0.0.0"), "--host: got 0.0.0.0", "password")


def test_a_port_that_is_taken(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(run("serve", "--port", port), f"--port: got {port}", "choose another")


def test_the_worker_ends_with_a_command_that_cannot_serve(run, monkeypatch):
    launched = []

    class Noted(launch.LaunchedWorker):
        def __init__(self):
            super().__init__()
            launched.append(self)

    monkeypatch.setattr(launch, "LaunchedWorker", Noted)
    refused(run("serve", "--folder", "nowhere/at/all"), "nowhere/at/all")
    refused(run("serve", "--colour"), "--colour")
    assert run("serve", "--help").code == 0
    assert [each.process.returncode for each in launched] == [-signal.SIGKILL] * 2


def test_no_folder_for_a_database(run, tmp_path):
    refused(run("serve", "--folder", "nowhere/at/all"), "nowhere/at/all")
    assert left_in(tmp_path) == []


def test_a_worker_that_cannot_be_launched_is_told_in_one_line(run, monkeypatch, tmp_path):
    def no_process(self):
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(launch.LaunchedWorker, "__init__", no_process)
    refused(run("serve", "--folder", tmp_path), "no more processes")
