"""The pages of many clubs in one server: each club's as if it were alone, below an address of its own."""

from gatecast.web.clubs.app import build_clubs

__all__ = ["build_clubs"]
