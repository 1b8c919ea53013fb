"""Every page in a browser: it is there soon, holds to the rules of accessibility, fits a phone, and is light."""

import functools
import gzip
from dataclasses import dataclass

import pytest

from .conftest import DESKTOP, PHONE, opened

PATHS = [
    "/",
    "/games",
    "/plan",
    "/track",
    "/track/plans",
    "/data",
    "/backups",
    "/jobs",
    "/settings",
    "/account",
    "/games/{game}",
    "/games/{game}/reasons",
    "/games/{game}/what-if",
    "/games/{game}/what-if?precipitation=rain",
    "/games/{game}/edit",
    "/games/{game}/by-hand",
    "/api/v1/docs",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LARGEST_PAGE = 200_000
CHARTED = ["/track", "/games/{game}"]
SMALLEST_LABEL = 11
LABEL_SIZES = """[...document.querySelectorAll("svg.chart text")].map(
    (label) => parseFloat(getComputedStyle(label).fontSize) * label.getScreenCTM().a)"""


@pytest.fixture(scope="module")
def game(served, chromium):
    """The id of the first game to come, as the calendar links it."""
    tab = chromium.new_page(base_url=served.address)
    tab.goto("/")
    link = tab.locator("ol.games a").first.get_attribute("href")
    tab.close()
    return link.removeprefix("/games/")


def test_the_calendar_is_there_soon(served, tab):
    tab.goto("/")
    assert tab.get_by_role("heading", level=1).inner_text() == "Quillport Lanterns, 2025"
    assert served.seconds < 30


@dataclass(frozen=True)
class Visit:
    """What a browser found on a page: rules broken, the width that its content takes, bytes sent, and the sizes of the
    labels of its charts in pixels of the screen."""

    broken: list[tuple[str, list[str]]]
    width: int
    weight: int
    labels: list[float]


@pytest.fixture(scope="module")
def visit(served, chromium, game):
    """Visits a page on a screen, once for all tests: each visit waits until the page asks for nothing more."""
    from axe_playwright_python.sync_playwright import Axe

    @functools.cache
    def visited(path: str, width: int, height: int) -> Visit:
        # Contrast is the same at every width: one width for each of the two colour schemes.
        colours = "light" if width > 1000 else "dark"
        size, sizes = {"width": width, "height": height}, []
        for tab in opened(chromium, served, size, color_scheme=colours, bypass_csp=True):
            tab.on("response", lambda answer: sizes.append(len(gzip.compress(answer.body())) if answer.ok else 0))
            tab.goto(path.format(game=game), wait_until="networkidle")
            taken, weight = tab.evaluate("document.documentElement.scrollWidth"), sum(sizes)
            labels = tab.evaluate(LABEL_SIZES)
            found = Axe().run(tab, options={"runOnly": RULES}).response["violations"]
        broken = [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]
        return Visit(broken, taken, weight, labels)

    return lambda path, size: visited(path, **size)


@pytest.mark.parametrize("path", PATHS)
def test_no_rule_of_accessibility_is_broken(visit, size, path):
    assert visit(path, size).broken == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_phone(visit, path):
    assert visit(path, PHONE).width <= PHONE["width"]


@pytest.mark.parametrize("path", CHARTED)
def test_labels_of_charts_are_read_on_a_phone(visit, path):
    assert min(visit(path, PHONE).labels) >= SMALLEST_LABEL


def test_a_bar_and_a_point_say_what_they_are_when_tapped(served, chromium, game):
    for tab in opened(chromium, served, PHONE, has_touch=True):
        for path, mark in (("/", "svg.range"), ("/track", ".season-chart .attended"), (f"/games/{game}", ".middle")):
            tab.goto(path)
            tab.locator(mark).first.dispatch_event("click", {"bubbles": True})
            assert "expected" in tab.locator(".tip").inner_text()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_light(visit, path):
    assert visit(path, DESKTOP).weight < LARGEST_PAGE


def test_pages_work_without_scripts(served, chromium, game):
    for tab in opened(chromium, served, DESKTOP, java_script_enabled=False):
        for path in PATHS:
            answer = tab.goto(path.format(game=game))
            assert answer.status == 200
            assert tab.locator("h1").count() == 1


def test_a_table_that_goes_on_says_so_until_it_is_moved(served, chromium):
    for tab in opened(chromium, served, PHONE, has_touch=True):
        tab.goto("/plan")
        hints = tab.get_by_text("Swipe for more").locator("visible=true")
        hints.first.wait_for()
        shown = hints.count()
        tab.locator("p.swipe:not([hidden]) + .wider").first.evaluate("table => { table.scrollLeft = 60 }")
        tab.wait_for_function(f"document.querySelectorAll('p.swipe:not([hidden])').length === {shown - 1}")
        tab.set_viewport_size({"width": 2400, "height": 900})
        tab.wait_for_function("!document.querySelector('p.swipe:not([hidden])')")
