"""Values worked out once and kept until what they came from changes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

__all__ = ["KeyedCache"]

Value = TypeVar("Value")
MOST = 256
"""Values kept; the oldest makes room."""


class KeyedCache:
    """Values by key, each with the state it was made from; made by one thread while others of that key wait."""

    def __init__(self) -> None:
        self._values: dict[Hashable, tuple[Hashable, Any]] = {}
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(
        self,
        key: Hashable,
        state: Hashable,
        make: Callable[[], Value],
        *,
        serves: Callable[[Any, Any], bool] = operator.eq,
    ) -> Value:
        """The value of `key`, made anew where it was made from another state.

        Parameters
        ----------
        key, state : hashable
        make : callable
        serves : callable
            Whether a value made from a first state will do for a second one.

        Examples
        --------
        >>> kept = KeyedCache()
        >>> kept.get("sum", 1, lambda: 10), kept.get("sum", 1, lambda: 20), kept.get("sum", 2, lambda: 20)
        (10, 10, 20)
        """
        with self._lock:
            found = self._values.get(key)
            making = self._making.setdefault(key, Lock())
        if found is not None and serves(found[0], state):
            return found[1]  # type: ignore[no-any-return]  # what make gave before
        with making:
            found = self._values.get(key)
            if found is not None and serves(found[0], state):
                return found[1]  # type: ignore[no-any-return]
            value = make()
            with self._lock:
                self._values.pop(key, None)
                self._values[key] = (state, value)
                for old in list(self._values)[: max(0, len(self._values) - MOST)]:
                    del self._values[old]
                    self._making.pop(old, None)
        return value
