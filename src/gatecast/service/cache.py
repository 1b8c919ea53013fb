"""Cache computed values until what they were computed from changes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

__all__ = ["KeyedCache"]

Value = TypeVar("Value")
MOST = 256


class KeyedCache:
    """Cache values by key, each with the state it was computed from; one thread computes, others of that key wait.

    Parameters
    ----------
    most : int
        Values cached; the oldest is dropped first.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._values: dict[Hashable, tuple[Hashable, Any]] = {}
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def cached(
        self,
        key: Hashable,
        state: Hashable,
        make: Callable[[], Value],
        *,
        serves: Callable[[Any, Any], bool] = operator.eq,
    ) -> Value:
        """Return the value of `key`, computed again if it was computed from another state.

        Parameters
        ----------
        key, state : hashable
        make : callable
        serves : callable
            True if a value computed from the first state may be used for the second.

        Examples
        --------
        >>> values = KeyedCache()
        >>> [values.cached("sum", state, lambda: 10 * i) for i, state in enumerate((1, 1, 2))]
        [0, 0, 20]
        """
        with self._lock:
            entry = self._values.get(key)
            making = self._making.setdefault(key, Lock())
        if entry is not None and serves(entry[0], state):
            return entry[1]  # type: ignore[no-any-return]  # what make returned before
        with making:
            entry = self._values.get(key)
            if entry is not None and serves(entry[0], state):
                return entry[1]  # type: ignore[no-any-return]
            value = make()
            with self._lock:
                self._values.pop(key, None)
                self._values[key] = (state, value)
                for old in list(self._values)[: max(0, len(self._values) - self.most)]:
                    del self._values[old]
                    self._making.pop(old, None)
        return value
