"""The application of a server of many clubs: it finds the club that a request is for and hands it to that club's own.

Each club has an application of its own, the one of a server of a single club, made when it is first asked for: its own
store, its own cache of pages, its own waiting uploads. They share the accounts of people and the worker process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.errors import InputError, StoreError
from gatecast.service.clubs import MOST_OPEN, Clubs, OpenClubs
from gatecast.web.app import pages
from gatecast.web.cache import LARGEST_CACHE, PageCache
from gatecast.web.clubs.pages import service_pages
from gatecast.web.clubs.rights import ABSENT, AccountCache, ClubAuth, ClubSignedIn
from gatecast.web.clubs.rooted import UnderRoot, split_address
from gatecast.web.guard import guarded_by
from gatecast.web.guard.requests import refusal
from gatecast.web.render import outage_words
from gatecast.web.worker import WorkerProxy

if TYPE_CHECKING:
    from gatecast.service import ClubService
    from gatecast.web.worker import Worker

__all__ = ["ClubsApp", "build_clubs"]

MOST_CHANGES = 3
"""Changes of one club that are worked on at once; those of other clubs do not wait for them."""
CACHE_OF_A_CLUB = 4 * LARGEST_CACHE // MOST_OPEN
OF_ACCOUNTS = frozenset({"/login", "/logout", "/account/password", "/account/sessions/end"})
"""Addresses of a club that is alone; here people sign in to the service."""


def build_clubs(clubs: Clubs, worker: Worker | None = None) -> ClubsApp:
    """Return the guarded application of many clubs; a worker, if given, renders their pages."""
    return ClubsApp(clubs, worker)


class ClubsApp:
    """ASGI application of many clubs: the list and the accounts at `/`, each club's pages and API below `/clubs/SLUG`.

    Parameters
    ----------
    clubs : Clubs
    worker : Worker, optional
    most_open : int
        Clubs whose stores are open at once.
    """

    def __init__(self, clubs: Clubs, worker: Worker | None = None, most_open: int = MOST_OPEN) -> None:
        self.clubs, self.worker = clubs, worker
        self.accounts = AccountCache(clubs.registry)
        self.opened = OpenClubs(clubs, self._application, most_open)
        self._service = service_pages(clubs)
        guarded_by(self._service, self.accounts)
        self._absent = self._guarded(FastAPI(openapi_url=None, docs_url=None, redoc_url=None), None, _absent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        found = split_address(scope) if scope["type"] == "http" else None
        if found is None:
            await self._service(scope, receive, send)
            return
        slug, inside = found
        if not inside["path"]:
            await Response(status_code=308, headers={"location": f"{scope['path']}/"})(scope, receive, send)
            return
        app, refused = None, None
        try:
            app = await self._taken(slug, inside)
        except StoreError as error:
            refused = error
        inside["state"]["refused"] = refused
        try:
            await (app or self._absent)(inside, receive, send)
        finally:
            if app is not None:
                self.opened.give_back(slug)

    async def _taken(self, slug: str, scope: Scope) -> ASGIApp | None:
        """Return the application of a club, to be given back; None if there is none."""
        listed = self.clubs.listed_lately()
        if listed is None:
            listed = await to_thread.run_sync(self.clubs.listed)
        if slug not in listed or scope["path"] in OF_ACCOUNTS:
            return None
        taken = self.opened.take(slug, opening=False)
        if taken is not None:
            return taken
        try:
            return await to_thread.run_sync(lambda: self.opened.take(slug, opening=True))
        except InputError:
            return None  # taken off the list just now

    def _application(self, slug: str, service: ClubService) -> ASGIApp:
        """Return the guarded pages and API of a club below its address."""
        app = pages(service)
        if self.worker is not None:
            app.add_middleware(WorkerProxy, worker=self.worker)
        app.add_middleware(UnderRoot)
        app.add_middleware(
            PageCache,
            state=service.page_state,
            outage=lambda: outage_words(service.unreachable_since),
            largest=CACHE_OF_A_CLUB,
        )
        return self._guarded(app, service)

    def _guarded(self, app: FastAPI, service: ClubService | None, inner: Any = None) -> ASGIApp:  # noqa: ANN401
        """Put the guard before an application; `inner` is a middleware that answers in its place."""
        if inner is not None:
            app.add_middleware(inner)
        auth = ClubAuth(self.accounts, None if service is None else service.store)
        guarded_by(app, auth, ClubSignedIn, MOST_CHANGES)
        return UnderRoot(app, pages=False)

    def close(self) -> None:
        """Close the stores of the clubs."""
        self.opened.close()


def _absent(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        error = scope["state"]["refused"]
        if error is not None:
            raise error
        await refusal(scope, 404, ABSENT)(scope, receive, send)

    return answer
