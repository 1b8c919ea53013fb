"""The track record as a page."""

import re

CLUB = "Quillport Lanterns"


def test_the_record_in_plain_sight(visit, sample_club):
    page = visit(sample_club).get("/track")
    assert page.status_code == 200
    for words in ("Game by game", "Scores", "Attendance over forecast", "What plans cost"):
        assert words in page.text
    assert len(re.findall(r"<svg", page.text)) >= 1
    # One message: a run to one side, and not beside it that chance explains the errors.
    assert "games all came in below their forecasts: too few to call it drift" in page.text
    assert "No drift" not in page.text


def test_a_season_can_be_chosen(visit, sample_club):
    visitor = visit(sample_club)
    assert visitor.get("/track?season=2024").text != visitor.get("/track?season=2025").text
    assert visitor.get("/track?season=1950").status_code == 200


def test_the_costs_come_as_a_part_of_their_own(visit, sample_club):
    visitor = visit(sample_club)
    asked = re.search(r'hx-get="(/track[^"]*)"', visitor.get("/track").text)[1].replace("&amp;", "&")
    part = visitor.get(asked, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "hindsight" in part.text.lower()
    assert "<html" in visitor.get(asked).text


def test_nothing_yet(visit, empty_service):
    assert visit(empty_service).get("/track").status_code == 200
