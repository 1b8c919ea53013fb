"""A text that stands alone in the source describes what is directly above it."""

import ast
from pathlib import Path

import gatecast

SOURCE = Path(gatecast.__file__).parent
DESCRIBED = ast.Assign | ast.AnnAssign


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def stray_texts(tree: ast.Module) -> list[int]:
    """Lines of texts that follow neither an assignment nor the head of a module, class or function."""
    headed = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        after.lineno
        for node in ast.walk(tree)
        for body in [getattr(node, "body", None)]
        if isinstance(body, list)
        for before, after in zip([None, *body], body, strict=False)
        if is_text(after) and not (isinstance(node, headed) if before is None else isinstance(before, DESCRIBED))
    ]


def test_a_stray_text_is_found():
    assert stray_texts(ast.parse('A = 1\n"""Of A."""\n"""Of what?"""\nclass B:\n    """Of B."""\n')) == [3]


def test_every_text_describes_what_is_above_it():
    stray = {path: stray_texts(ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCE.rglob("*.py")}
    assert not [f"{path.relative_to(SOURCE)}:{line}" for path, lines in stray.items() for line in lines]
