"""What stands between the network and the pages: who may ask for what, how much and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatecast.web.guard.auth_cache import AuthCache
from gatecast.web.guard.body import BodyLimit
from gatecast.web.guard.headers import SafetyHeaders
from gatecast.web.guard.hosts import KnownHosts, check_listening
from gatecast.web.guard.origin import OwnOrigin
from gatecast.web.guard.path_guard import PathGuard
from gatecast.web.guard.rate import LoginRate
from gatecast.web.guard.sessions import SignedIn

if TYPE_CHECKING:
    from fastapi import FastAPI

    from gatecast.service import ClubService

__all__ = ["check_listening", "guarded"]


def guarded(app: FastAPI, service: ClubService) -> None:
    """Put the guard before an application; what it knows stands in `app.state.keeper` and `app.state.login_rate`.

    Parameters
    ----------
    app : FastAPI
        With all of its other middleware.
    service : ClubService
        Whose password, sessions and tokens count.
    """
    keeper = AuthCache(service.store)
    app.state.keeper, app.state.login_rate = keeper, LoginRate()
    # The last one added is asked first.
    app.add_middleware(SignedIn, keeper=keeper)
    app.add_middleware(OwnOrigin)
    app.add_middleware(BodyLimit)
    app.add_middleware(KnownHosts, has_password=keeper.has_password)
    app.add_middleware(PathGuard)
    app.add_middleware(SafetyHeaders)
