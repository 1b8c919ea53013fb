import datetime as dt
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from gatecast.formatting import number, percent, rounded, rounded_people

CLUB = "Quillport Lanterns"
NEXT, PLAYED = "/games/QUI202506130", "/games/QUI202505250"
ODD = ["a/b", "100 % Ünïcode", "<b>&\"'", "x?y#z", "a//b/", "q+r"]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def tags(text):
    parser = Tags()
    parser.feed(text)
    return parser.found


def text_of(page):
    words = re.sub(r"<[^>]+>", " ", page.text)
    return " ".join(words.replace("\u00a0", " ").split())


def test_a_game_to_come(sample_club, visit):
    page = visit(sample_club).get(NEXT)
    assert page.status_code == 200
    text = text_of(page)
    *_, before, said = sample_club.forecasts(CLUB).filter(pl.col("game_id") == NEXT[-12:]).to_dicts()
    for words in (
        "Fri 13 June 2025, 19:05, v. Velmora Kites",
        f"{rounded(said['mean'])} expected",
        f"{rounded(said['q10'])}–{rounded(said['q90'])} 80% range",
        f"{percent(said['p_sellout'])} chance of a sell-out".replace("\u00a0", " "),
        "turned away on average",
        "Tickets sold 2,803 3,879",
        "Home starter unknown Joss Pellerby",
        f"{number(rounded_people(before['mean']) - rounded_people(said['mean']))} fewer people expected than forecast on Mon 2 June",
        "3,879 sold 7 days before the game",
        "200 past home games",
    ):
        assert words in text, words
    assert f'href="{NEXT}/what-if"' in page.text
    assert re.search(r'href="/plan\?stand=\d+&amp;season=2025"', page.text)
    assert f'href="{NEXT}/reasons"' in page.text


def test_what_the_day_of_a_game_needs(sample_club, visit):
    visitor = visit(sample_club)
    assert f'href="{NEXT}#day"' in visitor.get("/").text
    page = visitor.get(NEXT)
    card = re.search(r'<section class="card" aria-labelledby="day">.*?</section>', page.text, re.DOTALL)[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", card).replace("\u00a0", " ").split())
    assert "Staff, stock and vehicles for Fri 13 June" in words
    told = visitor.get(
        re.search(r'href="(/plan\?[^"]+)"', page.text)[1].replace("/plan?", "/plan.json?").replace("&amp;", "&")
    )
    rows = [row for row in told.json()["decisions"] if row["game_id"] == NEXT[-12:]]
    assert {row["kind"] for row in rows} == {"staff", "stock", "transport"}
    for row in rows:
        assert re.search(rf"{row['name']}.*? {row['choice']:,} {row['unit']}", words, re.IGNORECASE), row
    assert "no deadline set" in words
    assert 'aria-labelledby="day"' not in visitor.get(PLAYED).text


def test_the_head_says_which_day_pages_take_for_the_present(own_service, visit):
    assert "Today: Mon 9 June" in text_of(visit(own_service).get("/settings"))
    own_service.today = lambda: dt.date(2026, 1, 20)  # long after the last game of the table
    assert "As of Mon 9 June 2025" in text_of(visit(own_service).get("/settings"))


def test_a_game_played_beside_what_was_forecast(sample_club, visit):
    page = visit(sample_club).get(PLAYED)
    text = text_of(page)
    for words in ("3,838 attended, 62% of 6,200 seats", " expected", "attendance was within it", "more than expected"):
        assert words in text, words
    assert "/what-if" not in page.text
    assert 'class="came"' in page.text


def test_in_the_units_of_the_reader(sample_club, visit):
    american = text_of(visit(sample_club).get(NEXT, headers={"accept-language": "en-US"}))
    assert "7:05 pm" in american
    assert "Temperature 80 °F" in american
    assert "Temperature 26 °C" in text_of(visit(sample_club).get(NEXT))


def test_the_page_is_small_and_kept(sample_club, visit):
    visitor = visit(sample_club)
    first = visitor.get(NEXT)
    assert len(first.content) < 100_000
    again = visitor.get(NEXT, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_nothing_on_the_page_is_against_its_policy(sample_club, visit):
    for path in (NEXT, PLAYED):
        for tag, attributes in tags(visit(sample_club).get(path).text):
            assert tag != "style"
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]


def test_ids_are_unique_and_drawings_told(sample_club, visit):
    found = tags(visit(sample_club).get(NEXT).text)
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(a.get("aria-label") or a.get("aria-hidden") for tag, a in found if tag == "svg")


def test_a_game_that_is_not_there(sample_club, visit):
    page = visit(sample_club).get("/games/nowhere<b>")
    assert page.status_code == 404
    assert "nowhere&lt;b&gt;" in page.text
    assert visit(sample_club).get("/games/").status_code == 404


@pytest.mark.parametrize("game", ODD)
def test_odd_ids_and_names_are_shown_and_escaped(empty_service, visit, game):
    name = "<script>alert(1)</script>"
    frame = {"game_id": [game, "other"], "date": [dt.date(2025, 7, 1), dt.date(2025, 6, 1)], "home": ["Hens", "Hens"]}
    empty_service.store.import_games(pl.DataFrame({**frame, "visitor": [name, "Kites"], "attendance": [None, 900]}))
    from gatecast.web.pages.game import address

    page = visit(empty_service).get(address(game))
    assert page.status_code == 200
    assert "Tue 1 July 2025" in page.text
    assert name not in page.text
    assert "No forecast yet" in page.text
    assert visit(empty_service).get(address(game) + "/what-if").status_code == 200


def test_a_game_whose_id_ends_as_a_page_does(empty_service, visit):
    frame = {
        "game_id": ["x/what-if", "y"],
        "date": [dt.date(2025, 7, 1), dt.date(2025, 6, 1)],
        "home": ["Hens", "Hens"],
    }
    empty_service.store.import_games(pl.DataFrame({**frame, "attendance": [None, 900]}))
    assert "Tue 1 July 2025" in visit(empty_service).get("/games/x/what-if").text


def test_what_drives_the_forecast_as_a_part_of_the_page(sample_club, visit, compiled_once):
    page = visit(sample_club).get(f"{NEXT}/reasons?gc_part=reasons", headers={"hx-request": "true"})
    assert page.status_code == 200
    assert "<html" not in page.text
    text = text_of(page)
    for words in (
        "The biggest reason is the weekday and start (Fri, 19:05, night).",
        "Promotion fireworks +",
        "Team form −",
        "Tickets sold 3,879 tickets +",
        " home games since ",
        "Computed from what was known at the end of Sun 8 June.",
        "Similar games",
    ):
        assert words in text, words
    drivers, changed = page.text.split('id="why-changed"')
    people, moved = (
        [int(words.replace("−", "-")) for words in re.findall(r'nowrap">([+−]\d+)</td>', part)]
        for part in (drivers, changed)
    )
    before, after = (int(words.replace(",", "")) for words in re.findall(r"<b>([\d,]+)</b>", page.text)[:2])
    assert len(people) > 5
    assert abs(sum(people) - (after - before)) < 60
    assert moved[-1] == -70
    assert abs(sum(moved[:-1]) - moved[-1]) < 20
    assert "now 3,879 tickets" in changed and "now Velmora" not in changed
    found = tags(page.text)
    assert len([tag for tag, _ in found if tag == "rect"]) == len(people)
    assert [a["href"] for tag, a in found if tag == "a" and a["href"].startswith("/games/QUI")]
    assert all("style" not in attributes for _, attributes in found)


def test_what_drives_the_forecast_as_a_page_of_its_own(sample_club, visit, compiled_once):
    page = visit(sample_club).get(f"{NEXT}/reasons")
    assert page.status_code == 200
    assert "<h1" in page.text
    assert f'href="{NEXT}"' in page.text
    part = visit(sample_club).get(f"{NEXT}/reasons?gc_part=reasons").text
    assert part.strip() in page.text
    ids = [attributes["id"] for _, attributes in tags(page.text) if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_what_drove_the_forecast_of_a_game_played(sample_club, visit, compiled_once):
    text = text_of(visit(sample_club).get(f"{PLAYED}/reasons"))
    assert "with the actual weather" in text
    assert "Starting pitchers" not in text
    american = visit(sample_club).get(f"{PLAYED}/reasons", headers={"accept-language": "en-US"})
    assert "1:35 pm" in text_of(american)


@pytest.mark.parametrize("game", ODD)
def test_where_nothing_can_be_told_it_says_why(empty_service, visit, game):
    from gatecast.web.pages.game import address

    frame = {"game_id": [game, "other"], "date": [dt.date(2025, 7, 1), dt.date(2025, 6, 1)], "home": ["Hens", "Hens"]}
    empty_service.store.import_games(pl.DataFrame({**frame, "attendance": [None, 900]}))
    page = visit(empty_service).get(address(game) + "/reasons")
    assert page.status_code == 200
    assert "Tue 1 July 2025" in page.text
    assert "there is no model yet" in page.text


def test_reasons_of_a_game_never_forecast(sample_club, visit):
    text = text_of(visit(sample_club).get("/games/QUI202204050/reasons?gc_part=reasons"))
    assert text == "No drivers to show: no forecast was issued before this game."


def test_reasons_of_no_game_and_a_game_called_so(empty_service, visit):
    frame = {"game_id": ["x/reasons", "y"], "date": [dt.date(2025, 7, 1), dt.date(2025, 6, 1)], "home": ["Hens"] * 2}
    empty_service.store.import_games(pl.DataFrame({**frame, "attendance": [None, 900]}))
    assert "Tue 1 July 2025" in visit(empty_service).get("/games/x/reasons").text
    assert visit(empty_service).get("/games/nowhere/reasons").status_code == 404


def test_an_undated_game_without_forecast_or_seats(empty_service, visit):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    page = visit(empty_service).get("/games/y")
    assert page.status_code == 200
    assert "No forecast yet" in page.text
    played = text_of(visit(empty_service).get("/games/x"))
    assert "500 attended" in played
    assert "No forecast was issued before this game" in played


def test_an_undated_game_with_forecasts(empty_service, visit):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    for lead, middle in (("2", 400.0), ("1", 460.0)):
        quantiles = {f"q{level:02d}": middle + level for level in (5, 10, 25, 50, 75, 90, 95)}
        row = {"game_id": "y", "lead": lead, "mean": middle + 50, **quantiles, "p_sellout": None}
        empty_service.store.record_forecast(pl.DataFrame([row]), "m")
    text = text_of(visit(empty_service).get("/games/y"))
    assert "510 expected" in text
    assert "60 more people expected than before" in text
    assert "seats (unknown)" in text


def test_a_change_since_the_forecast_is_told_with_a_way_to_forecast_anew(own_service, visit):
    game = {"game_id": ["QUI202506130"], "date": [dt.date(2025, 6, 13)], "home": ["Quillport Lanterns"]}
    own_service.store.import_games(pl.DataFrame({**game, "start_time": ["18:05"]}), columns=["start_time"])
    page = visit(own_service).get(NEXT)
    assert "start time 18:05 (previously 19:05)" in text_of(page)
    assert 'action="/jobs/forecast"' in page.text
