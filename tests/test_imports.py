"""Imports run one way through the rooms of the house, inside functions too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gatecast

SOURCE = Path(gatecast.__file__).parent
COMMON = ("errors", "files", "normal", "progress", "suggestions")
ORDER = (
    ("games",),
    ("formatting",),
    ("date_style", "expected"),
    ("collect", "prepare"),
    ("networks",),
    ("train",),
    ("evaluate",),
    ("forecast",),
    ("plan",),
    ("demo", "store"),
    ("service",),
    ("web",),
    ("cli",),
    ("__main__",),
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
FREE_OF_BASEBALL = ("games", "collect", "prepare")


def room_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and room of every import of gatecast; `gatecast` itself counts as the room "gatecast"."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            whole = [f"{module}.{alias.name}" for alias in node.names if alias.name != "__version__"]
            names = whole if module == "gatecast" else [module]
        for name in names:
            parts = name.split(".")
            if parts[0] == "gatecast":
                yield node.lineno, parts[1] if len(parts) > 1 else "gatecast"


def allowed(room: str, other: str) -> bool:
    if other in COMMON or other == room:
        return True
    if room in COMMON or other not in RANK:
        return False
    if room == "networks":
        return other not in FREE_OF_BASEBALL
    return RANK[other] < RANK[room]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_imports_only_what_comes_before_it(path):
    room = room_of(path)
    assert room in RANK or room in COMMON, f"{room} has no place in the order of the house"
    against = [
        f"{path.name}:{line} imports gatecast.{other}"
        for line, other in imported(ast.parse(path.read_text(encoding="utf-8")))
        if not allowed(room, other)
    ]
    assert not against


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import gatecast.collect.read", ["collect"]),
        ("from gatecast.games import columns", ["games"]),
        ("from gatecast import plan, errors", ["plan", "errors"]),
        ("def f():\n    if True:\n        from gatecast.web import app", ["web"]),
        ("import gatecast as gc", ["gatecast"]),
        ("from gatecast import __version__", []),
        ("import polars, gatecasting", []),
    ],
)
def test_imports_are_found_wherever_they_stand(source, rooms):
    assert [room for _, room in imported(ast.parse(source))] == rooms


@pytest.mark.parametrize(
    ("room", "other", "fine"),
    [
        ("prepare", "games", True),
        ("prepare", "collect", False),
        ("collect", "prepare", False),
        ("games", "collect", False),
        ("networks", "errors", True),
        ("networks", "games", False),
        ("networks", "prepare", False),
        ("train", "networks", True),
        ("evaluate", "forecast", False),
        ("forecast", "evaluate", True),
        ("plan", "forecast", True),
        ("forecast", "plan", False),
        ("demo", "plan", True),
        ("plan", "demo", False),
        ("web", "cli", False),
        ("files", "games", False),
        ("files", "errors", True),
        ("cli", "gatecast", False),
    ],
)
def test_the_order_of_the_house(room, other, fine):
    assert allowed(room, other) == fine
