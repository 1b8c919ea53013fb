"""Settings that hold themselves to their rules: each number with its unit and the values it may take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import get_type_hints

from gatecast.errors import SettingsError

__all__ = ["Named", "Number", "Settings", "numbers_of"]

LARGEST_NUMBER, SMALLEST_NUMBER = 1e9, 1e-9
"""The largest number of a setting, and the smallest where 0 is refused: what is divided by it stays a number."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class Number:
    """The unit of a setting and the values it may take.

    Parameters
    ----------
    low, high : float
        Smallest and largest value accepted.
    above : bool
        True where `low` itself is refused.
    whole : bool
        True where only whole numbers are accepted.
    optional : bool
        True where the setting may be left out for good.
    """

    unit: str
    low: float = 0.0
    high: float = LARGEST_NUMBER
    above: bool = False
    whole: bool = False
    optional: bool = False

    @property
    def expected(self) -> str:
        """What the setting may be, in words."""
        kind = "a whole number" if self.whole else "a number"
        if self.high < LARGEST_NUMBER:
            return f"{kind} {'above' if self.above else 'from'} {self.low:g} {'up ' * self.above}to {self.high:g}"
        return f"{kind} above {self.low:g}" if self.above else f"{kind} of {self.low:g} or more"

    @property
    def least(self) -> float:
        """The smallest number accepted."""
        return self.low + SMALLEST_NUMBER if self.above else self.low

    def accepts(self, value: object) -> bool:
        """True where `value` is a number of the right kind and size."""
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        if self.whole and value != int(value):
            return False
        return self.least <= value <= self.high


def numbers_of(model: type[Settings]) -> Mapping[str, Number]:
    """The units and limits of the settings of `model` that are numbers, in the order of its fields."""
    found = _NUMBERS.get(model)
    if found is None:
        hints = get_type_hints(model, include_extras=True)
        marked = {name: getattr(hints.get(name), "__metadata__", ()) for name in (f.name for f in fields(model))}
        found = _NUMBERS[model] = {name: marks[0] for name, marks in marked.items() if marks}
    return found


_NUMBERS: dict[type[Settings], Mapping[str, Number]] = {}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A group of settings that refuses values it cannot use.

    Parameters
    ----------
    sources : mapping of setting to text
        Where a number comes from; a number that is not named here is an assumption.
    """

    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, number in numbers_of(type(self)).items():
            value = getattr(self, name)
            if not number.accepts(value):
                raise SettingsError(repr(value), f"{number.expected} ({number.unit})", key=name)
        self._check()

    def _check(self) -> None:
        """Raise SettingsError where settings contradict each other."""


@dataclass(frozen=True, kw_only=True)
class Named(Settings):
    """Settings of one role, item or service."""

    name: str

    def _check(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or not self.name.isprintable():
            raise SettingsError(repr(self.name), "a name of one line", key="name")
        if len(self.name) > LONGEST_NAME:
            raise SettingsError(f"{len(self.name)} characters", f"a name of at most {LONGEST_NAME}", key="name")
