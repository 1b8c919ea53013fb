"""A club's service: its store, its model and its operations together, day by day."""

from gatecast.service.club_service import ClubService, one_moment, open_service

__all__ = ["ClubService", "one_moment", "open_service"]
