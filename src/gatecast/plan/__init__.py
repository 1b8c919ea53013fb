"""Staff, stock and transport: the decisions that cost least under the whole forecast, and what they were worth.

The packages inside it import one way: operations, demand, optimize, then evaluate and views, then make and export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatecast.lazy import lazily

if TYPE_CHECKING:
    from gatecast.plan.demand.forecast_table import ForecastTable, read_forecast
    from gatecast.plan.evaluate.value import plan_value
    from gatecast.plan.export.write import write_plan
    from gatecast.plan.make import make_plan
    from gatecast.plan.operations.model import CrowdSettings, Operations, StaffRole, StockItem, TransportService
    from gatecast.plan.operations.toml import (
        Assumption,
        assumptions,
        default_operations,
        read_operations,
        write_default_operations,
    )
    from gatecast.plan.plan import Plan
    from gatecast.plan.views.differences import compare

__all__ = [
    "Assumption",
    "CrowdSettings",
    "ForecastTable",
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
    "write_plan",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "Assumption": "operations.toml",
        "CrowdSettings": "operations.model",
        "ForecastTable": "demand.forecast_table",
        "Operations": "operations.model",
        "Plan": "plan",
        "StaffRole": "operations.model",
        "StockItem": "operations.model",
        "TransportService": "operations.model",
        "assumptions": "operations.toml",
        "compare": "views.differences",
        "default_operations": "operations.toml",
        "make_plan": "make",
        "plan_value": "evaluate.value",
        "read_forecast": "demand.forecast_table",
        "read_operations": "operations.toml",
        "write_default_operations": "operations.toml",
        "write_plan": "export.write",
    },
)
