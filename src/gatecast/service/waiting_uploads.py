"""Uploaded files that wait in memory for confirmation, with the choices and corrections of the user."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import polars as pl

from gatecast.collect import RawTable, read_table
from gatecast.collect.raw_table import MOST_ROWS
from gatecast.errors import DataError, InputError
from gatecast.games import CANONICAL
from gatecast.service.upload_fields import chosen_fields

__all__ = ["DAY_FIRST", "ENDINGS", "LARGEST_BYTES", "LONGEST_MAPPING", "MONTH_FIRST", "Upload", "Uploads"]

Value = TypeVar("Value")
ENDINGS = (".csv", ".xlsx", ".parquet")
LARGEST_BYTES = 25_000_000
"""Bytes of a file."""
MOST_PENDING, PENDING_S = 8, 30 * 60
LONGEST_NAME = 80
LONGEST_MAPPING, MOST_IMPORTED = 20_000, 100
DAY_FIRST, MONTH_FIRST = "day", "month"


@dataclass(frozen=True)
class Upload:
    """A file that waits for confirmation.

    Parameters
    ----------
    upload_id : str
        Random, for its address.
    table : RawTable
        The file's table with the user's corrections.
    began : float
        When it was uploaded, in seconds of `time.monotonic`.
    columns : mapping of our name to header
        The user's choice of columns.
    left_out : frozenset of str
        Headers that the user removed.
    home : str
        The home club of every game, if the file does not say.
    erase : bool
        True if an empty cell clears the stored value instead of leaving it, such as a promotion called off.
    date_order : str
        `DAY_FIRST` or `MONTH_FIRST` if the user said how dates such as 5/6/2025 are meant; otherwise empty.
    capacity : str
        The seats of every game, if the user said so; otherwise empty.
    mapping_text : str
        A mapping file as the user typed or uploaded it; may be empty.
    apart : frozenset of str
        Ids of games that look like stored ones on another day and are, by the user's word, games of their own.
    fields : mapping of str to str
        Fields of the page that say what a mapping file may say, as `upload_fields.chosen_fields` returns them.
    """

    upload_id: str
    table: RawTable
    began: float
    columns: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    home: str = ""
    erase: bool = False
    date_order: str = ""
    capacity: str = ""
    mapping_text: str = ""
    apart: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Latest result of each computation by name, with the state of the store that it holds for; see `once`."""

    def once(self, name: str, state: Hashable, make: Callable[[], Value]) -> Value:
        """Return a computed value, kept until it is asked for with another state."""
        if name not in self.kept or self.kept[name][0] != state:
            self.kept.pop(name, None)
            self.kept[name] = (state, make())
        return self.kept[name][1]  # type: ignore[no-any-return]  # what make returned


class Uploads:
    """The uploads that wait: at most eight, each for half an hour, in memory."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Upload] = OrderedDict()
        self._imported: deque[str] = deque(maxlen=MOST_IMPORTED)
        self._lock = Lock()

    def add(self, name: str, content: bytes, home: str) -> Upload:
        """Read a file that was sent; store nothing of it.

        Parameters
        ----------
        name : str
            As the user calls it; only its ending counts, and messages show it.
        content : bytes
        home : str
            The home club of games that do not say theirs.

        Raises
        ------
        InputError
            Another kind of file, or one too large.
        DataError
            A file that cannot be read as a table.
        """
        shown = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())[
            -LONGEST_NAME:
        ]
        ending = Path(shown).suffix.lower()
        if ending not in ENDINGS:
            raise InputError(f"{shown or 'file'}: got a file ending in {ending!r}, expected {', '.join(ENDINGS)}")
        if not content or len(content) > LARGEST_BYTES:
            raise InputError(f"{shown}: got {len(content):,} bytes, expected 1 to {LARGEST_BYTES:,}")
        with tempfile.TemporaryDirectory(prefix="gatecast-upload-") as folder:
            place = Path(folder) / f"upload{ending}"
            place.write_bytes(content)
            try:
                # A few bytes of Parquet can hold any number of rows.
                table = read_table(place, most_rows=MOST_ROWS)
            except DataError as refused:
                raise refused.at(file=shown) from None
        upload = Upload(secrets.token_urlsafe(12), replace(table, file=shown), time.monotonic(), home=home)
        self.put(upload)
        return upload

    def put(self, upload: Upload) -> None:
        """Keep an upload in place of the one with its id."""
        with self._lock:
            self._waiting[upload.upload_id] = upload
            for each in list(self._waiting.values())[:-MOST_PENDING]:
                del self._waiting[each.upload_id]

    def get(self, upload_id: str) -> Upload | None:
        """Return the upload if it still waits."""
        with self._lock:
            upload = self._waiting.get(upload_id)
            if upload is not None and time.monotonic() - upload.began > PENDING_S:
                del self._waiting[upload_id]
                return None
            return upload

    def drop(self, upload_id: str) -> None:
        """Discard an upload."""
        with self._lock:
            self._waiting.pop(upload_id, None)

    def finish(self, upload_id: str) -> None:
        """Discard an upload that was imported, and remember that it was."""
        with self._lock:
            done = self._waiting.pop(upload_id, None)
            self._imported.append(upload_id)
        if done is not None:
            done.kept.clear()

    def imported(self, upload_id: str) -> bool:
        """Return whether an upload was imported: somebody clicked twice."""
        with self._lock:
            return upload_id in self._imported

    def revise(
        self,
        upload: Upload,
        mapped: Mapping[str, str],
        columns: Mapping[str, str],
        home: str,
        cells: Mapping[tuple[int, str], str],
        *,
        erase: bool = False,
        date_order: str = "",
        capacity: str = "",
        mapping_text: str = "",
        apart: frozenset[str] = frozenset(),
        fields: Mapping[str, str] | None = None,
    ) -> Upload:
        """Apply the user's choice of columns and corrected cells.

        Parameters
        ----------
        mapped : mapping of our name to header
            Where our columns were read from before.
        columns : mapping of our name to header
            Where they are to be read from; an empty text for nowhere.
        home : str
        cells : mapping of (row of the file, header) to text
        erase : bool
            True if empty cells clear stored values.
        date_order, capacity, mapping_text, apart
            As `Upload` has them.
        fields : mapping of str to str, optional
            As the page sent them; those of the upload if not given.
        """
        known = set(upload.table.frame.columns)
        table = _corrected(upload.table, cells)
        chosen = {name: header for name, header in columns.items() if name in CANONICAL and header in known}
        chosen = {name: header for name, header in chosen.items() if header != mapped.get(name)}
        removed = {mapped[name] for name, header in columns.items() if header == "" and mapped.get(name) in known}
        revised = replace(
            upload,
            table=table,
            columns={**{name: header for name, header in upload.columns.items() if header not in removed}, **chosen},
            left_out=(upload.left_out | removed) - set(chosen.values()),
            home=home.strip(),
            erase=erase,
            date_order=date_order if date_order in (DAY_FIRST, MONTH_FIRST) else "",
            capacity=capacity.strip(),
            mapping_text=mapping_text.strip()[:LONGEST_MAPPING],
            apart=apart,
            fields=upload.fields if fields is None else chosen_fields(fields),
        )
        if table is upload.table and replace(revised, table=upload.table) == upload:
            return upload
        self.put(revised)
        return revised

    def restart(self, upload: Upload) -> Upload:
        """Forget the user's choices, but not the corrected cells: columns are guessed again."""
        fresh = replace(
            upload,
            columns={},
            left_out=frozenset(),
            erase=False,
            date_order="",
            capacity="",
            mapping_text="",
            apart=frozenset(),
            fields={},
        )
        self.put(fresh)
        return fresh


def _corrected(table: RawTable, cells: Mapping[tuple[int, str], str]) -> RawTable:
    """Return a table with corrected cells; the same table where every cell is as it was."""
    frame, places = table.frame, {row: place for place, row in enumerate(table.rows)} if cells else {}
    for (row, header), text in cells.items():
        if row not in places or header not in frame.columns:
            continue
        column = replace(table, frame=frame).cells(header).text()
        if (column[places[row]] or "") == text.strip():
            continue
        here = pl.Series([place == places[row] for place in range(frame.height)])
        frame = frame.with_columns(
            column.zip_with(~here, pl.Series([text.strip() or None], dtype=pl.String)).alias(header)
        )
    return table if frame is table.frame else replace(table, frame=frame)
