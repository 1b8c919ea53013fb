"""Who may use a service, and that the store gives nothing away of it."""

import datetime as dt
import unicodedata

import argon2
import pytest

from gatecast.errors import InputError
from gatecast.service import access

PASSWORD = "a long enough password"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def store(empty_service):
    return empty_service.store


@pytest.fixture
def locked(store):
    access.set_password(store, PASSWORD)
    return store


def test_without_a_password_no_text_is_one(store):
    assert not access.has_password(store)
    assert not access.check_password(store, "")
    assert not access.check_password(store, PASSWORD)
    assert access.sign_in(store, PASSWORD, NOW) is None


def test_the_password_and_no_other_text(locked):
    assert access.has_password(locked)
    assert access.check_password(locked, PASSWORD)
    for other in ("", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), PASSWORD * 100):
        assert not access.check_password(locked, other)


@pytest.mark.parametrize("text", ["", "nine char", "a" * 1025, "é" * 5000, "e\u0301" * 9])
def test_too_short_and_too_long(store, text):
    with pytest.raises(InputError, match="expected 10 to 1,024") as told:
        access.set_password(store, text)
    assert not text or text not in str(told.value)
    assert not access.has_password(store)


def test_the_longest_password_counts_to_its_end(store):
    access.set_password(store, "a" * 1023 + "b")
    assert access.check_password(store, "a" * 1023 + "b")
    assert not access.check_password(store, "a" * 1024)
    assert not access.check_password(store, "a" * 1023 + "bc")


def test_a_password_is_the_same_however_a_keyboard_composes_it(store):
    access.set_password(store, unicodedata.normalize("NFD", "ångströmé" * 2))
    assert access.check_password(store, unicodedata.normalize("NFC", "ångströmé" * 2))


def test_a_text_of_very_many_accents_is_done_with_at_once(locked):
    """Composing takes the square of their number: a million of them would take an hour."""
    assert not access.check_password(locked, "a" + "\u0301\u0316" * 500_000)


@pytest.mark.parametrize("text", ["\udc80" * 12, "\x00" * 12, "🧢" * 10])
def test_odd_signs_are_a_password_too(store, text):
    access.set_password(store, text)
    assert access.check_password(store, text)


def test_the_store_holds_no_secret(locked, empty_service):
    session, token = access.sign_in(locked, PASSWORD, NOW), access.make_token(locked, "till", may_write=True)
    empty_service.close()
    held = b"".join(path.read_bytes() for path in empty_service.folder.rglob("*") if path.is_file())
    assert b"$argon2id$" in held
    for secret in (PASSWORD, session, token, token.removeprefix(access.TOKEN_START)):
        assert secret.encode() not in held


def test_an_old_hash_is_made_anew_when_the_password_is_given(store):
    store.save_setting("password", argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD))
    assert access.check_password(store, PASSWORD)
    assert not argon2.PasswordHasher().check_needs_rehash(store.setting("password"))
    assert access.check_password(store, PASSWORD)


@pytest.mark.parametrize("saved", ["", "$argon2id$", "plain text", 7, {"hash": "x"}])
def test_a_hash_that_was_spoiled_lets_nobody_in(store, saved):
    store.save_setting("password", saved)
    assert not access.check_password(store, PASSWORD)


def test_sessions_go_on_for_two_weeks(locked):
    secret = access.sign_in(locked, PASSWORD, NOW)
    assert access.session_ends(locked, secret) == NOW + access.SESSION_TIME
    assert access.session_valid(locked, secret, NOW + access.SESSION_TIME - dt.timedelta(seconds=1))
    assert not access.session_valid(locked, secret, NOW + access.SESSION_TIME)
    access.end_session(locked, secret)
    assert not access.session_valid(locked, secret, NOW)


def test_each_session_has_a_secret_of_its_own(locked):
    first, second = access.sign_in(locked, PASSWORD, NOW), access.sign_in(locked, PASSWORD, NOW)
    assert first != second
    access.end_session(locked, first)
    assert access.session_valid(locked, second, NOW)


@pytest.mark.parametrize("secret", ["", "a", "a" * 43, "é" * 43, "a" * 10_000, "\x00" * 43])
def test_what_is_no_secret_lets_nobody_in(locked, secret):
    assert not access.session_valid(locked, secret, NOW)
    assert access.token_of(locked, access.TOKEN_START + secret) is None
    assert access.token_of(locked, secret) is None
    access.end_session(locked, secret)


def test_another_password_ends_every_session(locked):
    secret = access.sign_in(locked, PASSWORD, NOW)
    access.set_password(locked, "another long password")
    assert not access.session_valid(locked, secret, NOW)
    assert access.sign_in(locked, PASSWORD, NOW) is None


def test_nobody_comes_in_by_a_password_that_was_changed_in_the_meantime(locked, monkeypatch):
    made = []

    def overtaken(store, now):
        access.set_password(store, "another long password")
        made.append(real(store, now))
        return made[0]

    real = access.make_session
    monkeypatch.setattr(access, "make_session", overtaken)
    assert access.sign_in(locked, PASSWORD, NOW) is None
    assert not access.session_valid(locked, made[0], NOW)


def test_tokens(store):
    secret = access.make_token(store, "  score \n board ", may_write=False)
    assert secret.startswith("gc_")
    found = access.token_of(store, secret)
    assert (found.name, found.may_write) == ("score board", False)
    assert access.token_of(store, access.make_token(store, "till", may_write=True)).may_write
    store.drop_token(found.token_id)
    assert access.token_of(store, secret) is None


@pytest.mark.parametrize("name", ["", " \t", "a" * 81, "a\x07b", "a\u202eb", "a\x00"])
def test_a_token_needs_a_name_that_can_be_shown(store, name):
    with pytest.raises(InputError, match="say what the token is for"):
        access.make_token(store, name, may_write=False)
    assert store.tokens() == []
