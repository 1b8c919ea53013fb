"""Many clubs in one service: their list, and their services, of which so many are open at once.

Each club has a store of its own: a folder with its database or, in PostgreSQL, a schema. What answers for a club knows
that store alone, so nothing has to remember whose rows it may read.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Generic, Self, TypeVar

from gatecast.errors import InputError, StoreError, StoreUnavailableError
from gatecast.service.cache import KeyedCache
from gatecast.service.club_service import ClubService, open_service
from gatecast.service.job_turns import JobTurns
from gatecast.store.registry import Club, Registry, club_place, open_registry

__all__ = ["MOST_OPEN", "Clubs", "OpenClubs", "open_clubs"]

Value = TypeVar("Value")
MOST_OPEN = 64
"""Clubs whose stores are open at once; the one used longest ago is closed for another."""
MOST_MODELS = 4
"""Models in memory at once, of all clubs together."""
LIST_S = 2.0
"""Seconds for which the list of clubs counts as read."""


def open_clubs(
    folder: str | Path, database: str | None = None, *, today: Callable[[], dt.date] = dt.date.today
) -> Clubs:
    """Open a service of many clubs, creating its list if there is none.

    Parameters
    ----------
    folder : path
        Folder of the list and, below `clubs`, of each club's database and models.
    database : str, optional
        URL of a PostgreSQL database, in which the list and each club have a schema of their own.
    today : callable
        Returns the present date.

    Raises
    ------
    StoreError
        The database cannot be opened.
    """
    home = Path(folder)
    return Clubs(open_registry(home, database), home, database, today)


class Clubs:
    """The clubs of a service; safe to use from several threads.

    Parameters
    ----------
    registry : Registry
    folder : path
    database : str or None
    today : callable
        Returns the present date.
    """

    def __init__(
        self, registry: Registry, folder: Path, database: str | None, today: Callable[[], dt.date] = dt.date.today
    ) -> None:
        self.registry, self.folder, self.database, self.today = registry, folder, database, today
        self._models, self._turns = KeyedCache(MOST_MODELS), JobTurns()
        self._listed: dict[str, Club] = {}
        self._listed_at = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the list; services that were opened are closed by whoever opened them."""
        self.registry.close()

    def add(self, slug: str, name: str = "") -> Club:
        """Add a club with an empty store, or with the one that lies where its store is to be.

        Parameters
        ----------
        slug : str
            Stands in its addresses: 1 to 40 small letters, digits and hyphens.
        name : str
            For people; the slug if not given.

        Raises
        ------
        InputError
            A slug that is there or cannot be one, or a name that is too long.
        StoreError
            Its store cannot be made; the club is not added.
        """
        club = self.registry.add_club(slug, name or slug)
        try:
            folder, database = club_place(self.folder, self.database, slug)
            folder.mkdir(parents=True, exist_ok=True)
            if database is not None:
                self.registry.make_schema_of(slug)
            self.open(slug).close()
        except (OSError, StoreError) as refused:
            self.registry.remove_club(slug)
            if isinstance(refused, OSError):
                raise StoreError(f"{slug}: got {refused.strerror}, expected a folder for the club's models") from None
            raise
        return club

    def listed_lately(self) -> dict[str, Club] | None:
        """Return the clubs by slug if they were read within two seconds, else None."""
        return self._listed if time.monotonic() - self._listed_at < LIST_S else None

    def listed(self) -> dict[str, Club]:
        """Return the clubs by slug, read at most two seconds ago; as last read while the database does not answer."""
        now = time.monotonic()
        if now - self._listed_at >= LIST_S:
            try:
                self._listed = {club.slug: club for club in self.registry.clubs()}
            except StoreUnavailableError:
                if self._listed_at < 0:
                    raise
            self._listed_at = now
        return self._listed

    def require(self, slug: str) -> Club:
        """Return a club of the list.

        Raises
        ------
        InputError
            No such club.
        """
        found = self.registry.club(slug)
        if found is None:
            raise InputError(f"got a club {slug!r} that is not there, expected one of 'gatecast clubs list'")
        return found

    def open(self, slug: str) -> ClubService:
        """Open the service of a club, which the caller closes.

        Raises
        ------
        InputError
            No such club.
        StoreError
            Its store cannot be opened.
        """
        self.require(slug)
        folder, database = club_place(self.folder, self.database, slug)
        return open_service(folder, database, today=self.today, models=self._models, turns=self._turns)


class _Open(Generic[Value]):
    def __init__(self, service: ClubService, value: Value) -> None:
        self.service, self.value, self.users = service, value, 0


class OpenClubs(Generic[Value]):
    """The services of clubs, opened when they are first asked for; safe to use from several threads.

    Parameters
    ----------
    clubs : Clubs
    make : callable
        Returns what is wanted of a club, made once from its slug and its service, such as its pages.
    most : int
        Services open at once; one in use is never closed.
    """

    def __init__(self, clubs: Clubs, make: Callable[[str, ClubService], Value], most: int = MOST_OPEN) -> None:
        self.clubs, self.make, self.most = clubs, make, most
        self._open: OrderedDict[str, _Open[Value]] = OrderedDict()
        self._opening: dict[str, Lock] = {}
        self._lock = Lock()

    @contextmanager
    def using(self, slug: str) -> Iterator[Value]:
        """Hold the service of a club open inside the block, and yield what was made of it.

        Raises
        ------
        InputError
            No such club.
        StoreError
            Its store cannot be opened.
        """
        found = self.take(slug, opening=True)
        assert found is not None
        try:
            yield found
        finally:
            self.give_back(slug)

    def take(self, slug: str, *, opening: bool) -> Value | None:
        """Return what was made of a club, which stays open until `give_back`; None if it is not open.

        Parameters
        ----------
        slug : str
        opening : bool
            True to open its store, which takes a while.
        """
        found = self._found(slug)
        if found is not None or not opening:
            return found
        with self._lock:
            alone = self._opening.setdefault(slug, Lock())
        with alone:
            found = self._found(slug)
            if found is not None:
                return found
            service = self.clubs.open(slug)
            with self._lock:
                opened = self._open[slug] = _Open(service, self.make(slug, service))
                opened.users += 1
            self._close_idle()
            return opened.value

    def give_back(self, slug: str) -> None:
        """Say that what `take` returned is no longer in use."""
        with self._lock:
            self._open[slug].users -= 1

    def recent(self) -> list[str]:
        """Return the slugs of the open clubs, the one used last first."""
        with self._lock:
            return list(reversed(self._open))

    def close(self) -> None:
        """Close every service."""
        with self._lock:
            closed, self._open = list(self._open.values()), OrderedDict()
        for each in closed:
            each.service.close()

    def _found(self, slug: str) -> Value | None:
        with self._lock:
            found = self._open.get(slug)
            if found is None:
                return None
            found.users += 1
            self._open.move_to_end(slug)
            return found.value

    def _close_idle(self) -> None:
        closed = []
        with self._lock:
            for slug in [slug for slug, each in self._open.items() if not each.users]:
                if len(self._open) <= self.most:
                    break
                closed.append(self._open.pop(slug))
        for each in closed:
            each.service.close()
