"""The data page: an upload is looked at, corrected and stored, and can be taken back."""

import re

import polars as pl
import pytest

from gatecast.games import columns as c

SHEET = """date,opponent,gate,temp (F),promo
2025-07-18,Velmora Kites,,75,fireworks
2025-07-19,Velmora Kites,,seventy,
2025-07-20,Velmora Kites,many,70,
2025-06-10,Oxbarrow Plowmen,3100,81,
"""


def send(visitor, text, name="schedule.csv"):
    answer = visitor.post("/data/uploads", files={"file": (name, text if isinstance(text, bytes) else text.encode())})
    return answer.headers.get("location", ""), answer


def fields(page):
    """What a browser would send of the form of an upload."""
    found = {}
    for select, options in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r"<option selected>([^<]*)</option>", options)
        found[select] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<input[^>]* name="([^"]*)" value="([^"]*)"', page))


def test_an_upload_is_corrected_and_stored(visit, own_service):
    visitor = visit(own_service)
    before = len(own_service.games())
    path, _ = send(visitor, SHEET)
    page = visitor.get(path).text
    assert "Rows with errors" in page
    assert len(own_service.games()) == before
    form = fields(page)
    cells = sorted(name for name in form if name.startswith("cell:"))
    assert cells == ["cell:3:temp (F)", "cell:4:gate"]
    assert visitor.post(path, data={**form, cells[0]: "70", cells[1]: "", "do": "check"}).headers["location"] == path
    page = visitor.get(path).text
    assert "Rows with errors" not in page
    assert len(own_service.games()) == before
    stored = visitor.post(path, data={**fields(page), "do": "import"})
    assert "3 added, 1 changed" in stored.text
    home = own_service.home_games("Quillport Lanterns").table
    assert len(own_service.games()) == before + 3
    assert home.filter(pl.col(c.GAME_ID) == "QUI202506100")[c.ATTENDANCE].item() == 3100
    assert home.filter(pl.col(c.DATE).cast(str) == "2025-07-18")[c.PROMOTION].item() == "fireworks"
    number = own_service.store.imports()["import_id"].max()
    assert visitor.post(f"/data/imports/{number}/undo").status_code == 303
    assert len(own_service.games()) == before
    assert visitor.get(path).status_code == 404


def test_the_good_rows_are_stored_and_the_others_told(visit, own_service):
    visitor = visit(own_service)
    path, _ = send(visitor, SHEET)
    stored = visitor.post(path, data={**fields(visitor.get(path).text), "do": "import"}).text
    assert "1 added, 1 changed" in stored
    assert "row 3, temp (F)" in stored
    assert "row 4, gate" in stored


def test_a_column_can_be_taken_out_and_another_taken_for_it(visit, own_service):
    visitor = visit(own_service)
    path, _ = send(visitor, "day,who,people\n2025-07-18,Velmora Kites,\n2025-06-10,Oxbarrow Plowmen,3100\n")
    form = fields(visitor.get(path).text)
    form |= {"column:date": "day", "column:visitor": "who", "column:attendance": "people"}
    visitor.post(path, data={**form, "do": "check"})
    page = visitor.get(path).text
    assert fields(page)["column:visitor"] == "who"
    visitor.post(path, data={**fields(page), "column:visitor": "", "do": "check"})
    page = visitor.get(path).text
    assert fields(page)["column:visitor"] == ""
    assert fields(page)["column:attendance"] == "people"


def test_what_is_thrown_away_is_gone(visit, own_service):
    visitor = visit(own_service)
    path, _ = send(visitor, SHEET)
    assert visitor.post(path, data={"do": "discard"}).headers["location"] == "/data"
    assert visitor.get(path).status_code == 404
    assert own_service.store.imports().height == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("games.exe", b"MZ", ".exe"),
        ("../../etc/passwd", b"root", "expected .csv"),
        ("games.csv", b"", "0 bytes"),
        ("games.xlsx", b"no workbook", "games.xlsx"),
        ("games.parquet", b"PAR1", "games.parquet"),
        ("<b>.csv", b"\xff\xfe\x00", "&lt;b&gt;.csv"),
        ("games.csv", b"a,a\n1,2\n", "twice"),
    ],
)
def test_what_is_no_table_is_refused_in_words(visit, own_service, name, content, told):
    _, answer = send(visit(own_service), content, name)
    assert answer.status_code == 422
    assert told in answer.text


def test_gates_of_games_and_tickets_sold_are_recognised(visit, own_service):
    visitor = visit(own_service)
    path, _ = send(visitor, "game_id,attendance\nQUI202506100,3100\nnone,5\n", "gates.csv")
    assert "A table of attendance by game" in visitor.get(path).text
    assert "0 added, 1 changed, 0 unchanged, 1 refused" in visitor.post(path, data={"do": "import"}).text
    path, _ = send(visitor, "game_id,as_of,tickets\nQUI202506100,2025-06-08,2500\n", "sold.csv")
    assert "A table of tickets sold" in visitor.get(path).text
    assert "1 added" in visitor.post(path, data={"do": "import"}).text


def test_gates_typed_by_hand(visit, own_service):
    visitor = visit(own_service)
    stored = visitor.post("/data/attendance", data={"attendance:QUI202506100": "3,100", "attendance:QUI202506110": ""})
    assert "1 changed" in stored.text
    assert own_service.upcoming("Quillport Lanterns").table[c.GAME_ID][0] == "QUI202506110"
    refused = visitor.post("/data/attendance", data={"attendance:QUI202506110": "lots"})
    assert refused.status_code == 422
    assert "lots" in refused.text
    assert visitor.post("/data/attendance", data={}).status_code == 422


def test_an_empty_service_takes_a_first_table(visit, empty_service):
    visitor = visit(empty_service)
    path, _ = send(visitor, "date,opponent,gate\n2019-05-01,Lakes,5000\n2019-05-02,Lakes,\n")
    page = visitor.get(path).text
    stored = visitor.post(path, data={**fields(page), "home": "Riverton", "do": "import"})
    assert "2 added" in stored.text
    assert "The first forecast takes a few seconds." in stored.text
    assert empty_service.clubs() == ["Riverton"]


def test_gates_are_asked_for_of_past_games_and_the_next_one(visit, own_service):
    asked = re.findall(r'name="attendance:([^"]*)"', visit(own_service).get("/data").text)
    assert asked == ["QUI202506100"]
