"""What was typed into the form of operations, turned into operations again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gatecast.errors import SettingsError
from gatecast.plan import CrowdSettings, Operations
from gatecast.plan.columns import KINDS
from gatecast.plan.operations.model import WEEKDAYS
from gatecast.plan.operations.numbers import Number, Settings, numbers_of
from gatecast.service.operations_fields import (
    CROWD,
    CURRENCY,
    DELIVERY_DAYS,
    MODELS,
    NAME,
    defaults_of,
    key_of,
    places_of,
    settings_of,
    typed_text,
)
from gatecast.service.typed_numbers import read_number

__all__ = ["Edited", "Setting", "added", "edited", "without"]

ENTRY_KEY = re.compile(rf"({'|'.join(KINDS)})\.(.*)\.([a-z_]+)", re.DOTALL)
CROWD_KEY = re.compile(rf"({CROWD})()\.([a-z_]+)")


@dataclass(frozen=True)
class Setting:
    """A setting that was changed: where it stands, its values before and after, and their unit, with money as money."""

    key: str
    group: str
    name: str
    setting: str
    before: object
    after: object
    unit: str


@dataclass(frozen=True)
class Edited:
    """What came of typing: operations, or why there are none.

    Parameters
    ----------
    operations : Operations or None
        None where something was refused.
    changes : tuple of Setting
        What differs from the operations before.
    errors : dict
        What was refused, by key; under the empty key what is of no one setting.
    """

    operations: Operations | None
    changes: tuple[Setting, ...]
    errors: dict[str, str]


def edited(operations: Operations, typed: Mapping[str, str]) -> Edited:
    """Operations with what was typed in place of what was set.

    Parameters
    ----------
    operations : Operations
    typed : mapping of str to str
        Texts by key, and the currency under its own name; what is no key is left alone. An empty text stands for what
        a setting is if left out.

    Examples
    --------
    >>> from gatecast.plan import default_operations
    >>> found = edited(default_operations(), {"staff.ushers.cost": "120,5"})
    >>> [(change.before, change.after) for change in found.changes], found.errors
    ([(100, 120.5)], {})
    """
    given, errors = _by_place(operations, typed)
    groups: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    crowd, changes = operations.crowd, list[Setting]()
    for group, name, settings in places_of(operations):
        texts = given.get((group, name), {})
        made, found, refused = _changed(settings, group, name, texts, operations.currency)
        errors |= refused
        changes += found
        if isinstance(made, CrowdSettings):
            crowd = made
        else:
            groups[group].append(made)
    currency = typed.get(CURRENCY, operations.currency).strip()
    if currency != operations.currency:
        changes.append(Setting(CURRENCY, "", "", CURRENCY, operations.currency, currency, ""))
    if errors:
        return Edited(None, tuple(changes), errors)
    try:
        whole = Operations(crowd=crowd, currency=currency, **{kind: tuple(each) for kind, each in groups.items()})
    except SettingsError as problem:
        return Edited(None, tuple(changes), {_key_of_whole(problem.key, changes): problem.detail})
    return Edited(whole, tuple(changes), {})


def added(operations: Operations, group: str, typed: Mapping[str, str]) -> Edited:
    """Operations with one role, item or service more, at the end of its group.

    Parameters
    ----------
    operations : Operations
    group : str
        staff, stock or transport.
    typed : mapping of str to str
        Texts by key, those of an entry without a name.
    """
    model, values, errors = MODELS[group], dict[str, Any](), dict[str, str]()
    left_out = defaults_of(model)
    for setting, number in settings_of(model, operations.currency):
        key = key_of(group, "", setting)
        try:
            values[setting] = _read(typed.get(key, ""), number, setting, left_out)
        except SettingsError as problem:
            errors[key] = problem.detail
    if errors:
        return Edited(None, (), errors)
    try:
        whole = _with(operations, group, (*getattr(operations, group), model(**values)))
    except SettingsError as problem:
        return Edited(None, (), {key_of(group, "", problem.key.rpartition(".")[2]): problem.detail})
    return Edited(whole, (), {})


def without(operations: Operations, group: str, name: str) -> Operations:
    """Operations without a role, an item or a service; the same where there is none of that name.

    Raises
    ------
    SettingsError
        It was the last one of all.
    """
    if group not in KINDS:
        return operations
    return _with(operations, group, tuple(each for each in getattr(operations, group) if each.name != name))


def _with(operations: Operations, group: str, entries: tuple[Any, ...]) -> Operations:
    groups: dict[str, tuple[Any, ...]] = {kind: getattr(operations, kind) for kind in KINDS}
    return Operations(crowd=operations.crowd, currency=operations.currency, **{**groups, group: entries})


def _by_place(
    operations: Operations, typed: Mapping[str, str]
) -> tuple[dict[tuple[str, str], dict[str, str]], dict[str, str]]:
    """Texts by group and name, then by setting; and what speaks of an entry or a setting that is not there."""
    places = {(group, name): dict(settings_of(type(settings), "")) for group, name, settings in places_of(operations)}
    given: dict[tuple[str, str], dict[str, str]] = {}
    errors: dict[str, str] = {}
    for key, text in typed.items():
        found = ENTRY_KEY.fullmatch(key) or CROWD_KEY.fullmatch(key)
        if found is None:
            continue
        group, name, setting = found.groups()
        if setting in places.get((group, name), {}):
            given.setdefault((group, name), {})[setting] = text
        else:
            errors[""] = f"got {key!r}, expected a setting of the operations; it may have been taken out or renamed"
    return given, errors


def _changed(
    settings: Settings, group: str, name: str, texts: Mapping[str, str], currency: str
) -> tuple[Settings, list[Setting], dict[str, str]]:
    """Settings with what was typed, what differs, and what was refused by key."""
    values, errors, numbers = dict[str, Any](), dict[str, str](), dict(settings_of(type(settings), currency))
    left_out = defaults_of(type(settings))
    for setting, text in texts.items():
        before = getattr(settings, setting)
        if text.strip() == typed_text(before).strip():
            continue
        try:
            value = _read(text, numbers[setting], setting, left_out)
        except SettingsError as problem:
            errors[key_of(group, name, setting)] = problem.detail
            continue
        if value != before:
            values[setting] = value
    units = {setting: number.unit for setting, number in numbers_of(type(settings)).items()}
    changes = [
        Setting(key_of(group, name, key), group, name, key, getattr(settings, key), value, units.get(key, ""))
        for key, value in values.items()
    ]
    if errors or not values:
        return settings, changes, errors
    # A source speaks of the value it stood with.
    sources = {setting: text for setting, text in settings.sources.items() if setting not in values}
    try:
        return replace(settings, **values, sources=sources), changes, {}
    except SettingsError as problem:
        return settings, changes, {key_of(group, name, problem.key): problem.detail}


def _read(text: str, number: Number | None, setting: str, left_out: Mapping[str, object]) -> object:
    """What was typed into a field; for nothing, what the setting is if left out.

    Raises
    ------
    SettingsError
        No such value, or nothing where something must be given.
    """
    if setting == DELIVERY_DAYS:
        days = text.split()
        return tuple(sorted(days, key=WEEKDAYS.index) if set(days) <= set(WEEKDAYS) else days)
    value = text.strip() or None if number is None else read_number(text, number)
    if value is None and setting not in left_out:
        raise SettingsError("nothing", f"{number.expected} ({number.unit})" if number else "a name of one line")
    return left_out[setting] if value is None else value


def _key_of_whole(key: str, changes: list[Setting]) -> str:
    """The key of the field that a refusal of the whole is about: of a name that stands twice, the one changed."""
    group, _, setting = key.rpartition(".")
    if setting != NAME:
        return key
    return next((each.key for each in changes if (each.group, each.setting) == (group, NAME)), "")
