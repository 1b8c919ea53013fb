"""More than two hundred things that strangers send: nothing is read, written or run by them, and nothing breaks."""

import os
import re
import socket
import tempfile
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from gatecast.web.front import build

from ...service.filled import opened
from .hostile import NAMES, PATHS, RAW_PATHS
from .hostile_cells import CELLS
from .raw_requests import ask, sent_file
from .shown import assert_nothing_runs

SECRET = "nobody may read this line"
FORM = "application/x-www-form-urlencoded"
CHUNK = 65536


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a service in it, and secrets beside and above the service."""
    top = tmp_path_factory.mktemp("hostile")
    service = top / "house" / "service"
    service.mkdir(parents=True)
    (top / "house" / "temporary").mkdir()
    for folder in (top, top / "house", service):
        (folder / "secret.txt").write_text(SECRET)
    return top / "house"


@pytest.fixture(scope="module", autouse=True)
def nowhere_else(house):
    """The working folder and the one for temporary files lie where what is written is seen."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(house)
        patched.setattr(tempfile, "tempdir", str(house / "temporary"))
        yield


@pytest.fixture(scope="module")
def service(house):
    with opened(house / "service") as service:
        yield service


@pytest.fixture(scope="module")
def app(service):
    return build(service)


@pytest.fixture
def outside(house):
    """Fails the test if anything outside of the database was written or taken away."""
    before = files(house.parent)
    yield
    assert files(house.parent) == before


def files(top: Path) -> dict[str, bytes]:
    """Every file below a folder with what is in it, except the database."""
    return {
        str(path.relative_to(top)): path.read_bytes() if path.is_file() else b""
        for path in sorted(top.rglob("*"))
        if not path.name.startswith("gatecast.db")
    }


def test_there_are_more_than_two_hundred():
    assert len({*PATHS}) + len({*NAMES}) + len({*CELLS}) >= 200
    for kind in (PATHS, NAMES, CELLS, RAW_PATHS):
        assert len(set(kind)) == len(kind) >= 10


# Addresses


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("kind", ["absolute", "from the files of the package", "beside the service"])
def test_no_address_leads_out(house, app, kind):
    static = str(resources.files("gatecast.web") / "static")
    secret = {
        "absolute": str(house / "secret.txt").lstrip("/"),
        "from the files of the package": os.path.relpath(house / "secret.txt", static),
        "beside the service": "secret.txt",
    }[kind]
    for path in PATHS:
        target = path.replace("{secret}", secret)
        for method in ("GET", "POST"):
            answer = ask(app, target, method)
            assert answer.status < 500, target
            assert SECRET not in answer.text, target
            assert b"from __future__" not in answer.body, target
            assert "content-security-policy" in answer.headers, target
            if answer.status == 200:
                assert_nothing_runs(answer)


def test_signs_that_no_address_may_hold_break_nothing(served):
    """As bytes on a real connection: they are refused, or the connection is closed."""
    place = urlsplit(served.address)
    for target in RAW_PATHS:
        with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
            head = b"GET " + target + b" HTTP/1.1\r\nHost: " + place.netloc.encode() + b"\r\nConnection: close\r\n\r\n"
            connection.sendall(head)
            heard = connection.recv(CHUNK)
        assert not heard.startswith(b"HTTP/1.1 5"), target
        assert b"from __future__" not in heard
    assert httpx.get(f"{served.address}/healthz", timeout=60).text == "ok"


# Names of files


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_name_of_a_file_is_a_place(house, app, service, name):
    answer = sent_file(app, name.replace("{secret}", str(house / "secret.txt").lstrip("/")))
    assert answer.status in (303, 400, 422)
    if answer.status == 303:
        assert re.fullmatch(r"/data/uploads/[\w-]{16}", answer.headers["location"])
        answer = ask(app, answer.headers["location"])
        assert answer.status == 200
    assert_nothing_runs(answer)
    assert "x-hostile" not in answer.headers
    assert SECRET not in answer.text


@pytest.mark.usefixtures("outside")
def test_the_name_of_a_field_is_no_place_either(app):
    for name in NAMES[::3]:
        body = (
            f"{quote('cell:1:' + name)}=x&{quote('column:' + name)}={quote(name)}&do={quote(name)}&home={quote(name)}"
        )
        for place in (
            sent_file(app, "june.csv").headers["location"],
            "/data/attendance",
            "/settings/change",
            "/plan/keep",
        ):
            answer = ask(app, place, "POST", body.encode(), content_type=FORM)
            assert answer.status < 500
            if answer.headers["content-type"].startswith("text/html"):
                assert_nothing_runs(answer)
