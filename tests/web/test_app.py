"""The application as a whole: what every answer has, and what it says when something is amiss."""

import re

import pytest

from gatecast.web.pages import ROUTERS
from gatecast.web.render import NAVIGATION

CLUB = "Quillport Lanterns"


@pytest.fixture(scope="module")
def visitor(sample_club):
    from gatecast.web.front import build

    from ..web.conftest import Visitor

    return Visitor(build(sample_club))


@pytest.mark.parametrize(("name", "path"), NAVIGATION)
def test_every_page_of_the_navigation_is_there(visitor, name, path):
    page = visitor.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert f'<a href="{path}" aria-current="page">{name}</a>' in page.text
    assert page.text.count("<h1>") == 1


def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(visitor):
    for _, path in NAVIGATION:
        page = visitor.get(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\ssrc=)", page.text)
        assert not re.search(r"\s(?:style|on\w+)=", page.text)
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text)


def test_a_page_that_is_not_there(visitor):
    page = visitor.get("/nowhere")
    assert page.status_code == 404
    assert "<h1>Not found</h1>" in page.text
    problem = visitor.get("/api/v1/nowhere")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


def test_an_empty_service_says_where_to_begin(visit, empty_service):
    page = visit(empty_service).get("/")
    assert page.status_code == 200
    assert 'href="/data"' in page.text


def test_preferences_are_kept_and_lead_back_to_own_pages_only(visit, sample_club):
    visitor = visit(sample_club)
    answer = visitor.post("/preferences", data={"units": "imperial", "theme": "dark", "back": "/?season=2024"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?season=2024")
    page = visitor.get("/")
    assert 'data-theme="dark"' in page.text
    assert "6:35 pm" in page.text
    for elsewhere in ("https://example.com", "//example.com", "/\\example.com", "javascript:1", "", "/a\nb"):
        assert visitor.post("/preferences", data={"back": elsewhere}).headers["location"] == "/"


def test_another_club_can_be_chosen(visit, own_service):
    visitor = visit(own_service)
    assert f"<h1>{CLUB}, 2025</h1>" in visitor.get("/").text
    assert visitor.post("/club", data={"club": "Velmora Kites"}).status_code == 303
    assert "<h1>Velmora Kites, 2025</h1>" in visitor.get("/").text
    refused = visitor.post("/club", data={"club": "<b>Nobody</b>"})
    assert refused.status_code == 422
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in refused.text


def test_the_calendar_of_another_club_and_season(visit, sample_club):
    page = visit(sample_club).get("/", params={"club": "Tamsel Ridge Comets", "season": "2023"})
    assert "<h1>Tamsel Ridge Comets, 2023</h1>" in page.text
    assert page.text.count('class="day ') > 50
    assert visit(sample_club).get("/", params={"season": "many"}).status_code == 422


def test_a_second_request_is_answered_from_what_was_rendered(visit, sample_club):
    visitor = visit(sample_club)
    first = visitor.get("/")
    assert visitor.get("/", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_health(visit, sample_club):
    assert visit(sample_club).get("/healthz").text == "ok"


def test_every_router_is_one_of_the_application(visit, sample_club):
    assert len(ROUTERS) == len(set(map(id, ROUTERS)))
