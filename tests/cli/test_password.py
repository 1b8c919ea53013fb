import io

import pytest

from gatecast.service import open_service
from gatecast.service.access import check_password, has_password

from .conftest import left_in, refused


@pytest.fixture
def typed(monkeypatch):
    """What stands in the pipe."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_password_from_a_pipe(run, typed, tmp_path):
    typed("a long enough password\n")
    ended = run("password")
    assert (ended.code, ended.out) == (0, "")
    assert "a long enough password" not in ended.err
    with open_service(tmp_path) as service:
        assert has_password(service.store)
        assert check_password(service.store, "a long enough password")
        assert not check_password(service.store, "a long enough password\n")


def test_a_password_too_short_is_refused(run, typed, tmp_path):
    typed("short\n")
    refused(run("password"), "10")
    with open_service(tmp_path) as service:
        assert not has_password(service.store)


def test_nothing_is_made_where_there_is_no_folder_for_it(run, typed, tmp_path):
    typed("a long enough password\n")
    refused(run("password", "--folder", "nowhere/at/all"), "nowhere/at/all")
    assert left_in(tmp_path) == []
