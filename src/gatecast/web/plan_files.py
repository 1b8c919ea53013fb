"""A plan as a file to download."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Response

from gatecast.files import spreadsheet_safe_table, write_table
from gatecast.plan import write_plan
from gatecast.service.homestands import StandView

__all__ = ["MEDIA_TYPES", "plan_file"]

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
"""What a plan can be downloaded as, by the ending of the file."""


def plan_file(view: StandView | None, ending: str, notice: str) -> Response | None:
    """The plan of a home stand as a file; None where there is no plan or no such file.

    A spreadsheet program that opens it runs no text of it as a formula.

    Parameters
    ----------
    view : StandView or None
    ending : str
        A key of `MEDIA_TYPES`.
    notice : str
        As `gatecast.write_plan` takes it.

    Raises
    ------
    InputError
        A plan without a deadline as a calendar.
    """
    if view is None or view.plan is None or ending not in MEDIA_TYPES:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{ending}"
        if ending == "csv":
            write_table(spreadsheet_safe_table(view.plan.plan.table), path)
        else:
            write_plan(view.plan.plan, path, notice=notice)
        content = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="{_name(view)}.{ending}"', "cache-control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)


def _name(view: StandView) -> str:
    """A plain name that tells plans apart: the first day of the home stand, else its number."""
    return f"plan-{view.stand.first or f'{view.season.season}-{view.stand.number}'}"
