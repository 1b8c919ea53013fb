"""The texts in a published file, a zip, a gz or a plain one, unpacked within limits."""

from __future__ import annotations

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from gatecast.errors import DataError

__all__ = ["LARGEST_TEXT", "TEXT_ENDINGS", "Text", "is_whole_zip", "open_texts"]

LARGEST_TEXT = 200_000_000
"""Bytes unpacked. Retrosheet's largest text, every game since the nineteenth century, is half of it."""
TEXT_ENDINGS = (".txt", ".csv")
DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError)


class Text(NamedTuple):
    """One text: the name to use in messages, its own ending (`.txt` or `.csv`), and its bytes."""

    file: str
    ending: str
    raw: bytes


def open_texts(path: Path) -> Iterator[Text]:
    """Yield each text in a zip, a gz, or a plain file.

    Raises
    ------
    DataError
        Where the file cannot be read, is damaged, holds no text, or would unpack to more than `LARGEST_TEXT` bytes.
    """
    ending = path.suffix.lower()
    try:
        if ending == ".zip":
            yield from _zipped(path)
        else:
            inside = Path(path.stem).suffix.lower() if ending == ".gz" else ending
            with gzip.open(path) if ending == ".gz" else path.open("rb") as text:
                yield Text(path.name, inside, _within_limit(text, path.name))
    except DAMAGED as problem:
        raise DataError(
            f"a damaged file, or another kind of file ({problem})",
            f"a whole {ending.removeprefix('.')} file",
            "download it again",
            file=path.name,
        ) from problem
    except OSError as problem:
        raise DataError(problem.strerror or str(problem), "a file that can be read", file=path.name) from problem


def is_whole_zip(path: Path) -> bool:
    """Return True if a file is a zip that unpacks in full and within limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            return 0 < size <= LARGEST_TEXT and archive.testzip() is None
    except (*DAMAGED, OSError):
        return False


def _zipped(path: Path) -> Iterator[Text]:
    with zipfile.ZipFile(path) as archive:
        members = [
            member
            for member in archive.infolist()
            if member.filename.lower().endswith(TEXT_ENDINGS) and not Path(member.filename).name.startswith("._")
        ]
        if not members:
            raise DataError("a zip without a text in it", "a zip as Retrosheet publishes them", file=path.name)
        if sum(member.file_size for member in members) > LARGEST_TEXT:
            raise _too_large(path.name)
        for member in members:
            inside = Path(member.filename)
            with archive.open(member) as text:
                raw = _within_limit(text, path.name)
            yield Text(f"{path.name}/{inside.name}" if len(members) > 1 else path.name, inside.suffix.lower(), raw)


def _within_limit(text: IO[bytes] | gzip.GzipFile, file: str) -> bytes:
    raw = text.read(LARGEST_TEXT + 1)
    if len(raw) > LARGEST_TEXT:
        raise _too_large(file)
    return raw


def _too_large(file: str) -> DataError:
    return DataError(
        f"more than {LARGEST_TEXT // 1_000_000} MB unpacked",
        "a text as Retrosheet publishes it",
        "download it again from www.retrosheet.org",
        file=file,
    )
