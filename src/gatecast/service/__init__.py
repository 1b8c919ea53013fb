"""Run a club's service day by day: its store, its model and its operations together."""

from gatecast.service.club_service import ClubService, open_service, pinned_revisions

__all__ = ["ClubService", "open_service", "pinned_revisions"]
