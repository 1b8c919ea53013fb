"""The way from an empty folder to the first plan: what is done, a workbook to fill in, and the sample club to try."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatecast.collect.read import HELP_SHEET
from gatecast.errors import InputError
from gatecast.files import written_whole
from gatecast.service.club_service import CLUB, NOTICE, OPERATIONS, ClubService
from gatecast.service.freshness import freshness
from gatecast.service.models import MODEL_SETTING
from gatecast.service.sample import SAMPLE_SOURCE, fill_with_sample

__all__ = ["FirstSteps", "add_sample", "first_steps", "has_sample", "next_step", "remove_sample", "write_template"]

SAMPLE = "sample"
"""Setting that is true while the sample club is on a service by choice."""
FEWEST_TO_LEARN = 2
"""Past games with an attendance from which a model can be trained."""
PAST, SCHEDULE, FORECAST, PLAN = "past", "schedule", "forecast", "plan"
TEMPLATE_COLUMNS = (
    ("Date", "2026-06-12", "Day of the game. Any usual form is read."),
    ("Start time", "19:05", "Local time, 19:05 or 7:05 PM. Leave empty if unknown."),
    ("Opponent", "Rivertown", "The visiting club. Spell it the same way every time."),
    ("Promotion", "fireworks", "One or several, separated by semicolons. Leave empty if there is none."),
    ("Seats", "8000", "Seats on sale."),
    ("Attendance", "5312", "Tickets sold, for past games. Leave empty for games to come: those are forecast."),
)
"""Header, example and explanation of each column of the template."""


@dataclass(frozen=True)
class FirstSteps:
    """How far a club is on the way to its first plan: games with attendance, games to come, those with a forecast."""

    played: int
    upcoming: int
    forecast: int

    @property
    def done(self) -> bool:
        """True once a game to come has a forecast, so that there is a plan."""
        return self.forecast > 0

    @property
    def can_forecast(self) -> bool:
        """True if there are games to learn from, and games to forecast."""
        return self.played >= FEWEST_TO_LEARN and self.upcoming > 0


def first_steps(service: ClubService) -> FirstSteps:
    """Return how far the service's own club is."""
    club = service.club()
    if not club:
        return FirstSteps(0, 0, 0)
    coming = set(service.upcoming(club).table["game_id"])
    forecast = service.latest(club)
    done = sum(game in coming for game in forecast["game_id"]) if forecast.height else 0
    return FirstSteps(len(service.played()), len(coming), done)


def next_step(service: ClubService, club: str) -> str:
    """Return what is to be done next: upload `past` games or the `schedule`, `forecast`, or look at the `plan`."""
    if len(service.played()) < FEWEST_TO_LEARN:
        return PAST
    if not len(service.upcoming(club)):
        return SCHEDULE
    found = freshness(service, club)
    return FORECAST if found.stale or found.unforecast else PLAN


def add_sample(service: ClubService) -> None:
    """Put the sample club on a service without games.

    Raises
    ------
    InputError
        There are games already.
    """
    if len(service.games()):
        raise InputError("sample data: got a club with games, expected an empty one; start gatecast in another folder")
    fill_with_sample(service)
    service.store.save_setting(SAMPLE, value=True)


def has_sample(service: ClubService) -> bool:
    """Return whether the sample club was put on the service by hand, so that it can be taken off again."""
    return bool(service.store.setting(SAMPLE))


def remove_sample(service: ClubService) -> None:
    """Take the sample club off the service: its games, model, settings and notice."""
    for row in service.store.imports().sort("import_id", descending=True).iter_rows(named=True):
        if row["source"] == SAMPLE_SOURCE and row["undone_at"] is None and (row["added"] or row["changed"]):
            service.store.undo(row["import_id"])
    for setting in (MODEL_SETTING, OPERATIONS, NOTICE, CLUB, SAMPLE):
        service.store.save_setting(setting, None)


def write_template(path: str | Path) -> None:
    """Write a workbook with the columns that a club fills in, and a sheet that explains them.

    Parameters
    ----------
    path : path
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    games, notes = book.active, book.create_sheet(HELP_SHEET)
    games.title = "Games"
    games.append([header for header, _, _ in TEMPLATE_COLUMNS])
    notes.append(["Column", "Example", "What to enter"])
    for row in TEMPLATE_COLUMNS:
        notes.append(row)
    notes.append([])
    notes.append(["One row a home game, past and to come, on the sheet Games. Further columns are welcome."])
    for sheet in (games, notes):
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for letter in "ABCDEF":
            sheet.column_dimensions[letter].width = 16
        sheet.freeze_panes = "A2"
    notes.column_dimensions["C"].width = 80
    with written_whole(path) as draft:
        book.save(draft)
