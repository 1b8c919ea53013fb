"""What a browser would make of a page that holds what strangers sent."""

import re
from html.parser import HTMLParser

from .hostile_cells import PRODUCT

__all__ = ["assert_nothing_runs", "assert_shown"]

NOT_OURS = {"iframe", "object", "embed", "base", "img", "style", "x", "math", "foreignobject"}


TEXT_AREAS = {"mapping": "mapping", "f-aliases": "field:aliases"}
"""Ids and names of the text areas that pages have."""


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
    ours = sum(answer.text.count(f'<textarea id="{place}" name="{name}" ') for place, name in TEXT_AREAS.items())
    assert page.tags.count("textarea") == ours
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
