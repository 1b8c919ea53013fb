"""Every error that gatecast raises on purpose.

    GatecastError
    ├── InputError (ValueError)       something given to gatecast cannot be used; the command line exits with 2
    │   ├── DataError                 a table: file, row, column, got, expected, remedy
    │   ├── SettingsError             a settings file: file, key, got, expected, remedy
    │   ├── ModelError                a saved model that cannot be read, or does not fit the games
    │   └── ConflictError             somebody else changed the same thing first; nothing was saved
    ├── DownloadError (OSError)       a published file could not be fetched
    ├── StoreError                    the database cannot be opened, or would lose something by what was asked
    │   ├── StoreUnavailableError     the database does not answer, or is busy; the same may succeed later
    │   └── StoreWriteError           the database cannot be written: its disk is full, or it is read-only
    ├── ClusterError                  there is no cluster at an address, or its nodes were lost too often
    └── MissingExtraError (ImportError)   an optional dependency is absent; names the command that installs it

    ReadingWarning (UserWarning)      something was guessed, left out or taken as unknown while a table was read

A message is one line: what was received, what was expected, how to mend it.
"""

from __future__ import annotations

from typing import Any, Self

__all__ = [
    "ClusterError",
    "ConflictError",
    "DataError",
    "DownloadError",
    "GatecastError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "ReadingWarning",
    "SettingsError",
    "StoreError",
    "StoreUnavailableError",
    "StoreWriteError",
]


_SAME: Any = object()


class GatecastError(Exception):
    """Root of all errors that gatecast raises on purpose."""


class InputError(GatecastError, ValueError):
    """Something given to gatecast cannot be used as it is."""


class DataError(InputError):
    """A table cannot be used.

    Parameters
    ----------
    got, expected : str
        The value received and the values accepted, in words a spreadsheet user knows.
    remedy : str
        The remedy; may be empty when `expected` says it all.
    file : str
        Name of the file, or empty for a table in memory.
    row : int or None
        Row as a spreadsheet shows it: the header of a file is row 1.
    column : str
        Header of the column, as the file spells it.

    Examples
    --------
    >>> print(DataError("'-40'", "a whole number from 0 to 250000", file="games.csv", row=17, column="attendance"))
    games.csv, row 17, attendance: got '-40', expected a whole number from 0 to 250000
    """

    def __init__(
        self, got: str, expected: str, remedy: str = "", *, file: str = "", row: int | None = None, column: str = ""
    ) -> None:
        self.got, self.expected, self.remedy = got, expected, remedy
        self.file, self.row, self.column = file, row, column
        place = ", ".join(part for part in (file, f"row {row}" if row is not None else "", column) if part)
        super().__init__(_one_line(place, got, expected, remedy))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), (self.got, self.expected, self.remedy), _place_of(self))

    @property
    def detail(self) -> str:
        """The message without its place: what was received, what was expected, how to mend it."""
        return _one_line("", self.got, self.expected, self.remedy)

    def at(self, *, file: str = _SAME, row: int | None = _SAME, column: str = _SAME) -> DataError:
        """Return the same error at another place; what is not given stays the same.

        Examples
        --------
        >>> print(DataError("'-40'", "a number from 0", row=17).at(file="games.csv", column="Gate"))
        games.csv, row 17, Gate: got '-40', expected a number from 0
        """
        return DataError(
            self.got,
            self.expected,
            self.remedy,
            file=self.file if file is _SAME else file,
            row=self.row if row is _SAME else row,
            column=self.column if column is _SAME else column,
        )


class SettingsError(InputError):
    """A settings file (column mapping, operations) has a value that cannot be used.

    Examples
    --------
    >>> print(SettingsError("'ten'", "a number above 0", file="operations.toml", key="staff.ushers.cost"))
    operations.toml, staff.ushers.cost: got 'ten', expected a number above 0
    """

    def __init__(self, got: str, expected: str, remedy: str = "", *, file: str = "", key: str = "") -> None:
        self.got, self.expected, self.remedy, self.file, self.key = got, expected, remedy, file, key
        super().__init__(_one_line(", ".join(part for part in (file, key) if part), got, expected, remedy))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), (self.got, self.expected, self.remedy), {"file": self.file, "key": self.key})

    @classmethod
    def of(cls, error: DataError | SettingsError, *, file: str = "", key: str = "") -> Self:
        """Return an error of a value as one of the settings file that holds the value."""
        return cls(error.got, error.expected, error.remedy, file=file, key=key)

    @property
    def detail(self) -> str:
        """The message without its place: what was received, what was expected, how to mend it."""
        return _one_line("", self.got, self.expected, self.remedy)


class ModelError(InputError):
    """A saved model cannot be read, or does not fit the games it is used on."""


class DownloadError(GatecastError, OSError):
    """A published file could not be fetched."""


class StoreError(GatecastError):
    """The database cannot be opened, or would lose something by what was asked."""


class StoreUnavailableError(StoreError):
    """The database does not answer, or is busy with other writes; the same may succeed later."""


class StoreWriteError(StoreError):
    """The database can be read, but not written: its disk is full, or it is read-only."""


class ClusterError(GatecastError):
    """There is no cluster at an address, or its nodes were lost too often or are not alike."""


class ConflictError(InputError):
    """Somebody else changed the same thing first; nothing was saved."""


class MissingExtraError(GatecastError, ImportError):
    """An optional dependency is absent.

    Examples
    --------
    >>> print(MissingExtraError("download", "downloading published seasons"))
    downloading published seasons needs the 'download' extra: pip install 'gatecast[download]'
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs the '{extra}' extra: pip install 'gatecast[{extra}]'")


class ReadingWarning(UserWarning):
    """Something was guessed, left out or taken as unknown while a table was read.

    Turn it off with `warnings.filterwarnings("ignore", category=gatecast.errors.ReadingWarning)`, or give `note=` a
    function that takes the lines.
    """


def _place_of(error: DataError) -> dict[str, object]:
    return {"file": error.file, "row": error.row, "column": error.column}


def _rebuilt(kind: type[DataError | SettingsError], words: tuple[str, str, str], place: dict[str, Any]) -> Exception:
    """Rebuild an error that was pickled; exceptions keep only positional arguments on their own."""
    return kind(*words, **place)


def _one_line(place: str, got: str, expected: str, remedy: str) -> str:
    text = f"{place}: " if place else ""
    text += f"got {got}, expected {expected}"
    return " ".join((f"{text}; {remedy}" if remedy else text).split())
