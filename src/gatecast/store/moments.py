"""Moments that the store is given, and the present one."""

from __future__ import annotations

import datetime as dt

from gatecast.errors import InputError

__all__ = ["now", "zoned"]


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def zoned(given: dt.datetime) -> dt.datetime:
    """A moment as it was given.

    Raises
    ------
    InputError
        It has no time zone.
    """
    if given.tzinfo is None:
        raise InputError(f"got {given} without a time zone, expected one such as {given}+00:00")
    return given
