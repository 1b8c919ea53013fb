"""Signing in with a browser: a password is set, the pages are locked, and every state holds to the rules."""

import pytest

from ..serving import demo_server
from .conftest import opened
from .test_pages import RULES

PASSWORD = "a long enough password"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of this test's own, as it gets a password."""
    with demo_server(tmp_path_factory.mktemp("locked")) as server:
        yield server


def assert_no_rule_is_broken(tab):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def sign_in(tab, password=PASSWORD):
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_load_state()


def test_a_service_is_locked_and_opened_again(served, chromium):
    for tab in opened(chromium, served, DESKTOP):
        tab.goto("/login")
        assert "No password is set" in tab.locator("main").inner_text()
        tab.get_by_role("link", name="Set a password").click()
        tab.get_by_label("New password").fill(PASSWORD)
        tab.get_by_label("Repeat password").fill(PASSWORD)
        tab.get_by_role("button", name="Set password").click()
        tab.get_by_text("Password set.").wait_for()
        tab.get_by_role("button", name="Sign out", exact=True).click()
        tab.wait_for_url("**/login")
        tab.goto("/plan")
        assert tab.url.endswith("/login?next=/plan")
        sign_in(tab)
        assert tab.url.endswith("/plan")
        assert tab.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_rule_of_accessibility_is_broken(served, chromium, size, colours):
    for tab in opened(chromium, served, size, color_scheme=colours, bypass_csp=True):
        tab.goto("/login?next=/account")
        assert_no_rule_is_broken(tab)
        sign_in(tab)
        tab.get_by_label("Name").fill("x" * 80)
        tab.get_by_role("button", name="Create token").click()
        assert tab.locator("code.secret").inner_text().startswith("gc_")
        assert_no_rule_is_broken(tab)
        tab.get_by_label("New password").fill("another password")
        tab.get_by_label("Repeat password").fill("no other password")
        tab.get_by_label("Current password").fill("whatever")
        tab.get_by_role("button", name="Change password").click()
        tab.get_by_text("The two passwords differ").wait_for()
        assert_no_rule_is_broken(tab)


def test_a_wrong_password_is_told_beside_its_field(served, chromium):
    context = chromium.new_context(viewport=PHONE, base_url=served.address, bypass_csp=True)
    tab = context.new_page()
    tab.goto("/login")
    sign_in(tab, "Wrong password")
    assert tab.get_by_role("alert").inner_text() == "Wrong password."
    assert_no_rule_is_broken(tab)
    context.close()
