"""Staff, stock and transport: the decisions that cost least under the whole forecast, and what they were worth.

The package can be called: `gatecast.plan(forecast, operations)` is `make_plan(forecast, operations)`.
"""

import sys
from types import ModuleType

import polars as pl

from gatecast.plan.demand.forecast_table import read_forecast
from gatecast.plan.evaluate.value import plan_value
from gatecast.plan.operations.model import CrowdSettings, Operations, StaffRole, StockItem, TransportService
from gatecast.plan.operations.toml import (
    Assumption,
    assumptions,
    default_operations,
    read_operations,
    write_default_operations,
)
from gatecast.plan.plan import Plan, make_plan
from gatecast.plan.views.differences import compare

__all__ = [
    "Assumption",
    "CrowdSettings",
    "Operations",
    "Plan",
    "StaffRole",
    "StockItem",
    "TransportService",
    "assumptions",
    "compare",
    "default_operations",
    "make_plan",
    "plan_value",
    "read_forecast",
    "read_operations",
    "write_default_operations",
]


class _CallablePackage(ModuleType):
    """This package, callable."""

    def __call__(self, forecast: pl.DataFrame, operations: Operations) -> Plan:
        """The plan that costs least over the whole forecast: see `make_plan`."""
        return make_plan(forecast, operations)


sys.modules[__name__].__class__ = _CallablePackage
