"""The form of the operations: its fields, and what was typed into them turned into operations again.

A setting goes by a key: its group, the name of its role, item or service, and its own name, joined by points, such as
`staff.ushers.cost`. The key of a crowd setting is `crowd.show_rate`; a setting of an entry to be added has no name in
it, `staff..cost`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from gatecast.errors import SettingsError
from gatecast.plan import CrowdSettings, Operations, assumptions
from gatecast.plan.columns import KINDS
from gatecast.plan.operations.model import MODELS, WEEKDAYS, Settings, numbers_of
from gatecast.plan.operations.numbers import Number

__all__ = [
    "CROWD",
    "CURRENCY",
    "DELIVERY_DAYS",
    "NAME",
    "Edited",
    "EntryForm",
    "Setting",
    "SettingField",
    "added",
    "edited",
    "entries_of",
    "key_of",
    "new_entry",
    "number_text",
    "read_number",
    "typed_text",
    "without",
]

CROWD, CURRENCY, NAME, DELIVERY_DAYS, SOURCES = "crowd", "currency", "name", "delivery_days", "sources"
WHOLE_CROWD = "whole crowd"
NOTHING: Mapping[str, str] = MappingProxyType({})
ENTRY_KEY = re.compile(rf"({'|'.join(KINDS)})\.(.*)\.([a-z_]+)", re.DOTALL)
CROWD_KEY = re.compile(rf"({CROWD})()\.([a-z_]+)")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""A comma that may stand before decimals or between thousands."""
GAPS = re.compile("(?<=\\d)[\\s\u00a0\u202f'](?=\\d{3})")
SIGNS = re.compile(r"^[$€£]\s*|\s*[$€£]$")
LONGEST = 40
LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class SettingField:
    """A setting as a form shows it.

    Parameters
    ----------
    key, setting : str
    value : object
        A number, a text, weekdays as a tuple; None if nothing is set.
    number : Number or None
        Its unit, with the currency in it, and its limits; None for text.
    source : str
        Where the number comes from; empty if nothing is set.
    typed, error : str
        The text in the field, and why it cannot be used.
    """

    key: str
    setting: str
    value: object
    number: Number | None
    source: str
    typed: str
    error: str


@dataclass(frozen=True)
class EntryForm:
    """A role, an item or a service with its fields; the name of the crowd and of an entry to be added is empty."""

    group: str
    name: str
    fields: tuple[SettingField, ...]

    @property
    def refused(self) -> bool:
        """True if something typed into it cannot be used."""
        return any(field.error for field in self.fields)


def key_of(group: str, name: str, setting: str) -> str:
    """Return the key of a setting.

    Examples
    --------
    >>> key_of("staff", "ushers", "cost"), key_of("crowd", "", "show_rate")
    ('staff.ushers.cost', 'crowd.show_rate')
    """
    return f"{group}.{setting}" if group == CROWD else f"{group}.{name}.{setting}"


def typed_text(value: object) -> str:
    """Return a value as it would be typed; weekdays separated by spaces.

    Examples
    --------
    >>> typed_text(0.83), typed_text(None), typed_text(("mon", "thu"))
    ('0.83', '', 'mon thu')
    """
    if isinstance(value, tuple | list):
        return " ".join(value)
    return number_text(value) if isinstance(value, int | float) else str(value or "")


def entries_of(
    operations: Operations, typed: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING
) -> tuple[EntryForm, ...]:
    """Return the crowd and every role, item and service with their fields, in the order of the file.

    Parameters
    ----------
    operations : Operations
    typed, errors : mapping of str to str
        By key; a setting that was not typed shows its value.
    """
    sources = {(each.group, each.name, each.setting): each.source for each in assumptions(operations)}
    entries = []
    for group, name, settings in places_of(operations):
        shown = tuple(
            SettingField(
                key := key_of(group, name, setting),
                setting,
                value := getattr(settings, setting),
                number,
                sources.get((group, name or WHOLE_CROWD, setting), ""),
                typed.get(key, typed_text(value)),
                errors.get(key, ""),
            )
            for setting, number in settings_of(type(settings), operations.currency)
        )
        entries.append(EntryForm(group, name, shown))
    return tuple(entries)


def new_entry(
    group: str, currency: str, typed: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING
) -> EntryForm:
    """Return the fields of a role, an item or a service to be added, filled with the defaults.

    Parameters
    ----------
    group : str
        staff, stock or transport.
    currency : str
    typed, errors : mapping of str to str
        By key.
    """
    left_out = defaults_of(MODELS[group])
    shown = tuple(
        SettingField(
            key := key_of(group, "", setting),
            setting,
            left_out.get(setting),
            number,
            "",
            typed.get(key, typed_text(left_out.get(setting))),
            errors.get(key, ""),
        )
        for setting, number in settings_of(MODELS[group], currency)
    )
    return EntryForm(group, "", shown)


def defaults_of(model: type[Settings]) -> dict[str, object]:
    """Return the default of each setting that need not be given."""
    return {name: field.default for name, field in model.model_fields.items() if not field.is_required()}


def places_of(operations: Operations) -> Iterator[tuple[str, str, Settings]]:
    """Yield group, name and settings of the crowd and of every role, item and service, in the order of the file."""
    yield CROWD, "", operations.crowd
    for kind in KINDS:
        for entry in getattr(operations, kind):
            yield kind, entry.name, entry


def settings_of(model: type[Settings], currency: str) -> Iterator[tuple[str, Number | None]]:
    """Yield the settings of a form in order, the name first, with their units in a currency."""
    numbers = numbers_of(model)
    names = [name for name in model.model_fields if name != SOURCES]
    for name in sorted(names, key=lambda each: each != NAME):
        number = numbers.get(name)
        yield name, number and replace(number, unit=number.unit.replace("money", currency, 1))


@dataclass(frozen=True)
class Setting:
    """A changed setting: its key and place, its values before and after, and their unit, with money as "money"."""

    key: str
    group: str
    name: str
    setting: str
    before: object
    after: object
    unit: str


@dataclass(frozen=True)
class Edited:
    """The operations that were typed, or why they cannot be used.

    Parameters
    ----------
    operations : Operations or None
        None if something was refused.
    changes : tuple of Setting
        Differences from the operations before.
    errors : dict
        The refusals by key; one that concerns no single setting has the empty key.
    """

    operations: Operations | None
    changes: tuple[Setting, ...]
    errors: dict[str, str]


def edited(operations: Operations, typed: Mapping[str, str]) -> Edited:
    """Return operations with the typed texts in place of their values.

    Parameters
    ----------
    operations : Operations
    typed : mapping of str to str
        Texts by key, and the currency by its own name; any other name is ignored. An empty text stands for the
        default.

    Examples
    --------
    >>> from gatecast.plan import default_operations
    >>> changed = edited(default_operations(), {"staff.ushers.cost": "120,5"})
    >>> [(change.before, change.after) for change in changed.changes], changed.errors
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
    """Return operations with one more role, item or service, at the end of its group.

    Parameters
    ----------
    operations : Operations
    group : str
        staff, stock or transport.
    typed : mapping of str to str
        Texts by key, the keys without a name.
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
    """Return operations without a role, an item or a service; the same if there is none of that name.

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
    """Return texts by group and name, then by setting; and the refusal of a key that is not there."""
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
    """Return settings with the typed texts, the differences, and the refusals by key."""
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
    # A source belongs to the value that it came with.
    sources = {setting: text for setting, text in settings.sources.items() if setting not in values}
    try:
        return settings.replace(**values, sources=sources), changes, {}
    except SettingsError as problem:
        return settings, changes, {key_of(group, name, problem.key): problem.detail}


def _read(text: str, number: Number | None, setting: str, left_out: Mapping[str, object]) -> object:
    """Return the value that was typed into a field; the default for an empty one.

    Raises
    ------
    SettingsError
        A value that cannot be used, or none for a setting that has no default.
    """
    if setting == DELIVERY_DAYS:
        days = text.split()
        return tuple(sorted(days, key=WEEKDAYS.index) if set(days) <= set(WEEKDAYS) else days)
    value = text.strip() or None if number is None else read_number(text, number)
    if value is None and setting not in left_out:
        raise SettingsError("nothing", f"{number.expected} ({number.unit})" if number else "a name of one line")
    return left_out[setting] if value is None else value


def _key_of_whole(key: str, changes: list[Setting]) -> str:
    """Return the key of the field that a refusal of the whole concerns: of a repeated name, the changed one."""
    group, _, setting = key.rpartition(".")
    if setting != NAME:
        return key
    return next((each.key for each in changes if (each.group, each.setting) == (group, NAME)), "")


def read_number(text: str, number: Number) -> float | int | None:
    """Read a number as somebody types it: with a decimal point or comma, thousands separated, a currency sign.

    Parameters
    ----------
    text : str
    number : Number
        The values that the setting may take.

    Returns
    -------
    float, int or None
        None for an empty text.

    Raises
    ------
    SettingsError
        It is not a number, can be read in two ways (as 1,250 can if fractions are accepted), or is not accepted.

    Examples
    --------
    >>> share, people = Number("share"), Number("people", whole=True)
    >>> [read_number(text, share) for text in ("0,83", ".5", "$ 1,250.50", "1.250,5", "12 500", " ")]
    [0.83, 0.5, 1250.5, 1250.5, 12500, None]
    >>> read_number("1,250", people)
    1250
    """
    expected = f"{number.expected} ({number.unit})"
    got = repr(text.strip()) if len(text) <= LONGEST else f"{len(text)} characters"
    typed = GAPS.sub("", SIGNS.sub("", text.strip()))
    if not typed and not text.strip():
        return None
    if EITHER.fullmatch(typed) and not number.whole:
        either = " or ".join(number_text(float(typed.replace(",", each))) for each in ("", "."))
        raise SettingsError(got, expected, f"write {either}, as a comma may mean either")
    if THOUSANDS.fullmatch(typed):
        typed = typed.replace(",", "")
    elif DECIMAL_COMMA.fullmatch(typed):
        typed = typed.replace(".", "").replace(",", ".")
    if len(text) > LONGEST or not PLAIN.fullmatch(typed):
        raise SettingsError(got, expected)
    value = float(typed)
    kept = int(value) if value.is_integer() and abs(value) < LARGEST_WHOLE else value
    if not number.accepts(kept):
        raise SettingsError(got, expected)
    return kept


def number_text(value: float) -> str:
    """Return a number as it would be typed, with no more digits than it has.

    Examples
    --------
    >>> number_text(130.0), number_text(0.015), number_text(1e-7)
    ('130', '0.015', '0.0000001')
    """
    if float(value).is_integer():
        return str(int(value))
    return f"{Decimal(repr(float(value))):f}"
