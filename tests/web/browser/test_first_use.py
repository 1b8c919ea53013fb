"""From an empty folder to a plan in at most seven clicks."""

import datetime as dt
import io
import random

import openpyxl
import pytest

from ..serving import server_of
from .conftest import opened
from .test_account import assert_no_rule_is_broken

MOST_CLICKS = 7


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of this test's own, in an empty folder."""
    with server_of(tmp_path_factory.mktemp("empty")) as server:
        yield server


def filled_in(template, path):
    """The template with a season of past games and a homestand to come."""
    book, chance = openpyxl.load_workbook(io.BytesIO(template.read_bytes())), random.Random(1)
    for days in [*range(-90, -2), *range(3, 7)]:
        date = dt.date.today() + dt.timedelta(days=days)
        people = 3000 + 900 * (date.weekday() > 3) + chance.randrange(600)
        book["Games"].append([date, dt.time(19, 5), "Rivertown", None, 6000, people if days < 0 else None])
    book.save(path)
    return path


def test_from_an_empty_folder_to_a_plan(served, chromium, tmp_path):
    clicks = 0

    def click(place):
        nonlocal clicks
        clicks += 1
        place.click()

    for tab in opened(chromium, served, {"width": 1280, "height": 900}, bypass_csp=True):
        tab.goto("/")
        assert_no_rule_is_broken(tab)
        with tab.expect_download() as begun:
            click(tab.get_by_role("link", name="Download a workbook"))
        games = filled_in(begun.value.path(), tmp_path / "games.xlsx")
        clicks += 1
        tab.set_input_files("input[type=file]", games)
        tab.wait_for_url("**/data/uploads/*")
        tab.get_by_label("Home club of every game").fill("Mill Town Owls")
        click(tab.get_by_role("button", name="Import", exact=True))
        click(tab.get_by_role("button", name="Update forecast").first)
        plan = tab.get_by_role("link", name="See the plan")
        plan.wait_for(timeout=120_000)
        click(plan)
        assert "4 upcoming games" in tab.locator("main").inner_text()
        assert "people to hire" in tab.locator("main").inner_text()
    assert clicks <= MOST_CLICKS
