import io

import pytest

from gatecast.desk import open_desk
from gatecast.desk.access import check_password, has_password

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
    with open_desk(tmp_path) as desk:
        assert has_password(desk.store)
        assert check_password(desk.store, "a long enough password")
        assert not check_password(desk.store, "a long enough password\n")


def test_a_password_too_short_is_refused(run, typed, tmp_path):
    typed("short\n")
    refused(run("password"), "10")
    with open_desk(tmp_path) as desk:
        assert not has_password(desk.store)


def test_nothing_is_made_where_there_is_no_folder_for_it(run, typed, tmp_path):
    typed("a long enough password\n")
    refused(run("password", "--folder", "nowhere/at/all"), "nowhere/at/all")
    assert left_in(tmp_path) == []
