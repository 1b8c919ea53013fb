"""The docs list every page and every operation of the API."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from gatecast.web import api
from gatecast.web.pages import ROUTERS

DOCS = Path(__file__).parents[2] / "docs"
PAGES, API = ((DOCS / name).read_text(encoding="utf-8") for name in ("pages.md", "api.md"))
METHODS = {"get", "post", "put", "patch", "delete"}
FIRST = sorted({route.path.split("/")[1].partition(".")[0] for router in ROUTERS for route in router.routes})


def operations():
    app = FastAPI()
    api.include(app)
    paths = api.document(app)["paths"]
    return sorted(
        f"{method.upper()} {path.removeprefix(api.PREFIX)}"
        for path, ways in paths.items()
        for method in METHODS & ways.keys()
    )


@pytest.mark.parametrize("first", FIRST)
def test_a_page_is_listed(first):
    assert re.search(rf"`/{first}(?:/[^`]*)?`", PAGES)


@pytest.mark.parametrize("operation", operations())
def test_an_operation_is_listed(operation):
    assert f"`{operation}`" in API
