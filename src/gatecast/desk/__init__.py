"""A club's desk: its store, its model and its operations together, day by day."""

from gatecast.desk.desk import Desk, one_moment, open_desk

__all__ = ["Desk", "one_moment", "open_desk"]
