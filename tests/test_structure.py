"""The table of structures in the architecture page is near what the source is today."""

import importlib.util
from pathlib import Path

import gatecast

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "compare_structure.py"
SOURCE = Path(gatecast.__file__).parent
SPEC = importlib.util.spec_from_file_location("compare_structure", TOOL)
TOLERANCE = 0.1


def test_the_table_of_structures_is_near_the_source():
    structure = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(structure)
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| gatecast |"))
    stated = [cell.strip() for cell in row.strip("|").split("|")][1:]
    measured = structure.measured(SOURCE, set(structure.SKIPPED))
    again = f"run {TOOL.relative_to(ROOT)} again: {measured}"
    for name, then, now in zip(structure.HEADER[1:], stated, measured, strict=True):
        before, today = (int(cell.split()[0].replace(",", "")) for cell in (then, now))
        assert abs(before - today) <= TOLERANCE * today, f"{name}: {again}"
