import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.errors import SettingsError
from gatecast.plan import CrowdSettings, Operations, StockItem, default_operations
from gatecast.service.operations_file import LARGEST_FILE, operations_of, operations_text
from gatecast.service.sample import sample_operations

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda name: name.strip() and name.isprintable()
)
SOURCES = st.dictionaries(st.sampled_from(["price", "unit_cost"]), st.text(st.characters(exclude_categories=["Cs"])))
DAYS = st.lists(st.sampled_from(["mon", "tue", "sun"]), unique=True)


@pytest.mark.parametrize("operations", [default_operations(), sample_operations()], ids=["default", "sample"])
def test_a_file_is_read_back_as_it_was_written(operations):
    assert operations_of(operations_text(operations).encode()) == operations


@given(NAMES, SOURCES, DAYS, st.floats(1e-6, 1e8), st.integers(1, 1000) | st.none())
def test_any_operations_are_read_back(name, sources, days, price, room):
    item = StockItem(
        name=name, sold_per_head=0.5, price=price, unit_cost=price / 2, delivery_days=days, store_size=room
    )
    whole = Operations(crowd=CrowdSettings(show_rate=1.0), currency="€", stock=(replace(item, sources=sources),))
    assert operations_of(operations_text(whole).encode()) == whole


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
        operations_of(content)
    assert words in str(refused.value)
    assert str(refused.value).startswith("operations.toml")
