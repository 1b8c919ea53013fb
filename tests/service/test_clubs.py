import pytest

from gatecast.errors import InputError
from gatecast.service.clubs import OpenClubs, open_clubs


@pytest.fixture
def clubs(tmp_path):
    with open_clubs(tmp_path) as made:
        for slug in "abc":
            made.add(slug, f"The {slug.upper()}s")
        yield made


def test_each_club_has_a_store_and_a_folder_of_its_own(clubs):
    for slug in "ab":
        with clubs.open(slug) as service:
            service.store.save_setting("who", slug)
    for slug in "ab":
        with clubs.open(slug) as service:
            assert service.store.setting("who") == slug
            assert service.folder == clubs.folder / "clubs" / slug


def test_a_club_alone_moves_in_with_its_folder(clubs, tmp_path):
    from gatecast.service import open_service

    alone = tmp_path / "clubs" / "riverside"
    with open_service(alone) as service:
        service.store.save_setting("from", "before")
    clubs.add("riverside")
    with clubs.open("riverside") as service:
        assert service.store.setting("from") == "before"


def test_a_club_whose_store_cannot_be_made_is_not_added(clubs, tmp_path):
    (tmp_path / "clubs" / "d").write_text("in the way")
    with pytest.raises(Exception, match="folder"):
        clubs.add("d")
    assert clubs.registry.club("d") is None


def test_only_clubs_of_the_list_are_opened(clubs):
    with pytest.raises(InputError, match="'z'"):
        clubs.open("z")
    clubs.registry.remove_club("c")
    with pytest.raises(InputError, match="'c'"):
        clubs.open("c")


def test_the_club_used_longest_ago_is_closed_for_another(clubs):
    made = []
    opened = OpenClubs(clubs, lambda slug, service: made.append(slug) or service, most=2)
    for slug in "abacab":
        with opened.using(slug) as service:
            service.store.save_setting("who", slug)
    assert made == ["a", "b", "c", "b"]
    assert opened.recent() == ["b", "a"]
    opened.close()


def test_a_club_in_use_is_not_closed(clubs):
    opened = OpenClubs(clubs, lambda slug, service: service, most=1)
    with opened.using("a") as first:
        with opened.using("b"), opened.using("c"):
            assert set(opened.recent()) == set("abc")
        with opened.using("a") as again:
            assert again is first
    with opened.using("b"):
        pass
    opened.close()
    assert opened.recent() == []


def test_models_of_all_clubs_share_a_few_places(clubs):
    with clubs.open("a") as first, clubs.open("b") as second:
        assert first._models is second._models
        assert first.turns is second.turns
        assert first._models.most < 10
