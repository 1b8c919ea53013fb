"""The plan as a workbook to print: deadlines, the shifts of each game, each delivery and service, and reasons."""

from gatecast.plan.export.workbook.book import write_workbook

__all__ = ["write_workbook"]
