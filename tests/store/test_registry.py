import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store import open_store
from gatecast.store.database import Database, database_url
from gatecast.store.registry import REGISTRY, Club, club_place, has_registry, open_registry


@pytest.fixture
def at(place, tmp_path):
    """The folder and the database of a service of many clubs, on each engine."""
    return tmp_path, place if "://" in place else None


@pytest.fixture
def registry(at):
    opened = open_registry(*at)
    yield opened
    opened.close()


def later(seconds):
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def test_a_place_is_of_many_clubs_once_its_list_was_made(at):
    assert not has_registry(*at)
    assert not has_registry(*at), "looking makes nothing"
    open_registry(*at).close()
    assert has_registry(*at)


def test_the_migrations_make_the_tables_that_are_read(registry):
    with registry.database.reading() as connection:
        inspector = sa.inspect(connection)
        for name, table in REGISTRY.tables.items():
            assert {column["name"] for column in inspector.get_columns(name)} == set(table.columns.keys())


def test_clubs_are_added_renamed_and_taken_off(registry):
    registry.add_club("riverside", "Riverside Herons")
    registry.add_club("a-1", " The   As ")
    assert registry.clubs() == [Club("riverside", "Riverside Herons"), Club("a-1", "The As")]
    registry.rename_club("a-1", "Aces")
    assert registry.club("a-1") == Club("a-1", "Aces")
    registry.remove_club("a-1")
    assert registry.club("a-1") is None
    for refused in (lambda: registry.remove_club("a-1"), lambda: registry.rename_club("a-1", "x")):
        with pytest.raises(InputError, match="'a-1'"):
            refused()


@pytest.mark.parametrize("slug", ["", "A", "a b", "-a", "a-", "../b", "a/b", "a" * 41, "ä", 'a"'])
def test_a_slug_must_stand_in_an_address(tmp_path, slug):
    registry = open_registry(tmp_path)
    with pytest.raises(InputError, match="small letters"):
        registry.add_club(slug, "A club")
    registry.close()


def test_a_slug_is_given_once(registry):
    registry.add_club("a", "A")
    with pytest.raises(InputError, match="second club"):
        registry.add_club("a", "Another")
    assert registry.clubs() == [Club("a", "A")]


def test_rights_are_of_one_club_or_of_every_one(registry):
    for slug in "ab":
        registry.add_club(slug, slug)
    registry.save_account("Kim  Lee", "hash")
    registry.allow("kim lee", "a", "write")
    kim = registry.account("KIM LEE")
    assert (kim.may("a"), kim.may("b"), kim.may("c")) == ("write", "", "")
    registry.allow("kim lee", None, "read")
    kim = registry.account("kim lee")
    assert (kim.may("a"), kim.may("b"), kim.may("c")) == ("write", "read", "read")
    registry.allow("kim lee", "a", "")
    registry.allow("kim lee", None, "")
    assert registry.account("kim lee").may("a") == ""
    for name, slug, word in (("nobody", "a", "nobody"), ("kim lee", "z", "'z'")):
        with pytest.raises(InputError, match=word):
            registry.allow(name, slug, "read")


def test_a_club_that_comes_back_gives_nobody_the_rights_of_before(registry):
    registry.add_club("a", "A")
    registry.save_account("kim", "hash")
    registry.allow("kim", "a", "write")
    registry.remove_club("a")
    registry.add_club("a", "A")
    assert registry.account("kim").may("a") == ""


def test_a_session_has_the_rights_of_now_and_ends_with_the_password(registry):
    registry.add_club("a", "A")
    registry.save_account("kim", "hash")
    number, stored = registry.password_of("kim")
    assert registry.add_session(digest("s"), number, stored, later(60))
    assert registry.session(digest("s")).may("a") == ""
    registry.allow("kim", "a", "read")
    assert registry.session(digest("s")).may("a") == "read"
    registry.save_account("kim", "another")
    assert registry.session(digest("s")) is None
    assert not registry.add_session(digest("t"), number, stored, later(60)), "the password was changed meanwhile"
    assert registry.account("kim").may("a") == "read", "rights outlive a password"
    assert registry.add_session(digest("u"), number, "another", later(-1))
    assert registry.session(digest("u")) is None
    assert registry.add_session(digest("v"), number, "another", later(60))
    registry.drop_account("kim")
    assert registry.session(digest("v")) is None
    assert not registry.has_accounts()


def test_clubs_in_one_database_see_nothing_of_each_other(registry, at):
    stores = {}
    for slug in ("a", "b-2"):
        registry.add_club(slug, slug)
        folder, database = club_place(*at, slug)
        folder.mkdir(parents=True)
        if database:
            registry.make_schema_of(slug)
        stores[slug] = open_store(database or folder)
    try:
        for turn in range(8):  # often enough for a driver to prepare the statements
            for slug, store in stores.items():
                store.save_setting("mine", f"{slug} {turn}")
                assert store.setting("mine") == f"{slug} {turn}"
                assert len(registry.clubs()) == 2
        before = stores["b-2"].revisions()
        stores["a"].save_setting("mine", "changed")
        assert stores["b-2"].revisions() == before
        assert stores["b-2"].setting("mine") == "b-2 7"
    finally:
        for store in stores.values():
            store.close()


@pytest.fixture
def two_schemas(postgresql, tmp_path):
    registry = open_registry(tmp_path, postgresql)
    places = []
    for slug in "ab":
        registry.add_club(slug, slug)
        registry.make_schema_of(slug)
        places.append(club_place(tmp_path, postgresql, slug)[1])
    registry.close()
    return places


def test_a_transaction_sees_no_table_of_another_schema(two_schemas):
    first, second = (open_store(place) for place in two_schemas)
    with first.database.reading() as connection:
        assert connection.execute(sa.text("SHOW search_path")).scalar() == "club_a"
        assert connection.execute(sa.text("SELECT to_regclass('settings') = 'club_a.settings'::regclass")).scalar()
    with first.database._readers.begin() as connection:
        # A connection that goes back says nothing of the club that used it.
        assert connection.execute(sa.text("SELECT to_regclass('settings')")).scalar() is None
    assert first.database.engine is second.database.engine, "they share connections"
    first.close()
    second.save_setting("still", "open")
    second.close()


def test_writers_of_one_club_do_not_wait_for_those_of_another(two_schemas):
    first, second = (open_store(place) for place in two_schemas)
    with first.database.writing() as connection:
        connection.execute(sa.text("INSERT INTO revisions VALUES ('x', 1)"))
        second.save_setting("meanwhile", "saved")
    assert second.setting("meanwhile") == "saved"
    first.close()
    second.close()


def test_a_store_in_a_schema_that_is_absent_or_badly_named_is_refused(postgresql):
    with pytest.raises(StoreError):
        open_store(f"{postgresql}&schema=absent")
    with pytest.raises(StoreError, match="schema"):
        database_url(f'{postgresql}&schema=a"b')


def test_a_store_of_one_club_stays_where_it_was(postgresql):
    with open_store(postgresql) as store:
        store.save_setting("a", "b")
        assert store.database.schema is None
    plain = Database(database_url(postgresql))
    with plain.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM public.settings")).scalar() == 1
    plain.close()
