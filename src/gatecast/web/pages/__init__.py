"""The pages, one module each."""

from gatecast.web.pages import account, calendar, data, game, plan, preferences, settings, track, what_if, work

__all__ = ["ROUTERS"]

ROUTERS = (
    calendar.router,
    data.router,
    work.router,
    what_if.router,
    game.router,
    plan.router,
    track.router,
    settings.router,
    preferences.router,
    account.router,
)
