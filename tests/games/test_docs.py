from pathlib import Path

import pytest

from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.cutoff import NUMBER_ERROR

PAGE = (Path(__file__).parents[2] / "docs" / "games.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("` "): [cell.strip() for cell in cells]
    for cells in (line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `"))
    if len(cells) == 4
}


def test_the_page_lists_the_columns_in_order():
    assert list(ROWS) == list(CANONICAL)


@pytest.mark.parametrize("column", CANONICAL.values(), ids=list(CANONICAL))
def test_the_page_says_what_a_column_holds_and_when_it_is_known(column):
    _, holds, unit, known = ROWS[column.name]
    assert known == str(column.known)
    assert unit == (", ".join(column.values) if column.values and column.name != c.NUMBER else column.unit)
    if column.unit and column.dtype.is_numeric() and column.name != c.SEASON:
        assert f"from {column.low:.0f} to {column.high:.0f}" in holds


def test_the_page_says_the_error_of_a_weather_forecast():
    for (start, growth), unit in zip(NUMBER_ERROR.values(), ("°C", "km/h"), strict=True):
        assert f"{start:g} + {growth:g} L {unit}" in PAGE


def test_the_code_on_the_page_runs():
    block = PAGE.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(block, names)
    assert len(names["games"]) == 1
