"""The guard before the pages: who may ask for what, how much and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatecast.web.guard.headers import SafetyHeaders
from gatecast.web.guard.hosts import KnownHosts, OwnOrigin
from gatecast.web.guard.limits import BodyLimit
from gatecast.web.guard.rate import LoginRate
from gatecast.web.guard.requests import PathGuard
from gatecast.web.guard.sessions import Auth, AuthCache, SignedIn
from gatecast.web.guard.turns import MOST_CHANGES, ChangesInTurn

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from gatecast.service import ClubService

__all__ = ["guarded", "guarded_by"]


def guarded(app: Starlette, service: ClubService) -> None:
    """Put the guard before an application: the password, sessions and tokens of its service count.

    Parameters
    ----------
    app : Starlette
        With all of its other middleware.
    service : ClubService
    """
    guarded_by(app, AuthCache(service.store))


def guarded_by(
    app: Starlette, auth: Auth, signed_in: type[SignedIn] = SignedIn, most_changes: int = MOST_CHANGES
) -> None:
    """Put the guard before an application; `app.state.auth` and `app.state.login_rate` hold what it knows.

    Parameters
    ----------
    app : Starlette
        With all of its other middleware.
    auth : Auth
        Whose password, sessions and tokens count.
    signed_in : type
        The middleware that asks it.
    most_changes : int
        Changes that are worked on at once.
    """
    app.state.auth, app.state.login_rate = auth, LoginRate()
    # The last one added is asked first.
    app.add_middleware(ChangesInTurn, most=most_changes)
    app.add_middleware(signed_in, auth=auth)
    app.add_middleware(OwnOrigin)
    app.add_middleware(BodyLimit)
    app.add_middleware(KnownHosts, has_password=auth.has_password)
    app.add_middleware(PathGuard)
    app.add_middleware(SafetyHeaders)
