"""A real browser."""

import os
import shutil
from collections.abc import Iterator

import pytest

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """The system's Chromium, driven by Playwright, whose event loop must end before tests that run one of their own."""
    path = os.environ.get("GATECAST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["desktop", "phone"])
def size(request) -> dict[str, int]:
    """A screen."""
    return DESKTOP if request.param == "desktop" else PHONE


@pytest.fixture
def tab(chromium, served):
    """A fresh tab at desktop width that fails its test on any error told in the console."""
    yield from opened(chromium, served, DESKTOP)


def told(text):
    """Whether an error in the console is only the status of a form that was not saved."""
    return " 422 " in text or " 409 " in text


def opened(chromium, served, size, **settings):
    """A tab; what it told in its console, and what it asked of other hosts, must be nothing."""
    context = chromium.new_context(viewport=size, locale="en-GB", base_url=served.address, **settings)
    context.set_default_timeout(30_000)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" and not told(said.text) else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on(
        "request",
        lambda asked: None if asked.url.startswith((served.address, "data:", "blob:")) else wrong.append(asked.url),
    )
    yield tab
    context.close()
    assert wrong == []
