import re
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest

from gatecast.formatting import day
from gatecast.plan import default_operations
from gatecast.plan.operations.toml import operations_text, parse_operations
from gatecast.service import open_service
from gatecast.service.operations_form import entries_of

from .test_game import tags, text_of
from .test_plan import inputs

ROLE = {
    "staff..name": "ticket scanners",
    "staff..people_per_shift": "500",
    "staff..cost": "90",
    "staff..shortage_cost": "300",
}


@pytest.fixture
def owner(own_service, visit):
    return visit(own_service)


def test_every_number_stands_there_with_unit_and_source(sample_club, visit):
    page = visit(sample_club).get("/settings")
    assert page.status_code == 200
    found, text = inputs(page), text_of(page)
    operations = sample_club.operations()
    assert found["currency"]["value"] == "$"
    assert found["crowd.show_rate"]["value"] == "0.83"
    for kind in ("staff", "stock", "transport"):
        for entry in getattr(operations, kind):
            assert found[f"{kind}.{entry.name}.name"]["value"] == entry.name
    assert found["staff.crowd managers.minimum_one_per"]["value"] == "250"
    for words in (
        "NFPA 101; IFC 403",
        "share of tickets",
        "home games: on average 84% of tickets were used",
        "one for 150 people",
    ):
        assert words in text, words
    assert 'href="/account"' in page.text


def test_the_page_keeps_its_policy_and_every_field_is_labelled(sample_club, visit):
    page = visit(sample_club).get("/settings")
    assert len(page.content) < 200_000
    found = tags(page.text)
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {attributes["for"] for tag, attributes in found if tag == "label" and "for" in attributes}
    for tag, attributes in found:
        assert tag != "style"
        assert "style" not in attributes
        if tag == "input" and attributes.get("type") not in ("hidden", "checkbox"):
            assert attributes["id"] in labels
            assert set(attributes.get("aria-describedby", "").split()) <= set(ids)


def test_changing_numbers(owner, own_service):
    sent = {"staff.ushers.name": "stewards", "staff.ushers.cost": "120,5", "staff.ushers.pool": "40"}
    answer = owner.post("/settings/change", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?done=kept")
    role = own_service.operations().staff[1]
    assert (role.name, role.cost, role.pool) == ("stewards", 120.5, 40)
    assert "Every plan now uses the new values" in text_of(owner.get("/settings?done=kept"))


def test_currency_and_crowd(owner, own_service):
    owner.post("/settings/change", data={"currency": "EUR", "crowd.show_rate": "0,9"})
    assert own_service.operations().currency == "EUR"
    assert own_service.operations().crowd.show_rate == 0.9
    page = owner.post("/settings/change", data={"currency": "", "crowd.show_rate": "90"})
    assert page.status_code == 422
    page = owner.post("/settings/change", data={"currency": "dollars", "crowd.show_rate": "0.9"})
    assert inputs(page)["currency"]["value"] == "dollars"
    assert inputs(page)["currency"]["aria-invalid"] == "true"
    assert "a sign or code such as $ or EUR" in text_of(page)


def test_what_cannot_be_used_is_told_beside_its_field_and_kept(owner, own_service):
    before = own_service.revision()
    page = owner.post("/settings/change", data={"staff.ushers.cost": "x", "staff.ushers.minimum": "3"})
    assert page.status_code == 422
    assert inputs(page)["staff.ushers.cost"]["value"] == "x"
    assert inputs(page)["staff.ushers.minimum"]["value"] == "3"
    assert "got &#39;x&#39;, expected a number above 0 ($ a shift)" in text_of(page)
    assert page.text.count('<details class="entry" open>') == 1
    assert own_service.revision() == before


def test_what_scanners_counted_is_used_with_one_click(owner, own_service):
    page = owner.get("/settings")
    assert "Plans use what stands in the two fields above, not this" in text_of(page)
    answer = owner.post("/settings/counted", data={"version": str(own_service.operations_version())})
    assert answer.status_code == 303
    assert own_service.operations().crowd.show_rate == 0.84
    assert "Plans use that" in text_of(owner.get("/settings"))


def test_adding_a_role(owner, own_service):
    answer = owner.post("/settings/add", data={"group": "staff", **ROLE})
    assert answer.headers["location"] == "/settings?done=added"
    assert own_service.operations().staff[-1].name == "ticket scanners"


def test_an_addition_that_lacks_something_stays_open_with_what_was_typed(owner, own_service):
    count = len(own_service.operations().staff)
    page = owner.post("/settings/add", data={"group": "staff", **ROLE, "staff..cost": ""})
    assert page.status_code == 422
    assert inputs(page)["staff..name"]["value"] == "ticket scanners"
    assert inputs(page)["staff..cost"]["aria-invalid"] == "true"
    assert '<details class="entry add" open>' in page.text
    assert len(own_service.operations().staff) == count
    assert owner.post("/settings/add", data={"group": "nonsense"}).status_code == 303


def test_taking_a_role_out_offers_it_to_be_added_again(owner, own_service):
    usual = own_service.operations().staff[1]
    answer = owner.post("/settings/remove", data={"group": "staff", "name": "ushers"})
    assert "ushers" not in [role.name for role in own_service.operations().staff]
    page = owner.get(answer.headers["location"])
    assert "Removed" in text_of(page)
    assert inputs(page)["staff..name"]["value"] == "ushers"
    typed = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    owner.post("/settings/add", data={"group": "staff", **typed})
    assert own_service.operations().staff[-1] == usual


def test_the_last_one_of_all_stays(owner, own_service):
    operations = own_service.operations()
    for kind in ("staff", "stock", "transport"):
        for entry in getattr(operations, kind):
            page = owner.post("/settings/remove", data={"group": kind, "name": entry.name})
    assert page.status_code == 422
    assert "nothing to decide" in text_of(page)
    assert len(own_service.operations().transport) == 1
    assert owner.post("/settings/remove", data={"group": "staff", "name": "nobody"}).status_code == 303
    assert owner.post("/settings/remove", data={"group": "crowd", "name": ""}).status_code == 303


def test_the_file_holds_all_of_it(sample_club, visit):
    file = visit(sample_club).get("/settings/operations.toml")
    assert file.headers["content-disposition"] == 'attachment; filename="operations.toml"'
    assert tomllib.loads(file.text)["currency"] == "$"
    assert parse_operations(file.content) == sample_club.operations()


def test_loading_a_file(owner, own_service):
    text = operations_text(default_operations()).replace("cost = 130 ", "cost = 140 ")
    answer = owner.post("/settings/upload", files={"file": ("my own.toml", text.encode())})
    assert answer.headers["location"] == "/settings?done=loaded"
    assert own_service.operations().staff[0].cost == 140
    assert len(own_service.operations().transport) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "got no file, or an empty one"),
        (b"\x00\xff", "bytes that are not UTF-8"),
        (b"[crowd]\nshow_rate = 2\n", "crowd.show_rate: got 2"),
        (b"#" * 1_000_001, "at most 1,000,000"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(owner, own_service, content, words):
    before = own_service.revision()
    page = owner.post("/settings/upload", files={"file": ("x.toml", content)})
    assert page.status_code == 422
    assert words in text_of(page)
    assert own_service.revision() == before


def test_no_file_at_all(owner):
    page = owner.post("/settings/upload", data={"file": "not a file"})
    assert page.status_code == 422
    assert "got no file" in text_of(page)


def test_back_to_the_defaults(owner, own_service):
    owner.post("/settings/change", data={"staff.ushers.cost": "120"})
    assert owner.post("/settings/defaults").headers["location"] == "/settings?done=defaults"
    assert own_service.operations() == default_operations(6200)


def test_without_games(empty_service, visit):
    page = visit(empty_service).get("/settings")
    assert page.status_code == 200
    assert "scanners counted" not in text_of(page)


def version_in(page):
    return re.search(r'name="version" value="(\d+)"', page.text)[1]


def test_two_people_who_change_different_numbers_lose_neither(visit, own_service):
    first, second = visit(own_service), visit(own_service)
    opened = version_in(first.get("/settings"))
    texts = {f"staff.ushers.{name}": text for name, text in (("cost", "100"), ("people_per_shift", "250"))}
    now = {each.key: each.typed for entry in entries_of(own_service.operations()) for each in entry.fields}
    stale = {key: text for key, text in now.items() if key.startswith("staff.ushers.")}
    one, other = {**stale, "staff.ushers.cost": "111"}, {**stale, "staff.ushers.people_per_shift": "222"}
    assert texts.keys() <= stale.keys()
    assert first.post("/settings/change", data={**one, "version": opened}).status_code == 303
    assert second.post("/settings/change", data={**other, "version": opened}).status_code == 303
    ushers = next(each for each in own_service.operations().staff if each.name == "ushers")
    assert (ushers.cost, ushers.people_per_shift) == (111, 222)


def test_a_form_has_the_values_of_its_version(owner, own_service, monkeypatch):
    """Somebody saves while the page is being made."""
    read = own_service.operations_version

    def saved_meanwhile():
        version = read()
        monkeypatch.setattr(own_service, "operations_version", read)
        owner.post("/settings/change", data={"staff.ushers.cost": "111", "version": str(version)})
        return version

    monkeypatch.setattr(own_service, "operations_version", saved_meanwhile)
    form = owner.get("/settings")
    data = {"staff.ushers.cost": "112", "version": version_in(form)}
    assert "staff.ushers.cost" in form.text
    answer = owner.post("/settings/change", data=data)
    assert answer.status_code == 409
    assert own_service.operations().staff[1].cost == 111


def test_two_people_who_change_the_same_number_see_both(visit, own_service):
    first, second = visit(own_service), visit(own_service)
    opened = version_in(first.get("/settings"))
    first.post("/settings/change", data={"staff.ushers.cost": "111", "version": opened})
    page = second.post("/settings/change", data={"staff.ushers.cost": "122", "version": opened})
    assert page.status_code == 409
    assert "Ushers: cost: saved 111, yours 122" in text_of(page)
    assert 'name="staff.ushers.cost" value="122"' in page.text
    again = second.post("/settings/change", data={"staff.ushers.cost": "122", "version": version_in(page)})
    assert again.status_code == 303
    assert next(each for each in own_service.operations().staff if each.name == "ushers").cost == 122


@pytest.mark.parametrize("way", ["defaults", "upload"])
def test_all_settings_are_not_replaced_over_a_change_nobody_saw(visit, own_service, way):
    visitor = visit(own_service)
    opened = version_in(visitor.get("/settings"))
    file = visitor.get("/settings/operations.toml").content
    visitor.post("/settings/change", data={"staff.ushers.cost": "111", "version": opened})
    answer = visitor.post(f"/settings/{way}?version={opened}", files={"file": ("operations.toml", file)})
    assert answer.status_code == 409
    assert "somebody else has changed the settings" in answer.text
    assert next(each for each in own_service.operations().staff if each.name == "ushers").cost == 111


def test_all_settings_are_one_form_with_one_save(sample_club, visit):
    page = visit(sample_club).get("/settings")
    found = tags(page.text)
    assert [a["id"] for tag, a in found if tag == "form" and a.get("action") == "/settings/change"] == ["all-settings"]
    numbers = [a for tag, a in found if tag == "input" and ".ushers." in a.get("name", "")]
    assert numbers
    assert all(a["form"] == "all-settings" for a in numbers)
    assert page.text.count("Save all settings") == 1


def test_several_entries_are_saved_at_once(owner, own_service):
    owner.post("/settings/change", data={"staff.ushers.cost": "101", "stock.nachos.price": "9", "currency": "EUR"})
    operations = own_service.operations()
    assert operations.currency == "EUR"
    assert next(role.cost for role in operations.staff if role.name == "ushers") == 101
    assert next(item.price for item in operations.stock if item.name == "nachos") == 9


def test_defaults_are_marked(owner):
    before = owner.get("/settings").text.count('<span class="tag">default</span>')
    owner.post("/settings/change", data={"staff.ushers.cost": "101"})
    page = owner.get("/settings").text
    assert page.count('<span class="tag">default</span>') == before - 1
    assert "default: 100" in page


def test_the_ballpark_is_stated_once_and_not_set_back_by_an_older_form(owner, own_service):
    owner.post("/settings/change", data={"ballpark.name": "Mill Park", "ballpark.seats": "6,300", "ballpark.was": "|"})
    assert inputs(owner.get("/settings"))["ballpark.seats"]["value"] == "6300"
    older = {"ballpark.name": "", "ballpark.seats": "", "ballpark.was": "|", "staff.ushers.cost": "101"}
    owner.post("/settings/change", data=older)
    assert inputs(owner.get("/settings"))["ballpark.name"]["value"] == "Mill Park"
    page = owner.post("/settings/change", data={"ballpark.name": "Mill Park", "ballpark.seats": "many"})
    assert page.status_code == 422
    assert "expected a whole number from 1 to" in text_of(page)


def test_today_is_the_day_at_the_ballpark(tmp_path, visit):
    with open_service(tmp_path) as service:
        owner, days = visit(service), []
        for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # 25 hours apart
            saved = owner.post(
                "/settings/change", data={"ballpark.zone": zone, "ballpark.zone_was": service.time_zone()}
            )
            assert saved.status_code == 303
            days.append(service.present_day().day)
            assert service.revision()["day"] == days[-1].toordinal()
            assert f"Today: {day(days[-1])}" in text_of(owner.get("/settings"))
        assert days[0] > days[1]
        refused = owner.post("/settings/change", data={"ballpark.zone": "Ohio", "ballpark.zone_was": ""})
        assert refused.status_code == 422
        assert "expected a time zone such as America/New_York" in text_of(refused)
        older = {"ballpark.zone": "", "ballpark.zone_was": "", "staff.ushers.cost": "101"}
        owner.post("/settings/change", data=older)
        assert service.time_zone() == "Pacific/Niue"
