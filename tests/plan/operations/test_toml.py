import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.demo import sample_operations
from gatecast.errors import SettingsError
from gatecast.plan import CrowdSettings, Operations, StockItem, default_operations, read_operations
from gatecast.plan.operations import toml
from gatecast.plan.operations.toml import LARGEST_FILE, operations_text, parse_operations, write_operations

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda name: name.strip() and name.isprintable()
)
SOURCES = st.dictionaries(st.sampled_from(["price", "unit_cost"]), st.text(st.characters(exclude_categories=["Cs"])))
DAYS = st.lists(st.sampled_from(["mon", "tue", "sun"]), unique=True)


@pytest.mark.parametrize("operations", [default_operations(), sample_operations()], ids=["default", "sample"])
def test_a_file_is_read_back_as_it_was_written(operations):
    assert parse_operations(operations_text(operations).encode()) == operations


@given(NAMES, SOURCES, DAYS, st.floats(1e-6, 1e8), st.integers(1, 1000) | st.none())
def test_any_operations_are_read_back(name, sources, days, price, room):
    item = StockItem(
        name=name, sold_per_head=0.5, price=price, unit_cost=price / 2, delivery_days=days, store_size=room
    )
    whole = Operations(crowd=CrowdSettings(show_rate=1.0), currency="€", stock=(item.replace(sources=sources),))
    assert parse_operations(operations_text(whole).encode()) == whole


def test_every_number_stands_with_its_unit():
    text = operations_text(default_operations())
    assert "cost = 130                              # money a shift" in text
    assert tomllib.loads(text)["staff"][0]["sources"]["people_per_shift"].startswith("a walk-through lane")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "bytes that are not UTF-8"),
        (b"no toml", "text that is not TOML"),
        (b"", "a [crowd] table"),
        (b"a" * (LARGEST_FILE + 1), "at most 1,000,000"),
        (b"[crowd]\nshow_rate = 2\n", "crowd.show_rate"),
    ],
)
def test_a_file_that_cannot_be_used(content, words):
    with pytest.raises(SettingsError) as refused:
        parse_operations(content)
    assert words in str(refused.value)
    assert str(refused.value).startswith("operations.toml")


DEFAULT = operations_text(default_operations(), Path(toml.__file__).with_name("operations.toml").read_text())


def test_the_default_file_is_left_as_it_stands_where_nothing_differs():
    assert Path(toml.__file__).with_name("operations.toml").read_text() == DEFAULT


def test_a_changed_number_keeps_its_comment_and_its_neighbours():
    usual = default_operations()
    dearer = usual.replace(staff=(usual.staff[0].replace(cost=145, sources={}), *usual.staff[1:]))
    text = operations_text(dearer, DEFAULT)
    changed = [line for line in text.splitlines() if line not in DEFAULT.splitlines()]
    assert changed == ["cost = 145                     # money a shift"]
    assert parse_operations(text.encode()) == dearer


@pytest.mark.parametrize("kind", ["staff", "stock", "transport"])
@pytest.mark.parametrize("place", [0, -1])
def test_an_entry_taken_out_or_added_leaves_the_comments_of_the_others(kind, place):
    usual = default_operations()
    entries = list(getattr(usual, kind))
    entries.pop(place)
    fewer = usual.replace(**{kind: tuple(entries)})
    text = operations_text(fewer, DEFAULT)
    assert parse_operations(text.encode()) == fewer
    for heading in ("# Staff: hired", "# Stock: ordered", "# Transport: extra", "#   trip_minutes"):
        assert text.count(heading) == 1
    again = operations_text(usual, text)
    assert parse_operations(again.encode()).replace(**{kind: getattr(usual, kind)}) == usual


def test_a_whole_group_taken_out_and_put_back_is_read_back():
    usual = default_operations()
    without = usual.replace(stock=())
    text = operations_text(without, DEFAULT)
    assert parse_operations(text.encode()) == without
    assert parse_operations(operations_text(usual, text).encode()) == usual


@given(NAMES, SOURCES, DAYS)
def test_any_operations_are_read_back_over_a_template(name, sources, days):
    usual = default_operations()
    odd = usual.stock[0].replace(name=name, delivery_days=days, sources=sources, store_size=5)
    whole = usual.replace(stock=(usual.stock[1], odd), currency="EUR", crowd=usual.crowd.replace(show_rate=0.9))
    assert parse_operations(operations_text(whole, DEFAULT).encode()) == whole


def test_operations_are_written_with_the_comments_of_the_default_file(tmp_path):
    club = default_operations().replace(transport=())
    write_operations(club, tmp_path / "operations.toml")
    assert read_operations(tmp_path / "operations.toml") == club
    assert "# Staff: hired by the shift" in (tmp_path / "operations.toml").read_text()
