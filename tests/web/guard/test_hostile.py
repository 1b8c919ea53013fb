"""More than two hundred things that strangers send: nothing is read, written or run by them, and nothing breaks."""

import csv
import io
import json
import os
import re
import socket
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx
import icalendar
import openpyxl
import polars as pl
import pytest

from gatecast.desk.operations_file import operations_of, operations_text
from gatecast.desk.operations_form import added
from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.files import NUMBER
from gatecast.games import ALWAYS, Column, Role
from gatecast.games import columns as c
from gatecast.web.app import build

from ...desk.filled import opened
from .asking import ask
from .hostile import CELLS, NAMES, PATHS, PRODUCT, RAW_PATHS

SECRET = "nobody may read this line"
CLUB, FIRST = "Riverton", date(2025, 6, 10)
STAND_GAMES, PAUSE_DAYS = 20, 4
ENDINGS = ("", ".csv", ".xlsx", ".ics")
ROLE = {"staff..people_per_shift": "500", "staff..cost": "90", "staff..shortage_cost": "300"}
GAME_COLUMNS = {c.GAME_ID: pl.String, c.DATE: pl.Date, c.HOME: pl.String}
SPONSOR = Column("sponsor", pl.String, Role.CATEGORY, ALWAYS)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
BOUNDARY = "hostile-boundary"
CHUNK = 65536
SHEET = b"date,opponent,gate\n2025-06-10,Lakes,\n"
NOT_OURS = {"iframe", "object", "embed", "base", "img", "style", "x", "math", "foreignobject", "textarea"}
DANGEROUS = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a desk in it, and secrets beside and above the desk."""
    top = tmp_path_factory.mktemp("hostile")
    desk = top / "house" / "desk"
    desk.mkdir(parents=True)
    (top / "house" / "temporary").mkdir()
    for folder in (top, top / "house", desk):
        (folder / "secret.txt").write_text(SECRET)
    return top / "house"


@pytest.fixture(scope="module", autouse=True)
def nowhere_else(house):
    """The working folder and the one for temporary files lie where what is written is seen."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(house)
        patched.setattr(tempfile, "tempdir", str(house / "temporary"))
        yield


@pytest.fixture(scope="module")
def desk(house):
    with opened(house / "desk") as desk:
        yield desk


@pytest.fixture(scope="module")
def app(desk):
    return build(desk)


@pytest.fixture
def outside(house):
    """Fails the test if anything outside of the database was written or taken away."""
    before = files(house.parent)
    yield
    assert files(house.parent) == before


def files(top: Path) -> dict[str, bytes]:
    """Every file below a folder with what is in it, except the database."""
    return {
        str(path.relative_to(top)): path.read_bytes() if path.is_file() else b""
        for path in sorted(top.rglob("*"))
        if not path.name.startswith("gatecast.db")
    }


def test_there_are_more_than_two_hundred():
    assert len({*PATHS}) + len({*NAMES}) + len({*CELLS}) >= 200
    for kind in (PATHS, NAMES, CELLS, RAW_PATHS):
        assert len(set(kind)) == len(kind) >= 10


# Addresses


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("kind", ["absolute", "from the files of the package", "beside the desk"])
def test_no_address_leads_out(house, app, kind):
    static = str(resources.files("gatecast.web") / "static")
    secret = {
        "absolute": str(house / "secret.txt").lstrip("/"),
        "from the files of the package": os.path.relpath(house / "secret.txt", static),
        "beside the desk": "secret.txt",
    }[kind]
    for path in PATHS:
        target = path.replace("{secret}", secret)
        for method in ("GET", "POST"):
            answer = ask(app, target, method)
            assert answer.status < 500, target
            assert SECRET not in answer.text, target
            assert b"from __future__" not in answer.body, target
            assert "content-security-policy" in answer.headers, target
            if answer.status == 200:
                assert_nothing_runs(answer)


def test_signs_that_no_address_may_hold_break_nothing(served):
    """As bytes on a real connection: they are refused, or the connection is closed."""
    place = urlsplit(served.address)
    for target in RAW_PATHS:
        with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
            head = b"GET " + target + b" HTTP/1.1\r\nHost: " + place.netloc.encode() + b"\r\nConnection: close\r\n\r\n"
            connection.sendall(head)
            heard = connection.recv(CHUNK)
        assert not heard.startswith(b"HTTP/1.1 5"), target
        assert b"from __future__" not in heard
    assert httpx.get(f"{served.address}/healthz").text == "ok"


# Names of files


def sent(app, name: str, content: bytes = SHEET, to: str = "/data/uploads"):
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return ask(app, to, "POST", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_name_of_a_file_is_a_place(house, app, desk, name):
    answer = sent(app, name.replace("{secret}", str(house / "secret.txt").lstrip("/")))
    assert answer.status in (303, 400, 422)
    if answer.status == 303:
        assert re.fullmatch(r"/data/uploads/[\w-]{16}", answer.headers["location"])
        answer = ask(app, answer.headers["location"])
        assert answer.status == 200
    assert_nothing_runs(answer)
    assert "x-hostile" not in answer.headers
    assert SECRET not in answer.text


@pytest.mark.usefixtures("outside")
def test_the_name_of_a_field_is_no_place_either(app):
    for name in NAMES[::3]:
        body = (
            f"{quote('cell:1:' + name)}=x&{quote('column:' + name)}={quote(name)}&do={quote(name)}&home={quote(name)}"
        )
        for place in (sent(app, "june.csv").headers["location"], "/data/gates", "/settings/change", "/plan/keep"):
            answer = ask(app, place, "POST", body.encode(), content_type=FORM)
            assert answer.status < 500
            if answer.headers["content-type"].startswith("text/html"):
                assert_nothing_runs(answer)


# Cells


@pytest.fixture(scope="module")
def filled(app, desk):
    """Every cell as an opponent, a promotion and a value of an own column of a game, in home stands of twenty games.

    A NUL is no text, so the file would be refused as a whole.
    """
    desk.store.import_games(pl.DataFrame(schema=GAME_COLUMNS), [SPONSOR])
    desk.save_operations(operations(desk))
    cells = [cell for cell in CELLS if "\x00" not in cell]
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(["date", "home", "opponent", "promo", SPONSOR.name, "gate"])
    for place, cell in enumerate(cells):
        writer.writerow([day_of(place), CLUB, cell, cell, cell, ""])
    writer.writerow([day_of(len(cells) + STAND_GAMES), CLUB, "Lakes", "", "", ""])
    place = sent(app, "season.csv", table.getvalue().encode(errors="replace")).headers["location"]
    looked = ask(app, place)
    assert looked.status == 200
    assert_nothing_runs(looked)
    stored = ask(app, place, "POST", b"do=import", content_type=FORM)
    assert stored.status == 200
    assert_nothing_runs(stored)
    record(desk)
    return desk


def day_of(place: int) -> str:
    """The day of a game by its place; the days between home stands are left out."""
    return (FIRST + timedelta(days=place + place // STAND_GAMES * PAUSE_DAYS)).isoformat()


def operations(desk, staff=1):
    """Operations of few decisions, which are soon made."""
    usual = desk.operations()
    return replace(usual, staff=usual.staff[:staff], stock=usual.stock[:1], transport=usual.transport[:1])


def record(desk):
    """A forecast for every game to come."""
    coming = desk.coming(CLUB).table
    forecast = coming.select(
        c.GAME_ID,
        pl.lit("1").alias(LEAD),
        (pl.col(c.DATE) - pl.duration(days=1)).alias(AS_OF),
        pl.lit(3000.0).alias(MEAN),
        *(pl.lit(2000.0 + 200 * place).alias(name) for place, name in enumerate(QUANTILE_COLUMNS)),
        pl.lit(0.1).alias(P_SELLOUT),
    )
    desk.store.record_forecast(forecast, "of no model")


@pytest.fixture(scope="module")
def plans(app, filled):
    """The plan of every home stand by what it can be had as; that of the last one for roles that are cells."""
    count = len(CELLS) // STAND_GAMES + 1
    found = {ending: [planned(app, ending, stand + 1) for stand in range(count)] for ending in ENDINGS}
    hire_cells(app, filled)
    for ending in ENDINGS:
        found[ending].append(planned(app, ending, count + 1))
    return found


def planned(app, ending: str, stand: int):
    answer = ask(app, f"/plan{ending}?season={FIRST.year}&stand={stand}")
    assert answer.status == 200
    return answer


def hire_cells(app, desk):
    """Every cell as the name of a role, if it can be one; the page tells why it cannot."""
    made = desk.operations()
    for cell in CELLS:
        typed = {"staff..name": cell.encode(errors="replace").decode(), **ROLE}
        found = added(made, "staff", typed).operations
        if found is None:
            refused = ask(
                app, "/settings/add", "POST", urlencode({"group": "staff", **typed}).encode(), content_type=FORM
            )
            assert refused.status in (303, 422)
            assert_nothing_runs(refused)
        made = found or made
    file = operations_text(made).encode()
    assert sent(app, "operations.toml", file, "/settings/upload").status == 303


def test_most_cells_are_taken_as_text(plans, filled):
    """Else the tests below would show little."""
    table = filled.home_games(CLUB).table
    assert len(set(table[c.VISITOR]) & set(CELLS)) >= 80
    assert len(set(table[SPONSOR.name]) & set(CELLS)) >= 80
    assert len(filled.operations().staff) >= 60


def test_pages_show_cells_as_text(app, filled):
    table = filled.home_games(CLUB).table
    for target in ("/", "/data", "/track", "/settings", "/account"):
        answer = ask(app, target)
        assert answer.status == 200
        assert_nothing_runs(answer)
    for row in table.iter_rows(named=True):
        place = f"/games/{quote(row[c.GAME_ID], safe='')}"
        for target in (place, f"{place}/what-if", f"{place}/reasons"):
            answer = ask(app, target)
            assert answer.status == 200
            assert_nothing_runs(answer)
            assert_shown(answer, row[c.VISITOR] or "")


def test_plans_show_cells_as_text(plans):
    for answer in plans[""]:
        assert_nothing_runs(answer)


def test_settings_are_what_was_sent(app, plans, filled):
    page, file = ask(app, "/settings"), ask(app, "/settings/operations.toml")
    assert operations_of(file.body) == filled.operations()
    assert_nothing_runs(page)
    assert_shown(page, *(role.name for role in filled.operations().staff))


def test_no_cell_of_a_csv_file_begins_a_formula(plans):
    cells = [cell for file in plans[".csv"] for row in csv.reader(io.StringIO(file.text)) for cell in row]
    assert len(cells) > 1000
    assert [cell for cell in cells if cell.startswith(DANGEROUS) and not re.match(NUMBER, cell)] == []
    assert any("cmd|" in cell for cell in cells)


def test_no_cell_of_a_workbook_is_a_formula(plans):
    kinds, texts = set(), []
    for file in plans[".xlsx"]:
        for sheet in openpyxl.load_workbook(io.BytesIO(file.body)):
            for row in sheet.iter_rows():
                for cell in row:
                    kinds.add(cell.data_type)
                    texts += [cell.value] if isinstance(cell.value, str) else []
                    assert cell.hyperlink is None
    assert "s" in kinds
    assert "f" not in kinds
    assert any("cmd|" in text for text in texts)


def test_no_cell_begins_a_line_of_a_calendar(plans):
    for file in plans[".ics"]:
        calendar = icalendar.Calendar.from_ical(file.body)
        assert {part.name for part in calendar.walk()} == {"VCALENDAR", "VEVENT"}
        assert not re.search(rb"(?:^|[\r\n])(?:ATTACH|Set-Cookie)", file.body)
        assert all(len(line) <= 75 for line in file.body.split(b"\r\n"))


def test_what_looks_like_sql_is_text(plans, filled):
    assert len(filled.games()) >= len(CELLS) - 20
    assert filled.store.imports().height >= 1
    assert filled.store.setting("operations") is not None


@pytest.mark.parametrize("cell", CELLS, ids=range(len(CELLS)))
def test_a_cell_of_the_api_is_text(app, filled, cell):
    """As the id of a game, which stands in addresses, and in every column that takes text."""
    row = {c.GAME_ID: cell, c.DATE: "2031-06-10", c.HOME: CLUB, c.VISITOR: cell, c.PROMOTION: cell, c.VENUE: cell}
    answer = ask(app, "/api/v1/games", "POST", json.dumps([row]).encode(), content_type=JSON)
    assert answer.status in (200, 422)
    assert answer.headers["content-type"].startswith(("application/json", "application/problem+json"))
    shown = ask(app, f"/games/{quote(row[c.GAME_ID].encode(errors='replace'), safe='')}")
    assert shown.status in (200, 400, 404, 414)
    assert_nothing_runs(shown)


@pytest.mark.parametrize("cell", CELLS, ids=range(len(CELLS)))
def test_a_cell_as_a_header_is_text(app, desk, cell):
    header = '"' + cell.replace('"', '""') + '"'
    text = f"date,opponent,{header},gate\n2025-06-10,Lakes,{header},\n2025-06-11,Lakes,{header},\n"
    answer = sent(app, "june.csv", text.encode(errors="replace"))
    assert answer.status in (303, 422)
    if answer.status == 303:
        answer = ask(app, answer.headers["location"])
        assert answer.status == 200
    assert_nothing_runs(answer)


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.wrong, self.words = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name.startswith(("on", "data-hx")) or name in ("style", "srcdoc"):
                self.wrong.append((tag, name))
            if name in ("href", "src", "action", "formaction") and not re.match(
                r"/(?!/)|#|\?|$|[A-Za-z%0-9_.-]*$", value or ""
            ):
                self.wrong.append((tag, name, value))
            self.words.append(value or "")

    def handle_data(self, data):
        self.words.append(data)


def assert_nothing_runs(answer):
    """A page has our scripts, our elements and our addresses, and whatever a cell says is text in it."""
    if not answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.status in (303, 307) or not answer.text.lstrip().startswith("<")
        assert answer.headers["x-content-type-options"] == "nosniff"
        return
    page = Page()
    page.feed(answer.text)
    assert page.wrong == []
    assert NOT_OURS.isdisjoint(page.tags)
    assert page.tags.count("script") <= 2
    assert page.tags.count("meta") <= 4
    assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", answer.text)
    assert PRODUCT not in answer.text


def assert_shown(answer, *texts: str):
    """A page holds texts, escaped."""
    page = Page()
    page.feed(answer.text)
    words = "\n".join(" ".join(each.split()) for each in page.words).casefold()
    for text in texts:
        assert " ".join(text.split()).casefold() in words
        assert text not in answer.text or not set("<>") & set(text)
