"""The pages, one module each."""

from gatecast.web.pages import (
    account,
    backups,
    calendar,
    data,
    edit,
    game,
    games,
    jobs,
    overrides,
    plan,
    settings,
    start,
    track,
    what_if,
)

__all__ = ["ROUTERS"]

ROUTERS = (
    calendar.router,
    start.router,
    data.router,
    backups.router,
    jobs.router,
    what_if.router,
    edit.router,
    overrides.router,
    games.router,
    game.router,
    plan.router,
    track.router,
    settings.router,
    account.router,
)
