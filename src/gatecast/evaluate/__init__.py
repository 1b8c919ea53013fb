"""Accuracy of forecasts: scores, reliability, and a report for the manager and the analyst."""

from gatecast.evaluate.backtesting import Method, backtest
from gatecast.evaluate.homestand import HomestandReport, UpcomingGame, homestand
from gatecast.evaluate.reliability import reliability
from gatecast.evaluate.report import compared, write_report
from gatecast.evaluate.scores import SCORE_COLUMNS, score, with_attendance
from gatecast.evaluate.tables import as_markdown
from gatecast.games.forecast_columns import FORECAST_COLUMNS, QUANTILE_COLUMNS, QUANTILE_LEVELS

__all__ = [
    "FORECAST_COLUMNS",
    "QUANTILE_COLUMNS",
    "QUANTILE_LEVELS",
    "SCORE_COLUMNS",
    "HomestandReport",
    "Method",
    "UpcomingGame",
    "as_markdown",
    "backtest",
    "compared",
    "homestand",
    "reliability",
    "score",
    "with_attendance",
    "write_report",
]
