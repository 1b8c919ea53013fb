import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from gatecast.demo import DEMO_FILES

from .conftest import refused


@pytest.fixture
def served(files, tmp_path):
    folder = tmp_path / "gatecast-demo"
    folder.mkdir()
    shutil.copy(files / "forecast.csv", folder)
    (folder / "report.html").write_text("<html><body>Riverton</body></html>")
    return folder


def test_a_real_server(served):
    command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=served.parent, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stderr.readline().split()[2]
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address, timeout=20) as page:
                assert "Riverton" in page.read().decode()
                assert page.headers["Server"] is None
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(20) == 130
        assert server.stderr.read() == "stopped\n"


def test_addresses_that_others_can_reach_are_refused(run, served):
    refused(run("serve", "--host", "0.0.0.0"), "--host", "'0.0.0.0'", "no login")


def test_a_port_that_is_taken(run, served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(run("serve", "--folder", served, "--port", port), f"--port: got {port}", "choose another")


def test_nothing_to_serve(run):
    refused(run("serve"), "gatecast-demo", "gatecast demo", "--demo")


def test_a_missing_extra_is_told_before_the_demo_is_made(run, monkeypatch):
    monkeypatch.setattr("gatecast.web.server.find_spec", lambda name: None)
    monkeypatch.setattr("gatecast.demo.make_demo", lambda *given, **settings: pytest.fail("made"))
    ended = run("serve", "--demo")
    assert ended.code == 2
    assert "pip install 'gatecast[web]'" in ended.err


def test_the_demo_is_made_first(run, monkeypatch):
    seen = []

    def make_demo(folder, **settings):
        for name in DEMO_FILES:
            (folder / name).write_text("<html><body></body></html>")

    def serve_folder(folder, host, port, *, note):
        seen.append((sorted(path.name for path in folder.iterdir()), host, port))

    monkeypatch.setattr("gatecast.demo.make_demo", make_demo)
    monkeypatch.setattr("gatecast.web.serve_folder", serve_folder)
    assert run("serve", "--demo").code == 0
    assert seen == [(sorted(DEMO_FILES), "127.0.0.1", 8000)]
