"""Merge settings that several people edit at once, so that no edit is lost unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatecast.errors import ConflictError

__all__ = ["Clash", "SettingsConflictError", "merged_settings"]

NAME = "name"
ABSENT = object()


@dataclass(frozen=True)
class Clash:
    """A value that two people changed differently: where it stands, as both found it, as saved, and as wanted.

    None stands for an entry that is absent, such as a role that was removed.
    """

    key: str
    before: Any
    saved: Any
    wanted: Any


class SettingsConflictError(ConflictError):
    """Settings that cannot be saved, because somebody else changed the same values in the meantime.

    Parameters
    ----------
    clashes : tuple of Clash
        Empty if the settings that the edit began from are not known.
    version : int
        Of the settings that are saved now.
    """

    def __init__(self, clashes: tuple[Clash, ...], version: int) -> None:
        self.clashes, self.version = clashes, version
        named = ", ".join(each.key for each in clashes) or "the settings"
        super().__init__(
            f"got a change of {named}, which somebody else changed in the meantime; look at both, then save"
        )


def merged_settings(
    before: Mapping[str, Any], saved: Mapping[str, Any], wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Clash, ...]]:
    """Apply what one person changed to what another one saved.

    Parameters
    ----------
    before : mapping
        The settings that the edit began from: values, tables of values, and lists of tables that have a name.
    saved : mapping
        The settings that are saved now.
    wanted : mapping
        The settings as edited.

    Returns
    -------
    dict
        `saved` with every value that differs between `before` and `wanted`.
    tuple of Clash
        Values that were changed in `saved` and, differently, in `wanted`; they are as in `saved`.

    Examples
    --------
    >>> merged_settings({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3})
    ({'a': 2, 'b': 3}, ())
    >>> merged_settings({"a": 1}, {"a": 2}, {"a": 3})[1]
    (Clash(key='a', before=1, saved=2, wanted=3),)
    """
    clashes: list[Clash] = []
    merged = _merged(before, saved, wanted, "", clashes)
    return merged, tuple(clashes)


def _merged(before: Any, saved: Any, wanted: Any, key: str, clashes: list[Clash]) -> Any:  # noqa: ANN401
    if wanted in (before, saved):
        return saved
    if saved == before:
        return wanted
    if all(isinstance(each, Mapping) for each in (before, saved, wanted)):
        return _merged_tables(before, saved, wanted, key, clashes)
    if all(_is_entries(each) for each in (before, saved, wanted)):
        return list(_merged_tables(_by_name(before), _by_name(saved), _by_name(wanted), key, clashes).values())
    clashes.append(Clash(key, *(None if each is ABSENT else each for each in (before, saved, wanted))))
    return saved


def _merged_tables(
    before: Mapping[str, Any], saved: Mapping[str, Any], wanted: Mapping[str, Any], key: str, clashes: list[Clash]
) -> dict[str, Any]:
    names = [*saved, *(name for name in wanted if name not in saved)]
    merged = {
        name: _merged(
            before.get(name, ABSENT),
            saved.get(name, ABSENT),
            wanted.get(name, ABSENT),
            f"{key}.{name}" if key else name,
            clashes,
        )
        for name in names
    }
    return {name: value for name, value in merged.items() if value is not ABSENT}


def _by_name(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {entry[NAME]: entry for entry in entries}


def _is_entries(value: object) -> bool:
    """Return whether a value is a list of tables, each with a name of its own."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) and NAME in each for each in value):
        return False
    return len({each[NAME] for each in value}) == len(value)
