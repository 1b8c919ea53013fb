"""Names of a package that are imported when they are first used, so that whoever needs one does not wait for all."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping

__all__ = ["lazily"]


def lazily(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package that offers names of its modules.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : mapping of str to str
        The module inside the package that each name comes from.

    Examples
    --------
    >>> found, listed = lazily("gatecast", {"DataError": "errors"})
    >>> found("DataError").__name__, "DataError" in listed()
    ('DataError', True)
    """

    def found(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return found, listed
