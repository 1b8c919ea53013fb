"""The service of one club: its store, models and cached results, for pages, API and commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from gatecast.errors import InputError, ModelError, SettingsError, StoreError, StoreUnavailableError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.plan import Operations, default_operations
from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service.cache import KeyedCache
from gatecast.service.job_turns import JobTurns
from gatecast.service.models import MODEL_SETTING, check_model, load_model, model_state
from gatecast.service.settings import SettingsConflictError, merged_settings
from gatecast.store import Setting, Store, open_store
from gatecast.store.revisions import FORECASTS, GAMES, SCHEDULE, SETTINGS

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster

__all__ = ["ClubService", "PresentDay", "open_service", "pinned_revisions"]

Value = TypeVar("Value")
CLUB, OPERATIONS, NOTICE, TIME_ZONE = "club", "operations", "notice", "time_zone"
"""Settings of the store."""
PINNED: ContextVar[dict[Store, dict[str, int]] | None] = ContextVar("revisions by store", default=None)
GAMES_AREA, SCHEDULE_AREA, FORECASTS_AREA, SETTINGS_AREA = GAMES, SCHEDULE, FORECASTS, SETTINGS


@contextmanager
def pinned_revisions() -> Iterator[None]:
    """Read the revisions of a store once for all reads of a service inside the block, which writes nothing.

    What is read is then as of the first read, or later.
    """
    before = PINNED.set({})
    try:
        yield
    finally:
        PINNED.reset(before)


def open_service(
    folder: str | Path,
    database: str | None = None,
    *,
    today: Callable[[], dt.date] = dt.date.today,
    models: KeyedCache | None = None,
    turns: JobTurns | None = None,
) -> ClubService:
    """Open a service, creating its database if there is none.

    Parameters
    ----------
    folder : path
        Folder of the trained models, and of the SQLite database unless another is named.
    database : str, optional
        URL of a PostgreSQL database.
    today : callable
        Returns the present date.
    models, turns : optional
        As `ClubService` takes them.

    Raises
    ------
    StoreError
        The database cannot be opened.
    """
    home = Path(folder)
    return ClubService(open_store(database or home), home, today, models=models, turns=turns)


@dataclass(frozen=True)
class PresentDay:
    """The day that pages take for the present; `live` if it is today at the ballpark."""

    day: dt.date
    live: bool


class ClubService:
    """A club's store with the folder of its models; safe to use from several threads.

    Parameters
    ----------
    store : Store
    folder : path
        Folder of the trained models.
    today : callable
        Returns the present date.
    models : KeyedCache, optional
        Holds the loaded models of several clubs, so that not all of them are in memory at once; by default the model
        stays with this service.
    turns : JobTurns, optional
        Turns that the jobs of several clubs take; by default jobs start at once.

    Attributes
    ----------
    unreachable_since : datetime or None
        Since when the database has not answered, so that only cached values are shown; None while it answers.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        today: Callable[[], dt.date] = dt.date.today,
        *,
        models: KeyedCache | None = None,
        turns: JobTurns | None = None,
    ) -> None:
        self.store, self.folder, self.today, self.turns = store, folder, today, turns
        self._cache = KeyedCache()
        self._models = self._cache if models is None else models
        self.unreachable_since: dt.datetime | None = None
        self._last_revisions: dict[str, int] | None = None
        self._unreadable: dict[Hashable, str] = {}
        self._forecasting = RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def revision(self) -> dict[str, int]:
        """Return the state of everything a page may show: a number for each area of the store, and the day."""
        revisions = self._read_revisions()
        return {**revisions, "day": self._today(revisions).toordinal()}

    def page_state(self) -> dict[str, int]:
        """Return `revision`, and a number that differs after the files of the model in use were changed or damaged."""
        with pinned_revisions():
            state, name = self.revision(), self._setting(MODEL_SETTING)
            files = model_state(self.folder, name) if isinstance(name, str) else ()
        return {**state, "model": hash(files)}

    def cached(self, key: tuple[object, ...], areas: tuple[str, ...], make: Callable[[], Value]) -> Value:
        """Return a value computed once and cached until one of these areas of the store, or the day, changes."""
        revisions = self._revisions()
        state = (*(revisions[area] for area in areas), self._today(revisions).toordinal())
        return self._cache.cached(key, state, make, serves=_no_older)

    def cached_for(self, key: tuple[object, ...], state: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value computed once and cached until it is asked for with another state."""
        return self._cache.cached(key, state, make)

    def _setting(self, key: str) -> Any | None:  # noqa: ANN401  any JSON value
        """Return a setting of the store, which callers must not change; None if it was never saved."""
        return self.cached(("setting", key), (SETTINGS_AREA,), lambda: self.store.setting(key))

    def _revisions(self) -> dict[str, int]:
        """Return the revisions of the store; inside `pinned_revisions` those read first."""
        known = PINNED.get()
        if known is not None and self.store in known:
            return known[self.store]
        try:
            return self._read_revisions()
        except StoreUnavailableError:
            # What is cached is shown on; what is not raises the same error when it is read.
            if self._last_revisions is None:
                raise
        if known is not None:
            known[self.store] = self._last_revisions
        return self._last_revisions

    def _read_revisions(self) -> dict[str, int]:
        """Read the revisions of the store, and note since when it has not answered."""
        try:
            revisions = self.store.revisions()
        except StoreError:
            self.unreachable_since = self.unreachable_since or dt.datetime.now(dt.UTC)
            raise
        self._last_revisions, self.unreachable_since = revisions, None
        known = PINNED.get()
        if known is not None:
            known[self.store] = revisions
        return revisions

    def games(self) -> Games:
        """Return every game of the store in order of play."""

        def read() -> Games:
            just_read: list[Games] = []

            def read_schedule() -> Games:
                just_read.append(self.store.games())
                return just_read[0]

            schedule = self.cached(("schedule",), (SCHEDULE_AREA,), read_schedule)
            # What was read just now has the results of now.
            return schedule if just_read else self.store.with_results(schedule)

        return self.cached(("games",), (GAMES_AREA,), read)

    def set_aside(self) -> pl.DataFrame:
        """Return the games that are postponed without a new date or cancelled, with their status."""
        return self.cached(("set aside",), (SCHEDULE_AREA,), self.store.set_aside)

    def clubs(self) -> list[str]:
        """Return the clubs that play at home: most games to come first, then most games."""

        def sorted_clubs() -> list[str]:
            table = self.games().table
            order = table.group_by(c.HOME).agg(
                pl.col(c.ATTENDANCE).is_null().sum().alias("to come"), pl.len().alias("games")
            )
            return order.sort("to come", "games", c.HOME, descending=[True, True, False])[c.HOME].to_list()

        return self.cached(("clubs",), (GAMES_AREA,), sorted_clubs)

    def club(self) -> str:
        """Return the club the service is for: the one chosen, else the first; empty if there are no games."""
        clubs = self.clubs()
        chosen = self._setting(CLUB)
        return chosen if chosen in clubs else next(iter(clubs), "")

    def choose_club(self, club: str) -> None:
        """Choose the club the service is for.

        Raises
        ------
        InputError
            No game of the store is at home there.
        """
        if club not in self.clubs():
            raise InputError(f"club: got {club!r}, expected a club with home games in the store")
        self.store.save_setting(CLUB, club)

    def notice(self) -> str:
        """Return what every page must say of the games, such as that they are simulated."""
        return str(self._setting(NOTICE) or "")

    def home_games(self, club: str) -> Games:
        """Return every home game of a club in order of play."""
        return self.cached(("home", club), (GAMES_AREA,), lambda: self.games().filter(pl.col(c.HOME) == club))

    def as_of(self, club: str) -> dt.date | None:
        """Return the cutoff: yesterday if a game to come lies after it, else the last day with an attendance.

        So a table of past years is seen from the day its results end. None if games carry no dates or there are none.
        """
        return self.cached(("as of", club), (GAMES_AREA,), lambda: _last_day(self.home_games(club), self._now()))

    def time_zone(self) -> str:
        """Return the time zone of the ballpark, such as America/New_York; empty if it is not stated."""
        return str(self._setting(TIME_ZONE) or "")

    def save_time_zone(self, zone: str) -> None:
        """State the time zone of the ballpark, by which pages and forecasts know which day it is.

        Parameters
        ----------
        zone : str
            Name in the IANA database; empty for that of the computer.

        Raises
        ------
        SettingsError
            There is no such time zone.
        """
        if zone and _date_in(zone) is None:
            raise SettingsError(repr(zone), "a time zone such as America/New_York", key=TIME_ZONE)
        self.store.save_setting(TIME_ZONE, zone)

    def _now(self) -> dt.date:
        return self._today(self._revisions())

    def _today(self, revisions: Mapping[str, int]) -> dt.date:
        """Return the date at the ballpark, or that of the computer if no zone is stated; a given one comes first."""
        if self.today != dt.date.today:
            return self.today()
        zone = self._cache.cached(
            ("time zone",), revisions[SETTINGS_AREA], lambda: str(self.store.setting(TIME_ZONE) or "")
        )
        return (_date_in(zone) if zone else None) or self.today()

    def present_day(self) -> PresentDay:
        """Return the day that pages take for the present: today, or the day after the results of a past table end."""
        as_of, today = self.as_of(club) if (club := self.club()) else None, self._now()
        day = today if as_of is None else as_of + dt.timedelta(days=1)
        return PresentDay(day, live=day == today)

    def upcoming(self, club: str) -> Games:
        """Return the club's home games after the cutoff, in order of play."""

        def select() -> Games:
            as_of, games = self.as_of(club), self.home_games(club)
            after = True if as_of is None else pl.col(c.DATE) > as_of
            return games.filter(pl.col(c.ATTENDANCE).is_null() & after)

        return self.cached(("coming", club), (GAMES_AREA,), select)

    def played(self) -> Games:
        """Return every game with an attendance, from which forecasts learn and start."""
        return self.cached(("played",), (GAMES_AREA,), lambda: self.games().filter(pl.col(c.ATTENDANCE).is_not_null()))

    def forecasts(self, club: str) -> pl.DataFrame:
        """Return every forecast issued for the club's home games, oldest first, as `Store.forecasts` does."""
        return self._forecasts(club)[1]

    def latest(self, club: str) -> pl.DataFrame:
        """Return the latest forecast of each game of the club that has one."""
        state, every = self._forecasts(club)

        def latest_of_each() -> pl.DataFrame:
            return every.unique(c.GAME_ID, keep="last", maintain_order=True)

        return self.cached_for(("latest", club), state, latest_of_each)

    def _forecasts(self, club: str) -> tuple[tuple[object, ...], pl.DataFrame]:
        """Return the cache key (attendance excluded) and the club's forecasts."""
        games = tuple(self.home_games(club).table[c.GAME_ID])
        state = (self._revisions()[FORECASTS_AREA], games)
        return state, self.cached_for(("forecasts", club), state, lambda: self.store.forecasts(games))

    def operations(self) -> Operations:
        """Return the club's operations as saved, else the default ones for its size."""

        def read() -> Operations:
            saved = self._setting(OPERATIONS)
            return self.default_operations() if saved is None else operations_from_dict(saved)

        return self.cached(("operations",), (SETTINGS_AREA, GAMES_AREA), read)

    def default_operations(self) -> Operations:
        """Return the operations of a club that has saved none: the default ones that make sense at its size."""
        club = self.club()
        table = self.home_games(club).table if club else None
        most = [] if table is None else [table[name].max() for name in (c.CAPACITY, c.ATTENDANCE)]
        return default_operations(max((float(each) for each in most if isinstance(each, int)), default=None))

    def operations_version(self) -> int:
        """Return the version of the saved operations, which grows by one with each change; 0 for the default ones."""
        return self.cached(
            ("operations version",), (SETTINGS_AREA,), lambda: self.store.versioned_setting(OPERATIONS).version
        )

    def operations_at(self, version: int) -> Operations | None:
        """Return the operations of a version, such as the one a form was opened with; None if no longer kept."""
        if version == 0:
            return self.default_operations()
        saved = self.store.earlier_setting(OPERATIONS, version)
        return None if saved is None else operations_from_dict(saved)

    def save_operations(
        self, operations: Operations, *, based_on: int | None = None, expected: int | None = None
    ) -> int:
        """Save operations for every plan from now on and return their version.

        Compare and save are one transaction, so that nobody overwrites what somebody else saves at the same time.

        Parameters
        ----------
        operations : Operations
        based_on : int, optional
            The version that the edit began from: only what differs from it is saved, on top of what others saved since.
        expected : int, optional
            The version that must be saved still.

        Raises
        ------
        SettingsConflictError
            Somebody else changed the same values since `based_on`, or anything since `expected`.
        SettingsError
            Both changed the same setting in different ways.
        """
        wanted = operations_to_dict(operations)
        before = None if based_on is None else self.operations_at(based_on)

        def change(saved: Setting) -> dict[str, Any]:
            if expected is not None and saved.version != expected:
                raise SettingsConflictError((), saved.version)
            if based_on is None or saved.version == based_on:
                return wanted
            if before is None:
                raise SettingsConflictError((), saved.version)
            present = operations_to_dict(
                self.default_operations() if saved.value is None else operations_from_dict(saved.value)
            )
            merged, clashes = merged_settings(operations_to_dict(before), present, wanted)
            if clashes:
                raise SettingsConflictError(clashes, saved.version)
            return operations_to_dict(operations_from_dict(merged))

        return self.store.change_setting(OPERATIONS, change).version

    def model_id(self) -> str | None:
        """Return the name of the model in use; None before the first training, and if the model cannot be used."""
        name = self._setting(MODEL_SETTING)
        return name if isinstance(name, str) and not self.model_problem() else None

    def model_problem(self) -> str:
        """Return in one line why the trained model cannot be used; empty if it can, and before the first training."""
        name = self._setting(MODEL_SETTING)
        if not isinstance(name, str):
            return ""
        state = (name, model_state(self.folder, name))
        unreadable = self._unreadable.get(state)
        return unreadable or self._cache.cached("model problem", state, lambda: _problem_of(self.folder, name))

    def forecaster(self) -> Forecaster | None:
        """Return the trained forecaster, loaded once; None before the first training, and if it cannot be used."""
        name = self.model_id()
        if name is None:
            return None
        state = (name, model_state(self.folder, name))
        try:
            return self._models.cached(("model", self.folder), state, lambda: load_model(self.folder, name))
        except ModelError as error:
            self._unreadable = {state: f"The trained model cannot be used: {error}. Train a new one."}
            return None

    def forecast_now(self, club: str) -> pl.DataFrame:
        """Return forecasts of the club's games to come from what is known now; record nothing.

        Raises
        ------
        InputError
            There is no model yet, or no game to come.
        """
        forecaster, coming = self.forecaster(), self.upcoming(club)
        if forecaster is None:
            raise InputError("got no trained model, expected one; train a model first")
        if not len(coming):
            raise InputError(f"got no game to come of {club or 'any club'}, expected one; upload the schedule first")
        with self._forecasting:
            return forecaster.forecast(self.played(), coming, self.as_of(club))


def _date_in(zone: str) -> dt.date | None:
    """Return the date in a time zone; None if there is no such zone."""
    try:
        return dt.datetime.now(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _last_day(games: Games, today: dt.date) -> dt.date | None:
    """Return the cutoff of a club's home games, as `ClubService.as_of` does."""
    dated = games.table.select(c.DATE, c.ATTENDANCE).drop_nulls(c.DATE)
    if dated.is_empty():
        return None
    yesterday = today - dt.timedelta(days=1)
    last_open = dated.filter(pl.col(c.ATTENDANCE).is_null())[c.DATE].max()
    last_played = dated.drop_nulls(c.ATTENDANCE)[c.DATE].max()
    if isinstance(last_open, dt.date) and last_open > yesterday:
        return yesterday
    if isinstance(last_played, dt.date):
        return min(last_played, yesterday)
    return yesterday


def _problem_of(folder: Path, name: str) -> str:
    """Return in one line what is wrong with a kept model; empty if it is sound."""
    try:
        check_model(folder, name)
    except ModelError as error:
        return f"The trained model cannot be used: {error}. Train a new one."
    return ""


def _no_older(computed: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Return whether a value computed at some revisions is at least as new as others."""
    return all(one >= other for one, other in zip(computed, wanted, strict=True))
