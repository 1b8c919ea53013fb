"""Text of strangers made harmless where it becomes a place to go to, the name of a file, or a cell of a spreadsheet."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from gatecast.files import spreadsheet_safe

__all__ = ["LONGEST_NAME", "file_name", "own_path", "spreadsheet_safe"]

LONGEST_PATH, LONGEST_NAME = 2000, 100
MOST_SENT = 1000
"""Characters of the end of a name that are looked at: composing takes the square of their number."""
PATH = re.compile(r"/[!-\[\]-~]*")
"""A slash and printable ASCII without blanks and backslashes."""
PATH_ENCODED = re.compile(r"[^\x00-\x1f\x7f\\]*")
STEPS = (".", "..")
SEPARATORS = re.compile(r"[/\\:\x00]")
ODD = re.compile(r"[^\w .,()+&'-]|[\n\r\t\v\f]")
RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices, whatever follows the first dot."""


def own_path(text: str, otherwise: str = "/") -> str:
    """A text if it is the path of a page of ours, with its query if it has one; else another path.

    Parameters
    ----------
    text : str
        Such as the field that says where to go after signing in.
    otherwise : str

    Examples
    --------
    >>> own_path("/games/QUI202506130?season=2025")
    '/games/QUI202506130?season=2025'
    >>> own_path("//elsewhere.example/"), own_path("https://elsewhere.example/"), own_path("/\\\\elsewhere.example")
    ('/', '/', '/')
    """
    path = text.partition("?")[0].partition("#")[0]
    decoded = unquote(path)
    fine = (
        len(text) <= LONGEST_PATH
        and PATH.fullmatch(text)
        and PATH_ENCODED.fullmatch(decoded)
        and not decoded.startswith("//")
        and not any(part in STEPS for part in decoded.split("/"))
    )
    return text if fine else otherwise


def file_name(text: str, otherwise: str = "file") -> str:
    """The last part of a path as a name that every system takes for a file of that name and nothing else.

    Examples
    --------
    >>> file_name("..\\\\..\\\\plans\\\\Home stand 3.xlsx"), file_name("../.."), file_name("NUL.csv")
    ('Home stand 3.xlsx', 'file', '_NUL.csv')
    """
    last = SEPARATORS.split(unicodedata.normalize("NFKC", text[-MOST_SENT:]).rstrip("/\\"))[-1]
    name = ODD.sub("_", last).strip(" .").lstrip("-'")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = (stem[: LONGEST_NAME - len(ending) - 1] + dot + ending if 0 < len(ending) < 10 else name)[:LONGEST_NAME]
    name = name.strip(" .")
    if not any(sign.isalnum() for sign in name):
        return otherwise
    return f"_{name}" if RESERVED.fullmatch(name) else name
