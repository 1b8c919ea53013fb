import pytest

from gatecast.web.guard.escape import LONGEST_NAME, file_name, own_path

from .hostile import ELSEWHERE


@pytest.mark.parametrize("text", ELSEWHERE)
def test_no_text_leads_elsewhere(text):
    assert own_path(text) == "/"


@pytest.mark.parametrize("text", ["/", "/plan?season=2025&stand=3", "/games/a%20b", "/games/a?x=//b#c", "/?next=/../"])
def test_own_pages_are_gone_to(text):
    assert own_path(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("june.csv", "june.csv"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\june.xlsx", "june.xlsx"),
        ("C:june.csv", "june.csv"),
        ("june.csv\x00.exe", ".exe".strip(".")),
        ("CON", "_CON"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("-rf", "rf"),
        ("...", "file"),
        ("", "file"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("ﬁle\uff0fname.csv", "name.csv"),
    ],
)
def test_a_name_of_a_file_is_one_and_no_place(text, name):
    assert file_name(text) == name


def test_a_long_name_keeps_its_ending():
    name = file_name("a" * 500 + ".xlsx")
    assert len(name) == LONGEST_NAME
    assert name.endswith("a.xlsx")


def test_a_name_of_very_many_accents_is_done_with_at_once():
    """Composing takes the square of their number: a million of them would take an hour."""
    assert len(file_name("a" + "\u0301\u0316" * 500_000)) <= LONGEST_NAME
