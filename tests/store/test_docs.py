from pathlib import Path

from gatecast.store.comparison import MOST_REFUSED
from gatecast.store.schema import METADATA

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


def test_the_page_lists_every_table():
    told = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `") and "postgresql:" not in line}
    assert told == set(METADATA.tables)


def test_the_page_says_how_many_mistakes_are_told():
    assert f"More than {MOST_REFUSED} wrong cells" in PAGE


def test_the_code_on_the_page_prints_what_it_says(capsys):
    block = PAGE.split("```python\n")[1].split("```")[0]
    exec(block, {})
    told = [line.split("#")[1].strip() for line in block.splitlines() if line.lstrip().startswith("print")]
    assert capsys.readouterr().out.splitlines() == told
