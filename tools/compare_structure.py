"""Measure how source code is cut into files and packages, beside other projects.

    pip download --no-deps --no-binary :all: --dest sdists skrub datasette mapie
    for each in sdists/*.tar.gz; do tar -xf "$each" -C sdists; done
    python tools/compare_structure.py gatecast=src/gatecast skrub=sdists/skrub-*/skrub

Counts the modules of the package itself; tests, migrations and vendored code are left out (`--skip`). Prints a Markdown
table.

- files, lines: modules that hold more than a docstring and imports, and the lines in them, with comments and blanks.
- packages, depth: folders with modules, and the most folders on the way to a module.
- public names: names in the `__all__` of the package; where it has none, the names without an underscore that its
  `__init__.py` binds.
- cycles: modules that import one another in a circle when they are loaded (imports inside functions do not count).
"""

from __future__ import annotations

import argparse
import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

SKIPPED = ("tests", "test", "migrations", "vendor", "_vendor", "templates", "static", "conftest.py")
HEADER = ["project", "files", "lines", "median lines", "largest file", "packages", "depth", "public names", "cycles"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="+", metavar="NAME=FOLDER", help="a project and the folder of its package")
    parser.add_argument("--skip", nargs="*", default=SKIPPED, help="folders and files left out")
    arguments = parser.parse_args()
    print(f"| {' | '.join(HEADER)} |\n|---{'|---:' * (len(HEADER) - 1)}|")
    for argument in arguments.packages:
        name, _, folder = argument.partition("=")
        if not Path(folder, "__init__.py").is_file():
            parser.error(f"{name}: got {folder!r}, expected a folder with an __init__.py")
        print(f"| {name} | {' | '.join(measured(Path(folder), set(arguments.skip)))} |")


def measured(root: Path, skip: set[str]) -> list[str]:
    """Return the figures of one package, in the order of `HEADER`."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules(root, skip)}
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path, tree in trees.items() if has_code(tree)}
    largest = max(lines, key=lambda path: lines[path])
    folders = {path.parent for path in trees}
    figures = [
        len(lines),
        sum(lines.values()),
        int(statistics.median(lines.values())),
        f"{lines[largest]:,} (`{largest.relative_to(root)}`)",
        len(folders),
        max(len(path.relative_to(root).parts) for path in trees),
        len(public_names(ast.parse((root / "__init__.py").read_text(encoding="utf-8")))),
        sum(len(circle) for circle in circles(imports(root, trees))),
    ]
    return [figure if isinstance(figure, str) else f"{figure:,}" for figure in figures]


def modules(root: Path, skip: set[str]) -> list[Path]:
    return [path for path in sorted(root.rglob("*.py")) if not skip & set(path.relative_to(root).parts)]


def has_code(tree: ast.Module) -> bool:
    """Whether a module holds more than a docstring, imports and `__all__`."""

    def is_frame(node: ast.stmt) -> bool:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        exported = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        return docstring or exported or isinstance(node, ast.Import | ast.ImportFrom)

    return not all(is_frame(node) for node in tree.body)


def public_names(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", "") != "__future__":
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def imports(root: Path, trees: dict[Path, ast.Module]) -> dict[str, set[str]]:
    """Return which modules each module imports when it is loaded; packages count by their `__init__.py`."""
    names = {".".join((root.name, *path.relative_to(root).with_suffix("").parts)): path for path in trees}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        targets = {target for node in at_load(trees[path].body) for target in imported(node, package, names)}
        graph[name] = targets - {name}
    return graph


def at_load(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports that run when a module is loaded: none in functions, none for type checkers only."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from at_load([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from at_load([*node.body, *node.orelse, *node.finalbody])


def imported(node: ast.Import | ast.ImportFrom, package: str, names: dict[str, Path]) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names} & names.keys()
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
    module = ".".join(filter(None, (base, node.module)))
    submodules = {f"{module}.{alias.name}" for alias in node.names} & names.keys()
    return submodules or ({module} & names.keys())


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach one another (strongly connected, by reachability)."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [*graph[start]]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(graph[name])
        return seen

    within = {name: reached(name) for name in graph}
    found: list[set[str]] = []
    for name in graph:
        circle = {other for other in within[name] if name in within[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


if __name__ == "__main__":
    main()
