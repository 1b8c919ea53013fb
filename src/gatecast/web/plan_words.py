"""What pages say of plans and operations: money, names of settings, and changes in sentences."""

from __future__ import annotations

from gatecast.formatting import capital, currency_sign, heading, money, number
from gatecast.plan.columns import STAFF, STOCK, TRANSPORT
from gatecast.service.operations_fields import CROWD, DELIVERY_DAYS, Entry
from gatecast.service.operations_form import Setting
from gatecast.service.plan_changes import Change

__all__ = [
    "GROUP_NAMES",
    "NEW_NAMES",
    "change_words",
    "entry_words",
    "setting_label",
    "setting_words",
    "value_text",
]

GROUP_NAMES = {STAFF: "Staff", STOCK: "Orders", TRANSPORT: "Transport"}
NEW_NAMES = {STAFF: "role", STOCK: "item", TRANSPORT: "service"}
LABELS = {
    CROWD: {
        "show_rate": "Tickets that are used",
        "show_rate_spread": "How far that varies",
        "minimum_certainty": "Certainty that rules are met",
    },
    STAFF: {
        "people_per_shift": "People one shift serves",
        "cost": "Cost",
        "shortage_cost": "Cost where one is missing",
        "minimum": "Fewest at any game",
        "minimum_one_per": "By rule, one for each",
        "pool": "Most there are",
        "minimum_shifts": "Fewest for each one engaged",
        "call_in_days": "Hired by",
        "call_in_cost": "Cost of one called in late",
        "call_in_pool": "Most called in late",
    },
    STOCK: {
        "sold_per_head": "Sold",
        "sold_per_head_spread": "How far that varies",
        "price": "Price",
        "unit_cost": "Cost",
        "salvage": "Worth if unsold",
        "case_size": "Size of a case",
        "shelf_life_days": "Keeps for",
        DELIVERY_DAYS: "Deliveries come on",
        "order_days": "Ordered by",
        "store_size": "Room in the store",
    },
    TRANSPORT: {
        "share": "Want to ride",
        "share_spread": "How far that varies",
        "seats": "Seats",
        "cost": "Cost",
        "penalty": "Cost of leaving one waiting",
        "minimum": "Fewest at any game",
        "fleet": "Most there are",
        "trip_minutes": "A trip takes, there and back",
        "minutes_to_clear": "All are to be away within",
    },
}
SHORT = {
    STAFF: "one for {people_per_shift} people, {cost} a shift",
    STOCK: "{sold_per_head} a person, sold at {price}",
    TRANSPORT: "{seats} seats, {cost} a vehicle",
}
PRICES = ("cost", "price")
EVERY_DAY, NOTHING, WHOLE_CROWD, MONEY = "every day", "nothing", "The whole crowd", "money"


def entry_words(entry: Entry, currency: str) -> str:
    """What a role, an item or a service comes to, in a few words.

    Examples
    --------
    >>> from gatecast.service.operations_fields import entries_of
    >>>     from gatecast.plan import default_operations
    >>> entry_words(entries_of(default_operations())[1], "$")
    'one for 400 people, $130 a shift'
    """
    values = {field.setting: field.value for field in entry.fields}
    words = {name: _plain_value(value, currency if name in PRICES else "") for name, value in values.items()}
    return SHORT[entry.group].format_map(words)


def setting_label(group: str, setting: str) -> str:
    """The name of a setting as a form shows it.

    Examples
    --------
    >>> setting_label("staff", "people_per_shift"), setting_label("staff", "name")
    ('People one shift serves', 'Name')
    """
    return LABELS.get(group, {}).get(setting) or heading(setting)


def value_text(value: object, unit: str, currency: str) -> str:
    """The value of a setting with its unit.

    Parameters
    ----------
    value : object
        A number, a text, weekdays as a tuple, or None.
    unit : str
        As the setting has it, with money as money.
    currency : str

    Examples
    --------
    >>> value_text(120.5, "money a shift", "$"), value_text(1200, "people", "$"), value_text(None, "people", "$")
    ('$120.50 a shift', '1,200 people', 'nothing')
    >>> value_text(("mon", "thu"), "", "$"), value_text((), "", "$")
    ('Mon, Thu', 'every day')
    """
    is_money, rest = unit.startswith(MONEY), unit.removeprefix(MONEY).strip()
    plain = _plain_value(value, currency if is_money else "")
    return f"{plain} {rest}".strip() if isinstance(value, int | float) else plain


def setting_words(change: Setting, currency: str) -> str:
    """A changed setting as a sentence without its end.

    Examples
    --------
    >>> setting_words(Setting("staff.ushers.cost", "staff", "ushers", "cost", 100, 120, "money a shift"), "$")
    'Ushers: cost $120 a shift in place of $100'
    """
    label = setting_label(change.group, change.setting)
    now = value_text(change.after, change.unit, currency)
    was = _plain_value(change.before, currency if change.unit.startswith(MONEY) else "")
    if not change.group:
        return f"{label} {now} in place of {was}"
    return f"{capital(change.name) or WHOLE_CROWD}: {label[:1].lower()}{label[1:]} {now} in place of {was}"


def _plain_value(value: object, currency: str) -> str:
    """A value without its unit; money where a currency is given, with cents where there are any."""
    if isinstance(value, tuple):
        return ", ".join(capital(day) for day in value) or EVERY_DAY
    if not isinstance(value, int | float):
        return str(value) if value else NOTHING
    words = f"{value:,.6f}".rstrip("0").rstrip(".")
    if not currency:
        return words
    # Cents are written with two places.
    return f"{currency_sign(currency)}{words}{'0' if words[-2:-1] == '.' else ''}"


def change_words(change: Change, currency: str) -> str:
    """What is decided otherwise of a role, an item or a service, as a sentence without its end.

    Examples
    --------
    >>> change_words(Change("staff", "ushers", "shifts", 134, 105, 31, 24, 6121.7, 6), "$")
    'Ushers: 105 shifts in place of 134, 24 people to engage in place of 31; expected cost $6,122 more'
    """
    name = capital(change.name)
    if change.total_after is None:
        return f"{name}: no longer decided, {number(change.total_before)} {change.unit} before"
    if change.total_before is None:
        return f"{name}: {number(change.total_after)} {change.unit}, not part of the plan before"
    told = f"{number(change.total_after)} {change.unit}"
    if change.total_after != change.total_before:
        told += f" in place of {number(change.total_before)}"
    else:
        told += " in all as before"
        if change.games:
            told += f", others at {change.games} game{'s' if change.games > 1 else ''}"
    if change.engaged_after is not None and change.engaged_before is not None:
        told += f", {number(change.engaged_after)} people to engage"
        told += f" in place of {number(change.engaged_before)}" if change.engaged_after != change.engaged_before else ""
    if number(abs(change.dearer)) == "0":
        return f"{name}: {told}; expected cost as before"
    more = "more" if change.dearer > 0 else "less"
    return f"{name}: {told}; expected cost {money(abs(change.dearer), currency)} {more}"
