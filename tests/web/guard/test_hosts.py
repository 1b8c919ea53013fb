"""Without a password only this computer is served, by its own names: no page of others reaches it by another name."""

import pytest

from gatecast.errors import InputError
from gatecast.web.guard.hosts import check_listening, host_name, is_own

from .asking import ELSEWHERE, HERE, ask

OWN = [
    "127.0.0.1:8000",
    "localhost",
    "LOCALHOST:80",
    "localhost.:8000",
    "[::1]:8000",
    "127.8.9.1",
    "[::ffff:127.0.0.1]",
]
OTHERS = [
    "rebound.example",
    "rebound.example:8000",
    "127.0.0.1.rebound.example",
    "localhost.rebound.example",
    "192.0.2.7:8000",
    "0.0.0.0:8000",
    "[::]:8000",
    "2130706433",
    "0x7f000001",
    "127.1",
]
NO_HOSTS = ["", "localhost@rebound.example", "localhost/x", "local host", "localhost:80:80", "[::1", "a" * 300, "-"]


@pytest.mark.parametrize("host", OWN)
def test_this_computer_is_served(unlocked, host):
    assert ask(unlocked, "/account", host=host).status == 200


@pytest.mark.parametrize("host", OTHERS)
def test_a_name_of_others_is_refused(unlocked, host):
    for target in ("/", "/account", "/login", "/static/gatecast.css", "/healthz", "/api/v1/games"):
        refused = ask(unlocked, target, host=host)
        assert refused.status == 400
        assert "Only this computer is served" in refused.text


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_no_host_is_refused(unlocked, locked, host):
    assert ask(unlocked, "/", host=host).status == 400
    assert ask(locked, "/login", host=host).status == 400
    assert host_name(host) is None


def test_another_computer_is_refused_whatever_name_it_says(unlocked):
    assert ask(unlocked, "/", host="localhost", client=ELSEWHERE).status == 400
    assert ask(unlocked, "/", host="localhost", client=("::ffff:192.0.2.7", 1)).status == 400
    assert ask(unlocked, "/", host="localhost", client=("::ffff:127.0.0.1", 1)).status == 200


@pytest.mark.parametrize("name", ["x_forwarded_for", "forwarded", "x_real_ip"])
def test_a_server_in_front_asks_for_others(unlocked, locked, name):
    assert ask(unlocked, "/", **{name: "192.0.2.7"}).status == 400
    assert ask(unlocked, "/", client=ELSEWHERE, **{name: "127.0.0.1"}).status == 400
    assert ask(locked, "/login", **{name: "192.0.2.7"}).status == 200


def test_with_a_password_others_are_served(locked):
    for host, client in (("club.example", ELSEWHERE), ("192.0.2.1:8000", ELSEWHERE), ("localhost", HERE)):
        assert ask(locked, "/login", host=host, client=client).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "club.example"])
def test_nothing_is_listened_on_that_others_reach_without_a_password(host):
    with pytest.raises(InputError, match="gatecast password"):
        check_listening(host, has_password=False)
    check_listening(host, has_password=True)
    assert not is_own(host)


@pytest.mark.parametrize("host", ["", " 127.0.0.1"])
def test_what_is_no_address_is_not_listened_on(host):
    with pytest.raises(InputError, match="--host"):
        check_listening(host, has_password=True)
