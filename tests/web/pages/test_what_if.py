import re

import polars as pl
import pytest

from .test_game import tags, text_of

NEXT, FAR = "/games/QUI202506130/what-if", "/games/QUI202507130/what-if"


@pytest.fixture
def visitor(sample_club, visit, compiled_once):
    return visit(sample_club)


def fields(page):
    return {a["name"]: (tag, a) for tag, a in tags(page.text) if tag in ("input", "select") and "name" in a}


def test_the_form_shows_what_is_now(visitor):
    page = visitor.get(NEXT)
    assert page.status_code == 200
    text = text_of(page)
    assert "Temperature (°C) now 26 °C" in text
    assert "now fireworks" in text
    assert "now Joss Pellerby" in text
    assert "Price (dollars) now 15.50 dollars" in text
    assert fields(page)["precipitation"][0] == "select"
    assert "attendance" not in fields(page)
    assert "Effect on the plan" not in text


def test_every_field_has_a_label_and_says_what_is_now(visitor):
    found = tags(visitor.get(NEXT).text)
    labelled = {a["for"] for tag, a in found if tag == "label" and "for" in a}
    ids = {a["id"] for _, a in found if "id" in a}
    for tag, a in found:
        if tag in ("input", "select") and a.get("id", "").startswith("field-"):
            assert a["id"] in labelled
            assert set(a["aria-describedby"].split()) <= ids


def test_what_nobody_knows_so_early_is_no_field(visitor):
    page = visitor.get(FAR)
    assert "precipitation" not in fields(page)
    assert "promotion" in fields(page)
    assert "so the forecast does not use it: temperature, wind, sky, precipitation" in text_of(page)


def test_an_answer_with_both_forecasts_and_both_plans(visitor):
    page = visitor.get(f"{NEXT}?promotion=none&sky=")
    assert page.status_code == 200
    text = text_of(page)
    for words in (
        "Promotion: none instead of fireworks",
        "fewer people would be expected",
        "Now",
        "With the change",
        "for the homestand of 6 games",
        "Ushers",
        "instead of",
        "Nothing is saved",
    ):
        assert words in text, words
    assert fields(page)["promotion"][1]["value"] == "none"
    section = page.text[page.text.index('aria-labelledby="planned"') :].partition("</section>")[0]
    amounts = [
        int(sign.replace("\u2212", "-") + amount.replace(",", ""))
        for sign, amount in re.findall(r'<td[^>]* class="right nowrap">([\u2212+]?)\$([\d,]+)<', section)
    ]
    total, said = amounts.pop(), re.search(r"\(([\u2212+]?)\$([\d,]+)\)", section)
    assert sum(amounts) == total == int(said[1].replace("\u2212", "-") + said[2].replace(",", ""))


def test_a_bookmark_keeps_its_units_whoever_opens_it(visitor):
    bookmark = f"{NEXT}?gc_units=imperial&temperature_c=41"
    for language in ("en-US", "de-DE"):
        page = visitor.get(bookmark, headers={"accept-language": language})
        assert "Temperature (°F)" in text_of(page)
        assert "Temperature: 41 °F instead of 80 °F" in text_of(page)
        assert fields(page)["temperature_c"][1]["value"] == "41"


def test_errors_stand_beside_their_fields_and_what_was_typed_stays(visitor):
    page = visitor.get(f"{NEXT}?gc_units=imperial&temperature_c=500&wind_kmh=%3Cb%3E&promotion=none&start_time=late")
    assert page.status_code == 422
    found = fields(page)
    for name, typed in (("temperature_c", "500"), ("wind_kmh", "<b>"), ("start_time", "late")):
        assert found[name][1]["value"] == typed
        assert found[name][1]["aria-invalid"] == "true"
        assert f"field-{name}-error" in found[name][1]["aria-describedby"]
    assert found["promotion"][1]["value"] == "none"
    assert "aria-invalid" not in found["promotion"][1]
    text = text_of(page)
    assert "expected a number from -40 to 131 °F" in text
    assert "<b>" not in page.text.replace("<b>Changed", "")
    assert "would be expected" not in text


def test_a_column_that_nobody_knows_so_long_before_is_refused_beside_its_field(visitor):
    page = visitor.get(f"{FAR}?precipitation=rain")
    assert page.status_code == 422
    assert "at most 16 days before" in text_of(page)
    assert fields(page)["precipitation"][1]["aria-invalid"] == "true"


def test_a_value_that_is_no_choice_is_kept_and_refused(visitor):
    page = visitor.get(f"{NEXT}?sky=pink")
    assert page.status_code == 422
    assert '<option value="pink" selected>' in page.text


def test_nothing_asked_nothing_answered(visitor):
    page = visitor.get(f"{NEXT}?precipitation=none&capacity=1&nonsense=2")
    assert page.status_code == 200
    assert "the forecast would not change" in text_of(page)


def test_the_part_that_a_script_swaps_in(visitor):
    part = visitor.get(f"{NEXT}?gc_part=form&gc_units=metric&promotion=none&sky=", headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="message"' in part.text
    assert part.headers["hx-replace-url"] == f"{NEXT}?gc_units=metric&promotion=none"


def test_a_game_played_and_one_that_is_not_there(visitor):
    assert "has been played" in visitor.get("/games/QUI202505250/what-if").text
    assert visitor.get("/games/nowhere/what-if").status_code == 404


def test_without_a_model(empty_service, visit):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    page = visit(empty_service).get("/games/y/what-if?promotion=fireworks")
    assert page.status_code == 200
    assert "no model yet" in page.text
