from gatecast.web.guard.rate import Limit, LoginRate

from .raw_requests import ELSEWHERE, HERE, ask

FORM = "application/x-www-form-urlencoded"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def tries(rate, client, count):
    return [rate.wait(client) for _ in range(count)]


def test_each_pause_is_twice_as_long_up_to_the_longest():
    clock = Clock()
    rate, pauses = LoginRate(clock=clock), []
    for _ in range(7):
        assert tries(rate, "192.0.2.1", 5) == [0] * 5
        pauses.append(rate.wait("192.0.2.1"))
        clock.now += pauses[-1]
    assert pauses == [60, 120, 240, 480, 900, 900, 900]


def test_trying_during_a_pause_makes_it_no_shorter():
    clock = Clock()
    rate = LoginRate(clock=clock)
    tries(rate, "192.0.2.1", 5)
    clock.now = 59.5
    assert rate.wait("192.0.2.1") == 1
    clock.now = 60
    assert rate.wait("192.0.2.1") == 0


def test_slow_tries_and_a_right_one_are_forgiven():
    clock = Clock()
    rate = LoginRate(clock=clock)
    for _ in range(50):
        assert rate.wait("192.0.2.1") == 0
        clock.now += 16
    tries(rate, "192.0.2.2", 4)
    rate.right("192.0.2.2")
    assert tries(rate, "192.0.2.2", 5) == [0] * 5


def test_others_are_not_held_up_until_all_together_try_too_often():
    clock = Clock()
    rate = LoginRate(everybody=Limit(20, longest_s=60.0), clock=clock)
    tries(rate, "192.0.2.1", 6)
    assert rate.wait("192.0.2.2") == 0
    waits = [rate.wait(f"192.0.3.{each}") for each in range(30)]
    assert waits == [0] * 14 + [60] * 16
    clock.now = 60
    assert rate.wait("192.0.2.2") == 0


def test_a_network_of_ipv6_is_one_client():
    rate = LoginRate(clock=Clock())
    assert [rate.wait(f"2001:db8::{each:x}") for each in range(6)] == [0] * 5 + [60]
    assert rate.wait("2001:db8:0:1::1") == 0
    assert [rate.wait("::ffff:192.0.2.1"), *tries(rate, "192.0.2.1", 5)] == [0] * 5 + [60]


def test_very_many_clients_take_little_room_and_free_nobody():
    rate = LoginRate(everybody=Limit(10**9), clock=Clock())
    tries(rate, "192.0.2.1", 5)
    for each in range(10_000):
        rate.wait(f"10.{each // 65536}.{each // 256 % 256}.{each % 256}")
    assert len(rate._clients) <= 4096
    assert rate.wait("192.0.2.1") == 60


def test_the_sixth_try_is_told_to_wait_and_others_are_not(locked):
    def tried(password, client=HERE):
        body = f"password={password}".encode()
        return ask(locked, "/login", "POST", body, client=client, content_type=FORM)

    assert [tried("wrong").status for _ in range(5)] == [401] * 5
    held_up = tried("a+long+enough+password")
    assert held_up.status == 429
    assert 0 < int(held_up.headers["retry-after"]) <= 60
    assert "set-cookie" not in held_up.headers or "gc_session" not in held_up.headers["set-cookie"]
    assert tried("a+long+enough+password", ELSEWHERE).status == 303
