"""The settings: operations, the file that holds them, and each reader's units and theme."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response

from gatecast.errors import SettingsError
from gatecast.formatting import capital
from gatecast.games import columns as c
from gatecast.plan import default_operations
from gatecast.plan.columns import KINDS
from gatecast.plan.operations.model import WEEKDAYS, Operations
from gatecast.plan.operations.toml import (
    LARGEST_FILE,
    OPERATIONS_FILE,
    default_text,
    operations_text,
    parse_operations,
)
from gatecast.service import ClubService
from gatecast.service.ballpark import NAME_KEY, SEATS_KEY, ZONE_KEY, Ballpark, ballpark, read_ballpark, save_ballpark
from gatecast.service.operations_form import (
    CROWD,
    CURRENCY,
    NAME,
    added,
    edited,
    entries_of,
    key_of,
    new_entry,
    typed_text,
    without,
)
from gatecast.service.settings import Clash, SettingsConflictError
from gatecast.service.tickets import ScannedShare, scanned_share
from gatecast.web.cache import SEASON_AREAS
from gatecast.web.forms import sent_file, sent_texts, texts_of
from gatecast.web.preferences import DATES, DATES_COOKIE, THEME_COOKIE, THEMES, UNITS, UNITS_COOKIE
from gatecast.web.render import page, redirected, service_of
from gatecast.web.words import GROUP_NAMES, NEW_NAMES, entry_words, setting_label, value_text

__all__ = ["base_of", "clash_words", "router", "version_of"]

router = APIRouter()
PATH = "/settings"
GROUP, DONE = "group", "done"
VERSION, LONGEST_VERSION = "version", 9
SHOW_RATE, SHOW_RATE_SPREAD = "show_rate", "show_rate_spread"
FILE = "file"
"""Field of an upload."""
MESSAGES = {
    "kept": "Saved. Every plan now uses the new values.",
    "added": "Added.",
    "removed": "Removed. To undo, add it again below: its numbers are filled in.",
    "loaded": "File uploaded. Every plan now uses its values.",
    "defaults": "Defaults restored.",
}
CHANGED_MEANWHILE = "Not saved: somebody else has changed the settings since you opened this page"
MEDIA_TYPE = "application/toml"
PARK_WAS, ZONE_WAS = "ballpark.was", "ballpark.zone_was"
"""Fields with the ballpark and its time zone that a form was opened with."""

Sent = Annotated[list[tuple[str, str]], Depends(sent_texts())]


@router.get(PATH)
def settings(request: Request) -> Response:
    """Show the settings."""
    typed = texts_of(request.query_params.multi_items())
    return _settings_page(
        request, typed if typed.get(DONE) == "removed" else {}, message=MESSAGES.get(typed.get(DONE, ""), "")
    )


@router.post("/settings/change")
def change(request: Request, sent: Sent) -> Response:
    """Save changed settings."""
    service, typed = service_of(request), texts_of(sent)
    version, base = version_of(typed), base_of(service, typed)
    if base is None:
        return _conflict(request)
    changed = edited(base, typed)
    try:
        park = _typed_park(typed)
    except SettingsError as problem:
        return _settings_page(request, typed, {**changed.errors, SEATS_KEY: problem.detail}, version=version)
    if changed.operations is None:
        return _settings_page(request, typed, changed.errors, version=version)
    zone = typed.get(ZONE_KEY, "").strip()
    if ZONE_KEY in typed and zone != typed.get(ZONE_WAS):
        try:
            service.save_time_zone(zone)
        except SettingsError as problem:
            return _settings_page(request, typed, {ZONE_KEY: problem.detail}, version=version)
    if park is not None:
        save_ballpark(service, park)
    if changed.changes:
        try:
            service.save_operations(changed.operations, based_on=version)
        except SettingsConflictError as conflict:
            return _conflict(request, conflict, {each.key: typed_text(each.after) for each in changed.changes})
    return redirected(_back("kept"))


@router.post("/settings/counted")
def use_counted(request: Request, sent: Sent) -> Response:
    """Plan with the share of tickets used that the club's scanners counted."""
    service, typed = service_of(request), texts_of(sent)
    base, scanned = base_of(service, typed), scanned_share(service) if service.club() else None
    if base is None:
        return _conflict(request)
    changed = edited(base, (_counted(base, scanned) or {}) if scanned else {})
    if changed.operations is None or not changed.changes:
        return redirected(PATH)
    try:
        service.save_operations(changed.operations, based_on=version_of(typed))
    except SettingsConflictError as conflict:
        return _conflict(request, conflict)
    return redirected(_back("kept"))


@router.post("/settings/add")
def add(request: Request, sent: Sent) -> Response:
    """Add a role, an item or a service."""
    service, typed = service_of(request), texts_of(sent)
    group, base = typed.get(GROUP, ""), base_of(service, typed)
    if group not in KINDS:
        return redirected(PATH)
    if base is None:
        return _conflict(request)
    grown = added(base, group, typed)
    if grown.operations is None:
        return _settings_page(request, typed, grown.errors, version=version_of(typed))
    try:
        service.save_operations(grown.operations, based_on=version_of(typed))
    except SettingsConflictError as conflict:
        return _conflict(request, conflict)
    return redirected(_back("added"))


@router.post("/settings/remove")
def remove(request: Request, sent: Sent) -> Response:
    """Remove a role, an item or a service; the page that follows offers to add it again."""
    service, typed = service_of(request), texts_of(sent)
    group, name, base = typed.get(GROUP, ""), typed.get(NAME, ""), base_of(service, typed)
    if base is None:
        return _conflict(request)
    gone = next((each for each in entries_of(base) if (each.group, each.name.strip()) == (group, name)), None)
    if gone is None or group == CROWD:
        return redirected(PATH)
    try:
        service.save_operations(without(base, group, gone.name), based_on=version_of(typed))
    except SettingsConflictError as conflict:
        return _conflict(request, conflict)
    except SettingsError as problem:
        return _settings_page(request, {}, {"": f"got {problem.got}, expected {problem.expected}"})
    values = {key_of(group, "", each.setting): typed_text(each.value) for each in gone.fields}
    return redirected(_back("removed", values))


@router.post("/settings/upload")
def upload(
    request: Request, content: Annotated[bytes | None, Depends(sent_file(FILE, LARGEST_FILE))], version: str = ""
) -> Response:
    """Replace all settings by an uploaded operations file."""
    try:
        if not content:
            raise SettingsError("no file, or an empty one", f"a file such as {OPERATIONS_FILE}", "choose one first")
        service_of(request).save_operations(parse_operations(content), expected=version_of({VERSION: version}))
    except SettingsConflictError:
        return _conflict(request)
    except SettingsError as problem:
        return _settings_page(request, {}, {FILE: str(problem)})
    return redirected(_back("loaded"))


@router.post("/settings/defaults")
def defaults(request: Request, version: str = "") -> Response:
    """Replace all settings by the defaults."""
    try:
        service = service_of(request)
        service.save_operations(service.default_operations(), expected=version_of({VERSION: version}))
    except SettingsConflictError:
        return _conflict(request)
    return redirected(_back("defaults"))


@router.get(f"/settings/{OPERATIONS_FILE}")
def download(request: Request) -> Response:
    """Download all settings as an operations file."""
    headers = {"content-disposition": f'attachment; filename="{OPERATIONS_FILE}"', "cache-control": "no-store"}
    text = operations_text(service_of(request).operations(), default_text())
    return Response(text, media_type=MEDIA_TYPE, headers=headers)


def version_of(typed: Mapping[str, str]) -> int | None:
    """Return the version of the settings that a form was opened with; None if it does not say."""
    text = typed.get(VERSION, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_VERSION else None


def base_of(service: ClubService, typed: Mapping[str, str]) -> Operations | None:
    """Return the settings that a form was opened with; None if they are no longer kept."""
    version = version_of(typed)
    return service.operations() if version is None else service.operations_at(version)


def clash_words(clash: Clash, currency: str) -> str:
    """Return what somebody else saved and what was typed, as a sentence without its full stop."""
    group, _, rest = clash.key.partition(".")
    name, _, setting = rest.rpartition(".")
    label = setting_label(group, setting or rest or group)
    saved, wanted = (value_text(_plain(value), "", currency) for value in (clash.saved, clash.wanted))
    return (
        f"{capital(name)}: {label[:1].lower()}{label[1:]}: saved {saved}, yours {wanted}"
        if name
        else (f"{label}: saved {saved}, yours {wanted}")
    )


def _plain(value: object) -> object:
    """Return a clashing value as it is shown: a number or text as it is, anything else as present or removed."""
    if value is None:
        return "none"
    return value if isinstance(value, int | float | str) else "changed"


def _conflict(
    request: Request, conflict: SettingsConflictError | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    """Return the page with what somebody else saved in the meantime, and what was typed, to choose from."""
    currency = service_of(request).operations().currency
    clashes = [clash_words(each, currency) for each in conflict.clashes] if conflict else []
    return _settings_page(request, typed or {}, conflicts=[CHANGED_MEANWHILE, *clashes])


def _back(done: str, values: Mapping[str, str] | None = None) -> str:
    return f"{PATH}?{urlencode({DONE: done, **(values or {})})}"


def _settings_page(
    request: Request,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    message: str = "",
    *,
    version: int | None = None,
    conflicts: Sequence[str] = (),
) -> Response:
    """Return the page, with errors beside what was typed."""
    service, refused = service_of(request), errors or {}
    # The values of one version: somebody may save between two reads, and a form with the one's values and the other's
    # version would overwrite what they saved.
    shown = service.operations_version() if version is None else version
    operations = service.operations_at(shown) or service.operations()
    entries = entries_of(operations, typed, refused)
    fresh = {kind: new_entry(kind, operations.currency, typed, refused) for kind in KINDS}
    return page(
        request,
        "settings.html.j2",
        status=409 if conflicts else 422 if refused else 200,
        areas=SEASON_AREAS,
        path=PATH,
        message=message,
        saved_version=shown,
        conflicts=conflicts,
        errors=refused,
        currency=typed.get(CURRENCY, operations.currency),
        crowd=entries[0],
        groups=[
            (kind, GROUP_NAMES[kind], NEW_NAMES[kind], [each for each in entries if each.group == kind], fresh[kind])
            for kind in KINDS
        ],
        defaults=_defaults(),
        park=_park(service, typed),
        zone=(service.time_zone(), typed.get(ZONE_KEY, service.time_zone())),
        stated=_stated(service),
        opened=[kind for kind in KINDS if any(field.key in typed for field in fresh[kind].fields)],
        scanned=(scanned := scanned_share(service) if service.club() else None),
        counted=_counted(operations, scanned) if scanned else None,
        **_words(operations.currency),
    )


def _counted(operations: Operations, scanned: ScannedShare) -> dict[str, str] | None:
    """Return the shares of tickets used that scanners counted, as they are typed, by key.

    Empty if plans use them already, and None if they cannot be used, as more people were counted than tickets.
    """
    shares = {SHOW_RATE: scanned.share, SHOW_RATE_SPREAD: scanned.spread}
    counted = {key_of(CROWD, "", name): f"{share:.2f}" for name, share in shares.items()}
    changed = edited(operations, counted)
    return None if changed.errors else counted if changed.changes else {}


def _stated(service: ClubService) -> tuple[str, int | None]:
    """Return the ballpark's name and seats as the rows of the club's games state them, which count before a setting."""
    table, saved, club = service.home_games(service.club()).table, ballpark(service), service.club()
    venues, seats = (table[name].drop_nulls().to_list() for name in (c.VENUE, c.CAPACITY))
    name = venues[-1] if venues and venues[-1] not in (saved.name, club) else ""
    return name, seats[-1] if seats and seats[-1] != saved.seats else None


def _typed_park(typed: Mapping[str, str]) -> Ballpark | None:
    """Return the ballpark as typed; None if it is as the form was opened with: somebody may have changed it since."""
    name, seats = typed.get(NAME_KEY), typed.get(SEATS_KEY, "")
    return None if name is None or f"{name}|{seats}" == typed.get(PARK_WAS) else read_ballpark(name, seats)


def _park(service: ClubService, typed: Mapping[str, str]) -> tuple[str, str]:
    """Return name and seats of the ballpark as typed, else as saved."""
    saved = ballpark(service)
    return typed.get(NAME_KEY, saved.name), typed.get(SEATS_KEY, str(saved.seats or ""))


@cache
def _defaults() -> dict[str, str]:
    """Return the default of each setting as it would be typed, by key."""
    return {field.key: field.typed for entry in entries_of(default_operations()) for field in entry.fields}


def _words(currency: str) -> dict[str, Any]:
    """Return the functions that the template uses."""
    return {
        "capital": capital,
        "setting_label": setting_label,
        "weekdays": WEEKDAYS,
        "short_words": lambda entry: entry_words(entry, currency),
        "file_field": FILE,
    }


OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,500}")
"""A path of this server: `//` and a backslash would lead elsewhere."""
YEAR_S = 365 * 24 * 3600


@router.post("/preferences")
def prefer(
    units: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    dates: Annotated[str | None, Form()] = None,
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Store the chosen units, dates and theme in cookies, and return to the page."""
    answer = redirected(back if OWN_PATH.fullmatch(back) else "/")
    for name, value, known in (
        (UNITS_COOKIE, units, UNITS),
        (THEME_COOKIE, theme, THEMES),
        (DATES_COOKIE, dates, DATES),
    ):
        if value is not None and value in known:
            answer.set_cookie(name, value, max_age=YEAR_S, samesite="strict", httponly=True)
    return answer
