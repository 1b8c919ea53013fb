"""What the worker process does for many clubs: it renders the pages of each, and works ahead while nobody asks."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from gatecast.errors import GatecastError, InputError
from gatecast.service import ClubService
from gatecast.service.backup import back_up_if_due
from gatecast.service.clubs import Clubs, OpenClubs
from gatecast.service.leftovers import delete_leftovers
from gatecast.web.app import pages
from gatecast.web.clubs.rooted import club_root
from gatecast.web.launch import CLUB_HEADER

__all__ = ["ClubPages", "back_up_clubs", "prefetch_clubs"]

QUIET_S = 1.0
BACKUPS_S = 60.0


class ClubPages:
    """ASGI application that renders the pages of the club that a request names in a header of the server's.

    Parameters
    ----------
    clubs : Clubs
    """

    def __init__(self, clubs: Clubs) -> None:
        self.opened: OpenClubs[tuple[ClubService, FastAPI]] = OpenClubs(
            clubs, lambda slug, service: (service, pages(service))
        )

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request."""
        slug = dict(scope["headers"])[CLUB_HEADER].decode()
        taken = self.opened.take(slug, opening=False)
        if taken is None:
            taken = await to_thread.run_sync(lambda: self.opened.take(slug, opening=True))
        assert taken is not None
        state = {**scope.get("state", {}), "root": club_root(slug)}
        try:
            await taken[1]({**scope, "state": state}, receive, send)
        finally:
            self.opened.give_back(slug)


def prefetch_clubs(
    app: ClubPages,
    quiet: Callable[[], float],
    render: Callable[[Any, str], None],
    paths: Iterable[str],
    wait: Callable[[float], object] = time.sleep,
) -> None:
    """Render what is asked for most of each open club that has changed, while no request comes; never return.

    One club is opened at the start: the first page is the slowest, as it imports what all pages need.

    Parameters
    ----------
    app : ClubPages
    quiet : callable
        Returns seconds since the last request.
    render : callable
        Renders a path with an application, for nobody.
    paths : iterable of str
    wait : callable
        Waits for so many seconds; an exception from it ends this.
    """
    done: dict[str, dict[str, int]] = {}

    def rendered(slug: str) -> bool:
        """Render the pages of a club that has changed, up to the next request, and return whether it had."""
        with app.opened.using(slug) as (service, club_pages):
            now = service.revision()
            if now == done.get(slug):
                return False
            for path in paths:
                render(club_pages, path)
                if quiet() < QUIET_S:
                    return True
            done[slug] = now
            return True

    with suppress(GatecastError):
        for slug in list(app.opened.clubs.listed())[:1]:
            rendered(slug)
    while True:
        wait(QUIET_S)
        worked = False
        for slug in app.opened.recent():
            if quiet() < QUIET_S:
                break
            try:
                worked = rendered(slug) or worked
            except GatecastError:
                continue
            except Exception:
                traceback.print_exc()  # into the log of the server
        if worked:
            gc.unfreeze()
            gc.collect()
            gc.freeze()


def back_up_clubs(clubs: Clubs, note: Callable[[str], None], wait: Callable[[float], object] = time.sleep) -> None:
    """Back every club in SQLite up once a day, one after the other, each in its own folder; never return.

    Parameters
    ----------
    clubs : Clubs
    note : callable
        Takes a line that says why a backup could not be made; the next try is an hour later.
    wait : callable
        Waits for so many seconds; an exception from it ends this.
    """
    not_before: dict[str, float] = {}
    seen: set[str] = set()
    while clubs.database is None:
        wait(BACKUPS_S)
        try:
            listed = list(clubs.listed())
        except GatecastError:
            continue
        for slug in listed:
            if time.monotonic() < not_before.get(slug, 0.0):
                continue
            try:
                with clubs.open(slug) as service:
                    if slug not in seen:
                        delete_leftovers(service.folder)
                        seen.add(slug)
                    back_up_if_due(service)
            except InputError:
                continue  # taken off the list just now
            except (GatecastError, OSError) as error:
                note(f"{slug}: no backup was made: {error}")
                not_before[slug] = time.monotonic() + 3600
