import json

import pytest

from gatecast.errors import DataError
from gatecast.games import CANONICAL
from gatecast.games.columns import columns_from_json, columns_to_json

from .tables import EXTRAS


def test_declarations_survive_as_text():
    columns = (*EXTRAS, *CANONICAL.values())
    assert columns_from_json(columns_to_json(columns)) == columns


def without(key):
    entry = json.loads(columns_to_json(EXTRAS[:1]))[0]
    del entry[key]
    return json.dumps([entry])


def with_value(key, value):
    entry = json.loads(columns_to_json(EXTRAS[:1]))[0]
    return json.dumps([{**entry, key: value}])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "3",
        "[3]",
        "[" * 100_000,
        without("known"),
        with_value("type", "Object"),
        with_value("role", "king"),
        with_value("known", "soon"),
        with_value("low", "x"),
        with_value("values", 3),
    ],
)
def test_other_text_is_refused(text):
    with pytest.raises(DataError, match=r"games\.parquet: got declarations of further columns that cannot be read"):
        columns_from_json(text, "games.parquet")
