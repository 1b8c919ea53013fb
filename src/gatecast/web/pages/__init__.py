"""The pages, one module each."""

from gatecast.web.pages import account, calendar, data, game, jobs, plan, settings, track, what_if

__all__ = ["ROUTERS"]

ROUTERS = (
    calendar.router,
    data.router,
    jobs.router,
    what_if.router,
    game.router,
    plan.router,
    track.router,
    settings.router,
    account.router,
)
