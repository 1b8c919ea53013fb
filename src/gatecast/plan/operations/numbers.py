"""Numbers of operations: each with its unit and the values it may take, for files, forms, the API and Python alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from gatecast.errors import SettingsError

__all__ = ["Number"]

LARGEST_NUMBER, SMALLEST_NUMBER = 1e9, 1e-9
"""The largest number of a setting, and the smallest if 0 is refused: dividing by it still gives a number."""


@dataclass(frozen=True)
class Number:
    """The unit of a setting and the values it may take, as an annotation of a field of a pydantic model.

    Parameters
    ----------
    low, high : float
        Smallest and largest value accepted.
    above : bool
        True if `low` itself is refused.
    whole : bool
        True if only whole numbers are accepted.
    optional : bool
        True if the setting may be left out for good.

    Examples
    --------
    >>> Number("people", above=True).expected, Number("cases", whole=True, low=1, high=9).expected
    ('a number above 0', 'a whole number from 1 to 9')
    """

    unit: str
    low: float = 0.0
    high: float = LARGEST_NUMBER
    above: bool = False
    whole: bool = False
    optional: bool = False

    @property
    def expected(self) -> str:
        """The accepted values in words."""
        kind = "a whole number" if self.whole else "a number"
        if self.high < LARGEST_NUMBER:
            return f"{kind} {'above' if self.above else 'from'} {self.low:g} {'up ' * self.above}to {self.high:g}"
        return f"{kind} above {self.low:g}" if self.above else f"{kind} of {self.low:g} or more"

    @property
    def least(self) -> float:
        """The smallest number accepted."""
        return self.low + SMALLEST_NUMBER if self.above else self.low

    def accepts(self, value: object) -> bool:
        """Return True if `value` is a number of the right kind and size."""
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        if self.whole and value != int(value):
            return False
        return self.least <= value <= self.high

    def check(self, value: Any) -> Any:  # noqa: ANN401  whatever was given
        """Return the value, a whole number as int; raise SettingsError if it is not accepted."""
        if not self.accepts(value):
            raise SettingsError(repr(value), f"{self.expected} ({self.unit})")
        return int(value) if self.whole and value is not None else value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check values by `check`."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        """Describe the values for the OpenAPI document."""
        kind = "integer" if self.whole else "number"
        described = {"type": kind, "minimum": self.least, "maximum": self.high}
        if self.optional:
            return {"anyOf": [described, {"type": "null"}], "description": self.unit}
        return {**described, "description": self.unit}
