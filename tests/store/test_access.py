import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store import Token, open_store
from gatecast.store.schema import SESSIONS


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def later(seconds):
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


def test_a_session_lasts_until_it_expires(store, place):
    until = later(3600).astimezone(dt.timezone(dt.timedelta(hours=-7)))
    store.add_session(digest("a"), until)
    store.add_session(digest("b"), later(-1))
    with open_store(place) as other:
        assert other.session(digest("a")) == until
        assert other.session(digest("a")).tzinfo == dt.UTC
        assert other.session(digest("b")) is None
        assert other.session(digest("c")) is None


def test_a_session_may_be_prolonged(store):
    store.add_session(digest("a"), later(60))
    until = later(3600)
    store.add_session(digest("a"), until)
    assert store.session(digest("a")) == until


def test_expired_sessions_are_forgotten_when_another_comes(store):
    for name in "abc":
        store.add_session(digest(name), later(-60))
    store.add_session(digest("d"), later(60))
    with store.database.reading() as connection:
        assert connection.scalars(sa.select(SESSIONS.c.digest)).all() == [digest("d")]


def test_sessions_are_ended_one_by_one_or_all_at_once(store):
    for name in "abc":
        store.add_session(digest(name), later(60))
    store.drop_session(digest("a"))
    store.drop_session(digest("a"))
    assert [store.session(digest(name)) is None for name in "abc"] == [True, False, False]
    store.drop_sessions()
    assert [store.session(digest(name)) is None for name in "abc"] == [True, True, True]


def test_a_session_needs_a_moment_with_its_time_zone(store):
    with pytest.raises(InputError, match="time zone"):
        store.add_session(digest("a"), dt.datetime(2999, 1, 1))


def test_tokens_come_back_by_their_digest(store):
    till = store.add_token("till", digest("till"), may_write=True)
    board = store.add_token("score board", digest("board"), may_write=False)
    found = store.token(digest("till"))
    assert found == Token(till, "till", True, found.made_at)
    assert abs(dt.datetime.now(dt.UTC) - found.made_at) < dt.timedelta(minutes=5)
    assert [(each.token_id, each.name, each.may_write) for each in store.tokens()] == [
        (till, "till", True),
        (board, "score board", False),
    ]
    assert store.token(digest("nobody")) is None


def test_a_dropped_token_is_gone_and_its_number_is_not_given_again(store):
    first = store.add_token("till", digest("a"), may_write=True)
    store.drop_token(first)
    assert store.token(digest("a")) is None
    assert store.tokens() == []
    assert store.add_token("till", digest("b"), may_write=True) > first
    with pytest.raises(StoreError, match=f"token {first}: got no such token"):
        store.drop_token(first)


def test_a_token_needs_a_name_and_a_digest_of_its_own(store):
    with pytest.raises(InputError, match="without a name"):
        store.add_token(" ", digest("a"), may_write=False)
    store.add_token("till", digest("a"), may_write=False)
    with pytest.raises(StoreError) as told:
        store.add_token("another", digest("a"), may_write=True)
    assert digest("a") not in str(told.value)
    assert store.token(digest("a")).name == "till"


@pytest.mark.parametrize("secret", ["hunter2", "A" * 64, "0" * 63, "0" * 64 + "\n"], ids=len)
def test_a_secret_in_place_of_its_digest_is_neither_kept_nor_told(store, secret):
    for call in (
        lambda: store.add_session(secret, later(60)),
        lambda: store.add_token("till", secret, may_write=False),
    ):
        with pytest.raises(InputError, match="SHA-256") as told:
            call()
        assert secret.strip() not in str(told.value)
    assert store.session(secret) is None
    assert store.tokens() == []
