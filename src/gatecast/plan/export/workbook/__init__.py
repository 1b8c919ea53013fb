"""The plan as a workbook to print: what to do by when, each game's shifts, each delivery, each service, and why."""

from gatecast.plan.export.workbook.book import write_workbook

__all__ = ["write_workbook"]
