"""Cells that strangers send: shown as text wherever they come out, and run by nothing."""

import csv
import io
import json
import re
from datetime import date, timedelta
from urllib.parse import quote, urlencode

import icalendar
import openpyxl
import polars as pl
import pytest

from gatecast.files import NUMBER
from gatecast.games import ALWAYS, Column, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.operations.toml import operations_text, parse_operations
from gatecast.service.operations_form import added
from gatecast.suggestions import tidy_name
from gatecast.web.front import build

from ...service.filled import opened
from .hostile_cells import CELLS
from .raw_requests import ask, sent_file
from .shown import assert_nothing_runs, assert_shown

CLUB, FIRST = "Riverton", date(2025, 6, 10)
STAND_GAMES, PAUSE_DAYS = 20, 4
ENDINGS = ("", ".csv", ".xlsx", ".ics")
ROLE = {"staff..people_per_shift": "500", "staff..cost": "90", "staff..shortage_cost": "300"}
GAME_COLUMNS = {c.GAME_ID: pl.String, c.DATE: pl.Date, c.HOME: pl.String}
SPONSOR = Column("sponsor", pl.String, Role.CATEGORY, ALWAYS)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
DANGEROUS = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("cells")) as service:
        yield service


@pytest.fixture(scope="module")
def app(service):
    return build(service)


@pytest.fixture(scope="module")
def filled(app, service):
    """Every cell as an opponent, a promotion and a value of an own column of a game, in homestands of twenty games.

    A NUL is no text, so the file would be refused as a whole.
    """
    service.store.import_games(pl.DataFrame(schema=GAME_COLUMNS), [SPONSOR])
    service.save_operations(operations(service))
    cells = [cell for cell in CELLS if "\x00" not in cell]
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(["date", "home", "opponent", "promo", SPONSOR.name, "gate"])
    for place, cell in enumerate(cells):
        writer.writerow([day_of(place), CLUB, cell, cell, cell, ""])
    writer.writerow([day_of(len(cells) + STAND_GAMES), CLUB, "Lakes", "", "", ""])
    place = sent_file(app, "season.csv", table.getvalue().encode(errors="replace")).headers["location"]
    looked = ask(app, place)
    assert looked.status == 200
    assert_nothing_runs(looked)
    stored = ask(app, place, "POST", b"do=import", content_type=FORM)
    assert stored.status == 200
    assert_nothing_runs(stored)
    record(service)
    return service


def day_of(place: int) -> str:
    """The day of a game by its place; the days between homestands are left out."""
    return (FIRST + timedelta(days=place + place // STAND_GAMES * PAUSE_DAYS)).isoformat()


def operations(service, staff=1):
    """Operations of few decisions, which are soon made."""
    usual = service.operations()
    return usual.replace(staff=usual.staff[:staff], stock=usual.stock[:1], transport=usual.transport[:1])


def record(service):
    """A forecast for every game to come."""
    coming = service.upcoming(CLUB).table
    forecast = coming.select(
        c.GAME_ID,
        pl.lit("1").alias(LEAD),
        (pl.col(c.DATE) - pl.duration(days=1)).alias(AS_OF),
        pl.lit(3000.0).alias(MEAN),
        *(pl.lit(2000.0 + 200 * place).alias(name) for place, name in enumerate(QUANTILE_COLUMNS)),
        pl.lit(0.1).alias(P_SELLOUT),
    )
    service.store.record_forecast(forecast, "of no model")


@pytest.fixture(scope="module")
def plans(app, filled):
    """The plan of every homestand by what it can be had as; that of the last one for roles that are cells."""
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


def hire_cells(app, service):
    """Every cell as the name of a role, if it can be one; the page tells why it cannot."""
    made = service.operations()
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
    assert sent_file(app, "operations.toml", file, "/settings/upload").status == 303


def test_most_cells_are_taken_as_text(plans, filled):
    """Else the tests below would show little."""
    table = filled.home_games(CLUB).table
    assert len(set(table[c.VISITOR]) & {tidy_name(cell) for cell in CELLS}) >= 80
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


def test_settings_are_what_was_sent_file(app, plans, filled):
    page, file = ask(app, "/settings"), ask(app, "/settings/operations.toml")
    assert parse_operations(file.body) == filled.operations()
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
def test_a_cell_as_a_header_is_text(app, service, cell):
    header = '"' + cell.replace('"', '""') + '"'
    text = f"date,opponent,{header},gate\n2025-06-10,Lakes,{header},\n2025-06-11,Lakes,{header},\n"
    answer = sent_file(app, "june.csv", text.encode(errors="replace"))
    assert answer.status in (303, 422)
    if answer.status == 303:
        answer = ask(app, answer.headers["location"])
        assert answer.status == 200
    assert_nothing_runs(answer)
