"""Imports run one way through the packages, inside functions too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gatecast

SOURCE = Path(gatecast.__file__).parent
COMMON = ("errors", "files", "lazy", "normal", "progress", "suggestions", "tasks")
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
    ("cluster", "demo", "store"),
    ("service",),
    ("web",),
    ("cli",),
    ("__main__",),
)
RANK = {package: rank for rank, packages in enumerate(ORDER) for package in packages}
FREE_OF_BASEBALL = ("games", "collect", "prepare")


def package_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and package of every import of gatecast; `gatecast` itself counts as the package "gatecast"."""
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


def allowed(package: str, other: str) -> bool:
    if other in COMMON or other == package:
        return True
    if package in COMMON or other not in RANK:
        return False
    if package == "networks":
        return other not in FREE_OF_BASEBALL
    return RANK[other] < RANK[package]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_imports_only_what_comes_before_it(path):
    package = package_of(path)
    assert package in RANK or package in COMMON, f"{package} has no place in the order of packages"
    against = [
        f"{path.name}:{line} imports gatecast.{other}"
        for line, other in imported(ast.parse(path.read_text(encoding="utf-8")))
        if not allowed(package, other)
    ]
    assert not against


@pytest.mark.parametrize(
    ("source", "packages"),
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
def test_imports_are_found_wherever_they_stand(source, packages):
    assert [package for _, package in imported(ast.parse(source))] == packages


@pytest.mark.parametrize(
    ("package", "other", "fine"),
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
def test_the_order_of_packages(package, other, fine):
    assert allowed(package, other) == fine
