"""A manager's day in a browser: a game is rained out and made up, figures are set by hand, what is old says so."""

import re

import pytest

from ..serving import demo_server
from .conftest import opened
from .test_account import assert_no_rule_is_broken

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WAGE = "staff.ushers.cost"
STALE = "The forecast is out of date."


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of these tests' own, as they change what is stored."""
    with demo_server(tmp_path_factory.mktemp("day")) as server:
        yield server


def send(tab, path, form=None, **more):
    """A change sent as the browser sends one, without its page."""
    answer = tab.request.post(path, form=form or {}, headers={"sec-fetch-site": "same-origin"}, max_redirects=0, **more)
    assert answer.status in (200, 303), answer.text()[:500]


def first_games(tab, count=4):
    """The addresses of the next games."""
    tab.goto("/")
    return [link.get_attribute("href") for link in tab.locator("ol.games a.who").all()[:count]]


def said(tab, path="/"):
    """What a page says."""
    tab.goto(path)
    return tab.locator("main").inner_text()


def undo_last(tab, game):
    tab.goto(f"{game}/edit")
    tab.locator("section[aria-labelledby=history]").get_by_role("button", name="Undo").first.click()
    tab.get_by_text("Undone.").wait_for()


def test_a_game_is_postponed_made_up_forecast_and_planned_again_and_undone(served, chromium):
    for tab in opened(chromium, served, DESKTOP, bypass_csp=True):
        game, _, _, other = first_games(tab)
        tab.goto(game)
        before = tab.get_by_role("heading", level=1).inner_text()
        tab.get_by_role("link", name="Change game").click()
        tab.get_by_role("button", name="Postpone, new day unknown").click()
        tab.get_by_role("heading", name="This game is postponed").wait_for()
        assert_no_rule_is_broken(tab)
        tab.goto("/")
        assert tab.locator("section[aria-labelledby=aside] a").get_attribute("href") == game
        tab.goto(f"{game}/edit")
        tab.get_by_label("Or play it as a doubleheader with").select_option(other.removeprefix("/games/"))
        tab.get_by_role("button", name="Move the game").click()
        tab.get_by_text("The game is moved.").wait_for()
        moved = tab.get_by_role("heading", level=1).inner_text()
        assert moved != before and "game" in moved
        tab.goto("/")
        assert STALE in tab.locator("main").inner_text()
        tab.get_by_role("button", name="Update forecast").first.click()
        tab.get_by_text("Done").wait_for(timeout=120_000)
        tab.goto("/plan")
        assert STALE not in tab.locator("main").inner_text()
        day = re.match(r"\w+ \d+ \w+", moved)[0]
        games = tab.locator("section[aria-labelledby=games] tbody th").all_inner_texts()
        assert sum(text.startswith(day) for text in games) == 2
        undo_last(tab, game)
        undo_last(tab, game)
        assert tab.get_by_role("heading", level=1).inner_text() == before
        tab.goto("/plan")
        assert STALE in tab.locator("main").inner_text()
        games = tab.locator("section[aria-labelledby=games] tbody th").all_inner_texts()
        assert sum(text.startswith(day) for text in games) == 1


def test_each_kind_of_change_is_marked_and_an_undone_one_is_not(served, chromium):
    for tab in opened(chromium, served, DESKTOP):
        game, other, *_ = first_games(tab)
        send(tab, "/jobs/forecast")
        tab.goto("/jobs")
        tab.locator("#jobs-list a").first.click()
        tab.get_by_text("Done").wait_for(timeout=120_000)
        assert "out of date" not in said(tab, "/plan") + said(tab)
        tab.get_by_role("link", name="Plan this homestand").click()
        tab.get_by_role("button", name="Issue plan").click()
        tab.get_by_text("Last issued").wait_for()
        tab.goto(f"{game}/edit")
        tab.get_by_label("Promotion").fill("fireworks")
        tab.get_by_role("button", name="Save changes").click()
        tab.get_by_text("Saved.").wait_for()
        for path in ("/", "/plan", f"{game}/edit"):
            assert "details of 1 game" in said(tab, path), path
        assert "Changed since this forecast: promotion fireworks" in said(tab, game)
        undo_last(tab, game)
        assert "out of date" not in said(tab, "/plan") + said(tab)
        tab.goto(f"{other}/edit")
        tab.get_by_label("Temperature").fill("35")
        tab.get_by_role("button", name="Save changes").click()
        tab.get_by_text("Saved.").wait_for()
        assert "weather of 1 game" in said(tab)
        row = f"game_id,as_of,tickets\n{game.removeprefix('/games/')},2025-06-08,4000\n"
        tab.goto("/data")
        file = {"name": "tickets.csv", "mimeType": "text/csv", "buffer": row.encode()}
        tab.set_input_files("input[type=file]", file)
        tab.get_by_role("button", name="Preview").click()
        tab.get_by_role("button", name="Import", exact=True).click()
        assert "Next: update the forecast" in tab.locator("#message").inner_text()
        assert "tickets sold of 1 game" in said(tab)
        tab.goto("/settings")
        tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        save_wage(tab, "141")
        assert "The issued plan is out of date. Changed since it was issued: settings." in said(tab)
        assert "out of date Changed since it was issued: settings" in " ".join(said(tab, "/plan").split())


def save_wage(tab, wage):
    tab.locator(f'input[name="{WAGE}"]').fill(wage)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Save all settings").click()


def test_two_tabs_that_change_one_setting_or_one_game_are_told(served, chromium):
    for one in opened(chromium, served, DESKTOP):
        two = one.context.new_page()
        for tab in (one, two):
            # An address of its own: pages asked for before may be a moment old.
            tab.goto("/settings?two-tabs")
            tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        save_wage(one, "151")
        save_wage(two, "152")
        answer = two.locator("main").inner_text()
        assert "somebody else" in answer and "151" in answer
        game = first_games(one)[2]
        for tab in (one, two):
            tab.goto(f"{game}/edit")
        for tab, promotion in ((one, "fireworks"), (two, "bobblehead")):
            tab.get_by_label("Promotion").fill(promotion)
            tab.get_by_role("button", name="Save changes").click()
        two.get_by_text("stored now: fireworks").wait_for()
        assert two.get_by_label("Promotion").input_value() == "bobblehead"


def test_a_forecast_and_a_number_are_set_by_hand_and_scored_after_the_game(served, chromium):
    for tab in opened(chromium, served, PHONE, color_scheme="dark", bypass_csp=True):
        game = first_games(tab)[0]
        tab.goto(game)
        tab.get_by_role("link", name="Set by hand").click()
        tab.get_by_label("Attendance expected").fill("5,200")
        tab.get_by_label("Why (kept with it)").fill("school trip")
        tab.get_by_label("Ushers by hand").fill("25")
        tab.get_by_role("button", name="Save").click()
        tab.get_by_text("Saved. The plan uses").wait_for()
        assert "If you are right" in tab.locator("main").inner_text()
        assert_no_rule_is_broken(tab)
        tab.goto("/plan")
        hand = tab.locator("section[aria-labelledby=hand]").inner_text()
        assert "school trip" in hand and "25" in hand
        assert_no_rule_is_broken(tab)
        send(tab, "/data/attendance", {f"attendance:{game.removeprefix('/games/')}": "5100"})
        tab.goto(game)
        scored = tab.locator("section[aria-labelledby=scored]").inner_text()
        assert "the figure by hand was closer by" in scored and "Ushers: 25 by hand" in scored
        tab.goto("/track")
        record = tab.locator("section[aria-labelledby=hand]").inner_text()
        assert "you were closer 1 time" in record and "Numbers set by hand in 1 decision" in record
        assert_no_rule_is_broken(tab)
