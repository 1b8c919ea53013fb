"""Wording of the pages: games, columns, drivers, money, settings and changes of plans."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gatecast.forecast import drivers as d
from gatecast.formatting import ABSENT, WEEKDAYS, capital, cell, currency_sign, heading, money, number, rounded
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.networks import AUTO, NEEDS_NO_TRAINING, chosen_network
from gatecast.plan.columns import STAFF, STOCK, TRANSPORT
from gatecast.prepare.arrays import CUSTOM
from gatecast.service.operations_form import CROWD, DELIVERY_DAYS, EntryForm, Setting
from gatecast.service.plan_differences import DecisionChange
from gatecast.web.preferences import Preferences

__all__ = [
    "GROUP_NAMES",
    "NEW_NAMES",
    "alike_words",
    "cause_words",
    "change_words",
    "column_words",
    "driver_facts",
    "driver_words",
    "drivers_told",
    "entry_words",
    "first_forecast_words",
    "game_words",
    "promotion_words",
    "setting_label",
    "setting_words",
    "signed",
    "value_text",
    "value_words",
]

NAMES = {
    c.DAY_NIGHT: "Day or night",
    c.NUMBER: "Doubleheader",
    c.HOME: "Home club",
    c.CAPACITY: "Seats",
    c.TEMPERATURE: "Temperature",
    c.WIND: "Wind",
    c.HOME_LEAGUE: "League",
    c.VISITOR_LEAGUE: "Visitor league",
    c.HOME_STARTER: "Home starter",
    c.VISITOR_STARTER: "Visitor starter",
    c.VENUE_OPENED: "Venue opened",
    c.EXPECTED_WINS: "Expected wins",
    c.HOME_RUNS: "Home score",
    c.VISITOR_RUNS: "Visitor score",
    c.SCANNED: "Scanned at the gates",
}
SOLD_BEFORE = re.compile(r"(\w*sold)_(\d{1,3})")
"""Name of a column with what was sold so many days before a game."""
CAUSE = re.compile(r", (as .+); expected cost ")
SCORES = (c.HOME_RUNS, c.VISITOR_RUNS)
OF_A_DAY = {0: "no", 1: "first game", 2: "second game", 3: "third game"}
UNKNOWN = "unknown"


def game_words(row: Mapping[str, Any], reader: Preferences, *, year: bool = True) -> str:
    """Return the words for a game: date, start and visitor, or its id if none is known.

    Examples
    --------
    >>> row = {c.DATE: dt.date(2025, 6, 14), c.START_TIME: None, c.VISITOR: "Kites", c.NUMBER: 2, c.GAME_ID: "Q1"}
    >>> game_words(row, Preferences())
    'Sat 14 June 2025, game 2, v. Kites'
    """
    date = row[c.DATE]
    parts = [
        (reader.style.dated(date) if year else reader.day(date)) if date else "",
        f"game {row[c.NUMBER]}" if row[c.NUMBER] else "",
        reader.clock(row[c.START_TIME]),
        f"v. {row[c.VISITOR]}" if row[c.VISITOR] else "",
    ]
    return ", ".join(part for part in parts if part) if date or row[c.VISITOR] else str(row[c.GAME_ID])


def column_words(name: str) -> str:
    """Return the words for a column.

    Examples
    --------
    >>> column_words(c.WIND), column_words("school_holidays"), column_words("tickets_sold_14")
    ('Wind', 'School holidays', 'Tickets sold, 14 days before')
    """
    sold = SOLD_BEFORE.fullmatch(name)
    if sold:
        return f"{heading(sold[1])}, {sold[2]} day{'s' if sold[2] != '1' else ''} before"
    return NAMES.get(name) or heading(name)


def value_words(value: object, column: Column, reader: Preferences) -> str:
    """Return the value of a column with its unit.

    Examples
    --------
    >>> value_words(25.0, c.CANONICAL[c.TEMPERATURE], Preferences("imperial"))
    '77 °F'
    >>> value_words(None, c.CANONICAL[c.HOME_STARTER], Preferences())
    'unknown'
    """
    if column.name == c.PROMOTION:
        return promotion_words(value if isinstance(value, str) else None)
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, dt.time):
        return reader.clock(value)
    if isinstance(value, dt.date):
        return reader.style.dated(value)
    if isinstance(value, int | float):
        return _number_words(value, column, reader)
    return str(value)


def promotion_words(labels: str | None) -> str:
    """Return promotions as a list.

    Examples
    --------
    >>> promotion_words("fireworks;bobblehead"), promotion_words(None)
    ('fireworks, bobblehead', 'none')
    """
    return ", ".join(label.strip() for label in (labels or "").split(";") if label.strip()) or "none"


def _number_words(value: float, column: Column, reader: Preferences) -> str:
    if column.name == c.TEMPERATURE:
        return reader.temperature(value)
    if column.name == c.WIND:
        return reader.wind(value)
    if column.name == c.NUMBER:
        return OF_A_DAY.get(int(value), ABSENT)
    if column.role is Role.TIME or column.name in SCORES:
        return str(value)
    if column.is_yes_no:
        return "yes" if value else "no"
    words = number(value) if column.dtype.is_integer() else cell(value)
    return f"{words} {column.unit}" if column.unit else words


WORDS = {
    d.START: "Weekday and start",
    d.OPPONENT: "Visitor",
    d.PROMOTION: "Promotion",
    d.WEATHER: "Weather",
    d.STARTERS: "Starting pitchers",
    d.SEASON: "Time of season",
    d.FORM: "Team form",
    d.RECENT_ATTENDANCE: "Recent attendance",
    d.BALLPARK: "Ballpark",
}
COLUMNS = {
    d.START: (c.START_TIME, c.DAY_NIGHT, c.NUMBER),
    d.OPPONENT: (c.VISITOR,),
    d.PROMOTION: (c.PROMOTION,),
    d.WEATHER: (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION),
    d.STARTERS: (c.HOME_STARTER, c.VISITOR_STARTER),
    d.BALLPARK: (c.VENUE,),
}
DRY = "none"
MINUS = "\N{MINUS SIGN}"


def driver_words(driver: str) -> str:
    """Return the words for a driver of a forecast.

    Examples
    --------
    >>> driver_words(d.RECENT_ATTENDANCE), driver_words(CUSTOM + "tickets_sold")
    ('Recent attendance', 'Tickets sold')
    """
    return WORDS.get(driver) or heading(driver.removeprefix(CUSTOM))


def drivers_told(drivers: Iterable[str], facts: Iterable[str]) -> frozenset[str]:
    """Return the drivers behind which some columns stand.

    Parameters
    ----------
    drivers : iterable of str
    facts : iterable of str
        Names of columns.

    Examples
    --------
    >>> sorted(drivers_told([d.WEATHER, d.PROMOTION], [c.WIND]))
    ['weather']
    """
    names = set(facts)
    return frozenset(
        driver
        for driver in drivers
        if names & set(COLUMNS.get(driver, ())) or any(d.custom_driver(name) == driver for name in names)
    )


def alike_words(drivers: Iterable[str]) -> str:
    """Return drivers as a list, or a dash if there are none.

    Examples
    --------
    >>> alike_words([d.PROMOTION, d.RECENT_ATTENDANCE]), alike_words([])
    ('Promotion, recent attendance', '–')
    """
    return heading(", ".join(driver_words(driver).lower() for driver in drivers)) or ABSENT


def signed(people: float) -> str:
    """Return a signed number of people, rounded as forecasts are.

    Examples
    --------
    >>> signed(312.4), signed(-87.6), signed(0.2)
    ('+310', '−88', '0')
    """
    words = rounded(abs(people))
    return words if words == "0" else f"{'+' if people > 0 else MINUS}{words}"


def driver_facts(driver: str, row: Mapping[str, Any], columns: Mapping[str, Column], reader: Preferences) -> str:
    """Return the values of a game behind a driver; empty if there are more than a few.

    Parameters
    ----------
    driver : str
    row : mapping
        The game by column names.
    columns : mapping of str to Column
    reader : Preferences
    """
    if driver.startswith(CUSTOM):
        own = [name for name in columns if d.custom_driver(name) == driver and row.get(name) is not None]
        latest = min(own, key=lambda name: columns[name].known.lead, default="")
        return value_words(row[latest], columns[latest], reader) if latest else ""
    names = [name for name in COLUMNS.get(driver, ()) if row[name] or name == c.PROMOTION]
    facts = [
        _fact(name, row[name], columns[name], reader) for name in names if not (name == c.NUMBER and not row[name])
    ]
    if driver == d.START and row[c.DATE] is not None:
        facts.insert(0, WEEKDAYS[row[c.DATE].weekday()])
    return ", ".join(facts)


def _fact(name: str, value: object, column: Column, reader: Preferences) -> str:
    if name == c.PRECIPITATION and value == DRY:
        return "dry"
    return value_words(value, column, reader)


GROUP_NAMES = {STAFF: "Staff", STOCK: "Orders", TRANSPORT: "Transport"}
NEW_NAMES = {STAFF: "role", STOCK: "item", TRANSPORT: "service"}
LABELS = {
    CROWD: {
        "show_rate": "Tickets used",
        "show_rate_spread": "Variation",
        "minimum_certainty": "Certainty that rules are met",
    },
    STAFF: {
        "people_per_shift": "People served per shift",
        "cost": "Cost",
        "shortage_cost": "Cost of a missing shift",
        "minimum": "Minimum per game",
        "minimum_one_per": "Required: one for every",
        "pool": "Maximum available",
        "minimum_shifts": "Minimum shifts per person hired",
        "call_in_days": "Hire by",
        "call_in_cost": "Cost of a late call-in",
        "call_in_pool": "Maximum late call-ins",
    },
    STOCK: {
        "sold_per_head": "Sold",
        "sold_per_head_spread": "Variation",
        "price": "Price",
        "unit_cost": "Cost",
        "salvage": "Value if unsold",
        "case_size": "Case size",
        "shelf_life_days": "Shelf life",
        DELIVERY_DAYS: "Delivery days",
        "order_days": "Order by",
        "store_size": "Storage space",
    },
    TRANSPORT: {
        "share": "Share who ride",
        "share_spread": "Variation",
        "seats": "Seats",
        "cost": "Cost",
        "penalty": "Cost of one person left waiting",
        "minimum": "Minimum per game",
        "fleet": "Maximum available",
        "trip_minutes": "Round trip",
        "minutes_to_clear": "Everyone away within",
    },
}
SHORT = {
    STAFF: "one for {people_per_shift} people, {cost} a shift",
    STOCK: "{sold_per_head} a person, sold at {price}",
    TRANSPORT: "{seats} seats, {cost} a vehicle",
}
PRICES = ("cost", "price")
EVERY_DAY, NOTHING, WHOLE_CROWD, MONEY = "every day", "none", "Attendance", "money"


def entry_words(entry: EntryForm, currency: str) -> str:
    """Return a short summary of a role, an item or a service.

    Examples
    --------
    >>> from gatecast.service.operations_form import entries_of
    >>> from gatecast.plan import default_operations
    >>> entry_words(entries_of(default_operations())[1], "$")
    'one for 400 people, $130 a shift'
    """
    values = {field.setting: field.value for field in entry.fields}
    words = {name: _plain_value(value, currency if name in PRICES else "") for name, value in values.items()}
    return SHORT[entry.group].format_map(words)


def setting_label(group: str, setting: str) -> str:
    """Return the label of a setting.

    Examples
    --------
    >>> setting_label("staff", "people_per_shift"), setting_label("staff", "name")
    ('People served per shift', 'Name')
    """
    return LABELS.get(group, {}).get(setting) or heading(setting)


def value_text(value: object, unit: str, currency: str) -> str:
    """Return the value of a setting with its unit.

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
    ('$120.50 a shift', '1,200 people', 'none')
    >>> value_text(("mon", "thu"), "", "$"), value_text((), "", "$")
    ('Mon, Thu', 'every day')
    """
    is_money, rest = unit.startswith(MONEY), unit.removeprefix(MONEY).strip()
    plain = _plain_value(value, currency if is_money else "")
    return f"{plain} {rest}".strip() if isinstance(value, int | float) else plain


def setting_words(change: Setting, currency: str) -> str:
    """Return a changed setting as a sentence without its full stop.

    Examples
    --------
    >>> setting_words(Setting("staff.ushers.cost", "staff", "ushers", "cost", 100, 120, "money a shift"), "$")
    'Ushers: cost $120 a shift instead of $100'
    """
    label = setting_label(change.group, change.setting)
    now = value_text(change.after, change.unit, currency)
    was = _plain_value(change.before, currency if change.unit.startswith(MONEY) else "")
    if not change.group:
        return f"{label} {now} instead of {was}"
    return f"{capital(change.name) or WHOLE_CROWD}: {label[:1].lower()}{label[1:]} {now} instead of {was}"


def _plain_value(value: object, currency: str) -> str:
    """Return a value without its unit; as money if a currency is given."""
    if isinstance(value, tuple):
        return ", ".join(capital(day) for day in value) or EVERY_DAY
    if not isinstance(value, int | float):
        return str(value) if value else NOTHING
    words = f"{value:,.6f}".rstrip("0").rstrip(".")
    if not currency:
        return words
    # Cents are written with two places.
    return f"{currency_sign(currency)}{words}{'0' if words[-2:-1] == '.' else ''}"


def first_forecast_words(games: int) -> str:
    """Return how long the first forecast takes that learns from so many past games.

    Examples
    --------
    >>> first_forecast_words(162)
    'The first forecast takes a few seconds.'
    """
    if chosen_network(AUTO, games) in NEEDS_NO_TRAINING:
        return "The first forecast takes a few seconds."
    return "The first forecast trains a network on your games first, which takes a few minutes."


def cause_words(reason: str) -> str:
    """Return why a choice differs between two plans, without the numbers that a table shows beside it.

    Parameters
    ----------
    reason : str
        As `gatecast.plan.compare` gives it.

    Examples
    --------
    >>> cause_words("Ushers: 17 shifts in place of 19, as the operations differ; expected cost $246 less.")
    'As the operations differ'
    """
    found = CAUSE.search(reason)
    return capital(found[1] if found else reason.removesuffix("."))


def change_words(change: DecisionChange, currency: str) -> str:
    """Return the change of a decision as a sentence without its full stop.

    Examples
    --------
    >>> change_words(DecisionChange("staff", "ushers", "shifts", 134, 105, 31, 24, 6121.7, 6), "$")
    'Ushers: 105 shifts instead of 134, 24 people to hire instead of 31; expected cost $6,122 more'
    """
    name = capital(change.name)
    if change.total_after is None:
        return f"{name}: no longer planned, {number(change.total_before)} {change.unit} before"
    if change.total_before is None:
        return f"{name}: {number(change.total_after)} {change.unit}, new in the plan"
    sentence = f"{number(change.total_after)} {change.unit}"
    if change.total_after != change.total_before:
        sentence += f" instead of {number(change.total_before)}"
    else:
        sentence += " in total as before"
        if change.games:
            sentence += f", different at {change.games} game{'s' if change.games > 1 else ''}"
    if change.engaged_after is not None and change.engaged_before is not None:
        sentence += f", {number(change.engaged_after)} people to hire"
        sentence += (
            f" instead of {number(change.engaged_before)}" if change.engaged_after != change.engaged_before else ""
        )
    if number(abs(change.dearer)) == "0":
        return f"{name}: {sentence}; expected cost unchanged"
    more = "more" if change.dearer > 0 else "less"
    return f"{name}: {sentence}; expected cost {money(abs(change.dearer), currency)} {more}"
