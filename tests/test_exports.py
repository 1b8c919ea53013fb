"""What a package offers stands in its `__all__`, all of it, and can be imported."""

import ast
import importlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import gatecast

SOURCE = Path(gatecast.__file__).parent
HEAVY = ("polars", "keras", "jax", "numpy", "scipy", "sklearn", "openpyxl", "altair", "typer", "holidays")
MODULES = {
    ".".join(("gatecast", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(SOURCE.rglob("*.py"))
    if path.name != "__main__.py"
}
PACKAGES = [name for name, path in MODULES.items() if path.name == "__init__.py" and name != "gatecast"]

PACKAGES_OF_USERS = {"collect", "evaluate", "plan"}
"""Packages that can be used after `import gatecast` alone, although they are not in its `__all__`."""

DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def listed(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return ast.literal_eval(node.value)
    return None


def names_from(tree: ast.Module) -> set[str]:
    """Public names that the top level of a module imports from gatecast."""
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gatecast")
        for alias in node.names
        if not (alias.asname or alias.name).startswith("_")
    }


def defined(tree: ast.Module) -> set[str]:
    """Names that the top level of a module defines or imports."""
    found: set[str] = set()
    for node in ast.walk(ast.Module([n for n in tree.body if not isinstance(n, DEFINED)], [])):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found | {node.name for node in tree.body if isinstance(node, DEFINED)}


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def used(tree: ast.Module) -> set[str]:
    """Names that a module reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


OFFERING = [name for name in MODULES if listed(parsed(name)) is not None]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_offers_all_that_it_takes_from_its_modules(name):
    tree = parsed(name)
    assert names_from(tree) - used(tree) <= set(listed(tree) or [])


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_offers_all_that_others_take_from_it(name):
    taken = {
        alias.name
        for other in MODULES
        if not other.startswith(name)
        for node in ast.walk(parsed(other))
        if isinstance(node, ast.ImportFrom) and node.module == name
        for alias in node.names
        if f"{name}.{alias.name}" not in MODULES
    }
    assert taken <= set(listed(parsed(name)) or [])


@pytest.mark.parametrize("name", OFFERING)
def test_names_offered_exist_once(name):
    tree = parsed(name)
    offered = listed(tree)
    assert len(offered) == len(set(offered))
    assert set(offered) <= defined(tree)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_can_be_imported_with_all_it_offers(name):
    package = importlib.import_module(name)
    for each in getattr(package, "__all__", []):
        assert getattr(package, each) is not None


@pytest.mark.parametrize("name", gatecast.__all__)
def test_a_name_of_gatecast_is_found_when_it_is_used(name):
    assert getattr(gatecast, name) is not None
    assert name in dir(gatecast)


def test_names_of_gatecast_are_those_a_type_checker_sees():
    checked = next(node for node in parsed("gatecast").body if isinstance(node, ast.If))
    seen = {alias.asname or alias.name for node in checked.body for alias in node.names}
    assert seen - PACKAGES_OF_USERS == set(gatecast.__all__)
    assert seen == set(gatecast.__all__) | PACKAGES_OF_USERS


def test_an_unknown_name_of_gatecast_is_refused():
    with pytest.raises(AttributeError, match="module 'gatecast' has no attribute 'nonsense'"):
        _ = gatecast.nonsense


def test_importing_gatecast_imports_nothing_heavy():
    program = "import sys, json, gatecast; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = json.loads(run.stdout)
    assert "gatecast" in loaded
    assert [name for name in loaded if name.split(".")[0] in HEAVY or name.startswith("gatecast.")] == []
