import io

import pytest

from gatecast.service import open_service
from gatecast.service.clubs import open_clubs

from .conftest import left_in, refused


@pytest.fixture
def typed(monkeypatch):
    """What stands in the pipe."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_service_of_many_clubs_from_nothing(run, typed, tmp_path):
    assert run("clubs", "add", "riverside", "--name", "Riverside Herons").code == 0
    assert run("clubs", "add", "quillport").code == 0
    assert run("clubs", "rename", "quillport", "Quillport Lanterns").code == 0
    assert run("clubs", "list").out == "quillport\tQuillport Lanterns\nriverside\tRiverside Herons\n"
    typed("a long enough password\n")
    assert run("clubs", "account", "Kim").code == 0
    assert run("clubs", "accounts").out == "kim\t-\n"
    run("clubs", "allow", "kim", "riverside", "--write")
    run("clubs", "allow", "kim")
    assert run("clubs", "accounts").out == "kim\t*:read riverside:write\n"
    run("clubs", "forbid", "kim")
    assert run("clubs", "accounts").out == "kim\triverside:write\n"
    assert run("clubs", "remove", "riverside").code == 0
    assert run("clubs", "accounts").out == "kim\t-\n"
    assert (tmp_path / "clubs" / "riverside" / "gatecast.db").is_file()
    run("clubs", "drop-account", "kim")
    assert run("clubs", "accounts").out == ""
    assert run("refresh").out == "quillport\tnothing to do\tno game to come\n"


def test_mistakes_are_told_in_a_line_and_make_nothing(run, typed, tmp_path):
    refused(run("clubs", "list"), "clubs add")
    typed("a long enough password\n")
    refused(run("clubs", "account", "kim"), "clubs add")
    assert left_in(tmp_path) == []
    run("clubs", "add", "a")
    refused(run("clubs", "add", "a"), "second club")
    refused(run("clubs", "add", "Not A Slug"), "small letters")
    refused(run("clubs", "allow", "kim", "a"), "kim")
    refused(run("refresh", "b"), "'b'")
    typed("short\n")
    refused(run("clubs", "account", "kim"), "10")


def test_the_service_of_one_club_is_never_taken_for_that_of_many(run, typed, tmp_path):
    with open_service(tmp_path) as service:
        service.store.save_setting("a", "b")
    refused(run("clubs", "add", "a"), "one club")
    assert not (tmp_path / "clubs.db").exists()
    assert run("refresh").out.endswith("no game to come\n")
    refused(run("refresh", "a"), "leave it out")


def test_one_password_for_many_clubs_is_refused(run, typed, tmp_path):
    open_clubs(tmp_path).close()
    typed("a long enough password\n")
    refused(run("password"), "clubs account")
    assert not (tmp_path / "gatecast.db").exists()
