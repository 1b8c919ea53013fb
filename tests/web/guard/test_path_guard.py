import pytest

from gatecast.web.guard.path_guard import LONGEST_ADDRESS, PathGuard

from .asking import ask, plain

APP = PathGuard(plain)


@pytest.mark.parametrize(
    "target",
    ["/", "/games/QUI202506130/what-if", "/games/a%2Fb", "/games/100%25", "/games/%3Cb%3E", "/x?next=..%2F", "/%C3%9C"],
)
def test_an_honest_address_goes_through(target):
    assert ask(APP, target).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "/../x",
        "/static/%2e%2e/x",
        "/static/..%2fx",
        "/static/%252e%252e%252fx",
        "/static/%25252e%25252e/x",
        "/static/..%5cx",
        "/a%00b",
        "/a%0d%0ab",
        "/a?b=%00",
        "//elsewhere.example/",
        "/%2felsewhere.example/",
        "/./x",
        "/%2525252525252525252e",
    ],
)
def test_an_address_that_reads_in_two_ways_is_refused(target):
    assert ask(APP, target).status == 400


def test_a_long_address_is_refused():
    assert ask(APP, "/" + "a" * (LONGEST_ADDRESS - 1)).status == 200
    refused = ask(APP, "/?" + "a" * LONGEST_ADDRESS)
    assert refused.status == 414
    assert f"at most {LONGEST_ADDRESS:,}" in refused.text
