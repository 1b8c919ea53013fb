"""No two files import each other, directly or around a circle, not even inside a function; `plan` has an inner order."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gatecast

SOURCE = Path(gatecast.__file__).parent
PLAN_ORDER = (
    ("columns",),
    ("operations",),
    ("demand", "plan"),
    ("optimize",),
    ("ordering",),
    ("evaluate", "views", "explanations", "overrides"),
    ("make", "export"),
    ("__init__",),
)
PLAN_RANK = {part: rank for rank, parts in enumerate(PLAN_ORDER) for part in parts}


def name_of(path: Path) -> str:
    parts = ("gatecast", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


FILES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(tree: ast.AST, files: dict[str, Path] = FILES) -> Iterator[str]:
    """Files of gatecast that a file imports, wherever the import stands, for types alone, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in files or node.module in files:
                    yield whole if whole in files else node.module


def graph() -> dict[str, set[str]]:
    return {name: set(imported(ast.parse(path.read_text(encoding="utf-8")))) - {name} for name, path in FILES.items()}


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of files that reach each other (Tarjan's strongly connected components of more than one file)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(edges.get(name, ())):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            place = stack.index(name)
            group = sorted(stack[place:])
            del stack[place:]
            if len(group) > 1:
                groups.append(group)

    for name in edges:
        if name not in index:
            visit(name)
    return groups


def test_no_files_import_each_other():
    assert cycles(graph()) == []


def plan_part(name: str) -> str:
    return name.removeprefix("gatecast.plan").lstrip(".").split(".")[0] or "__init__"


@pytest.mark.parametrize("name", [name for name in FILES if name.split(".")[:2] == ["gatecast", "plan"]])
def test_files_of_plan_import_only_what_comes_before_them(name):
    part = plan_part(name)
    assert part in PLAN_RANK, f"{part} has no place in the order of gatecast.plan"
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    others = {plan_part(other) for other in imported(tree) if other.split(".")[:2] == ["gatecast", "plan"]}
    assert {other for other in others if other != part and PLAN_RANK[other] >= PLAN_RANK[part]} == set()


@pytest.mark.parametrize(
    ("edges", "groups"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [["a", "b", "c"]]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, [["a", "b"], ["c", "d"]]),
    ],
)
def test_cycles_are_found(edges, groups):
    assert cycles(edges) == groups


def test_an_import_inside_a_function_counts():
    files = {"gatecast.games": Path(), "gatecast.games.columns": Path()}
    source = "def f():\n    from gatecast.games import columns, Games\n    import gatecast.games"
    assert sorted(imported(ast.parse(source), files)) == ["gatecast.games", "gatecast.games", "gatecast.games.columns"]
