import asyncio
import datetime as dt

import pytest

from gatecast.service import access
from gatecast.web.guard.auth_cache import AuthCache


@pytest.fixture
def asked(monkeypatch):
    """How often the store was asked."""
    count = []
    for name in ("has_password", "session_valid", "token_of"):
        real = getattr(access, name)
        monkeypatch.setattr(access, name, lambda *given, real=real, name=name: count.append(name) or real(*given))
    return count


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def session(store):
    return access.make_session(store, dt.datetime.now(dt.UTC))


def test_the_store_is_asked_once_every_few_seconds(empty_service, asked):
    clock, secret = Clock(), session(empty_service.store)
    keeper = AuthCache(empty_service.store, clock=clock)

    async def visits():
        return [await keeper.session(secret) for _ in range(10)]

    assert asyncio.run(visits()) == [True] * 10
    assert len(asked) == 1
    clock.now = 5
    asyncio.run(visits())
    assert len(asked) == 2


def test_a_crowd_asks_once(empty_service, asked):
    secret, keeper = session(empty_service.store), AuthCache(empty_service.store)

    async def crowd():
        return await asyncio.gather(*(keeper.session(secret) for _ in range(50)))

    assert asyncio.run(crowd()) == [True] * 50
    assert len(asked) == 1


def test_what_this_process_changed_counts_at_once(empty_service):
    store, keeper = empty_service.store, AuthCache(empty_service.store)
    secret = session(store)
    assert asyncio.run(keeper.session(secret))
    access.end_session(store, secret)
    assert asyncio.run(keeper.session(secret))
    keeper.forget()
    assert not asyncio.run(keeper.session(secret))


def test_what_was_asked_before_a_change_is_not_kept_after_it(empty_service, monkeypatch):
    store, keeper = empty_service.store, AuthCache(empty_service.store)
    secret, real = session(store), access.session_valid

    def slow(*given):
        found = real(*given)
        access.end_session(store, secret)
        keeper.forget()
        return found

    monkeypatch.setattr(access, "session_valid", slow)
    assert asyncio.run(keeper.session(secret))
    monkeypatch.setattr(access, "session_valid", real)
    assert not asyncio.run(keeper.session(secret))


def test_strangers_are_not_kept(empty_service):
    keeper = AuthCache(empty_service.store)

    async def strangers():
        for each in range(100):
            assert not await keeper.session(f"{each:043}")
            assert await keeper.token(f"gc_{each:043}") is None

    asyncio.run(strangers())
    assert keeper._kept == {}
    assert keeper._asked == {}


def test_no_secret_is_kept(empty_service):
    keeper = AuthCache(empty_service.store)
    secret = session(empty_service.store)
    asyncio.run(keeper.session(secret))
    assert secret not in repr(keeper._kept)
