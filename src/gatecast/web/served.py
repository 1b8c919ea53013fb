"""The files that are served, by the names that `gatecast demo` gives them."""

__all__ = ["FORECAST", "PLAN", "REPORT"]

REPORT, FORECAST, PLAN = "report.html", "forecast.csv", "plan.xlsx"
