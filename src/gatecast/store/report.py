"""Report what an import did and what it refused."""

from __future__ import annotations

from dataclasses import dataclass

from gatecast.errors import DataError

__all__ = ["ImportReport", "Refused", "Undone"]


@dataclass(frozen=True)
class Refused:
    """A cell for which its whole row was left out.

    Parameters
    ----------
    row : int or None
        As a spreadsheet shows it: the header of a file is row 1.
    column : str
    got, expected, remedy : str
        As in `gatecast.errors.DataError`.
    """

    row: int | None
    column: str
    got: str
    expected: str
    remedy: str = ""

    @classmethod
    def of(cls, error: DataError) -> Refused:
        """Return what a failed check refused."""
        return cls(error.row, error.column, error.got, error.expected, error.remedy)

    @property
    def reason(self) -> str:
        """Return why in one line, without the place."""
        return str(DataError(self.got, self.expected, self.remedy))

    def __str__(self) -> str:
        return str(DataError(self.got, self.expected, self.remedy, row=self.row, column=self.column))


@dataclass(frozen=True)
class ImportReport:
    """Result of an import.

    Parameters
    ----------
    import_id : int or None
        For `Store.undo`; None where nothing was stored.
    source : str
        Name of the file, or whatever the caller said.
    added, changed, unchanged : int
        Rows that were new, that differed from what was stored, and that did not.
    refused : tuple of Refused
        Cells that cannot be used, in order of rows. None of the cells of their rows was stored.
    """

    import_id: int | None
    source: str
    added: int
    changed: int
    unchanged: int
    refused: tuple[Refused, ...] = ()

    def __str__(self) -> str:
        rows = len({each.row for each in self.refused})
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {rows} refused"


@dataclass(frozen=True)
class Undone:
    """Result of undoing an import: games withdrawn, and games restored to earlier values."""

    import_id: int
    withdrawn: int
    restored: int
