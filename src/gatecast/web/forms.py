"""Forms whose fields are known only when they are submitted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from fastapi import Request
from starlette.datastructures import UploadFile

__all__ = ["LONGEST_TYPED", "sent_file", "sent_texts", "texts_of"]

LONGEST_TYPED = 200
"""Characters of a field that are looked at."""

Items = list[tuple[str, str]]


def sent_texts() -> Callable[[Request], Awaitable[Items]]:
    """Return a FastAPI dependency that reads all text fields of the submitted form, in order."""

    async def read(request: Request) -> Items:
        async with request.form() as form:
            return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]

    return read


def sent_file(name: str, largest: int) -> Callable[[Request], Awaitable[bytes | None]]:
    """Return a FastAPI dependency that reads an uploaded file up to one byte past a limit; None without a file.

    Parameters
    ----------
    name : str
        Of its field.
    largest : int
        Bytes that are taken.
    """

    async def read(request: Request) -> bytes | None:
        async with request.form() as form:
            file = form.get(name)
            return await file.read(largest + 1) if isinstance(file, UploadFile) else None

    return read


def texts_of(items: Iterable[tuple[str, str]], prefix: str = "") -> dict[str, str]:
    """Return texts by field name; several of one name, such as ticked boxes, are joined by blanks.

    Parameters
    ----------
    items : iterable of (str, str)
    prefix : str
        Only fields whose name begins so, by the rest of it.

    Examples
    --------
    >>> texts_of([("was.days", ""), ("was.days", "mon"), ("was.days", "thu"), ("cost", "3")], "was.")
    {'days': 'mon thu'}
    """
    texts: dict[str, list[str]] = {}
    for name, text in items:
        if name.startswith(prefix):
            texts.setdefault(name.removeprefix(prefix), []).append(text[:LONGEST_TYPED])
    return {name: " ".join(parts).strip() for name, parts in texts.items()}
