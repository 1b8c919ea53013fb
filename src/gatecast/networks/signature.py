"""The inputs of every network, and their sizes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CODES",
    "FLAGS",
    "HOME_GAMES",
    "HOME_LEVELS",
    "NUMERIC",
    "PAST_LEVELS",
    "ROAD_GAMES",
    "ROAD_LEVELS",
    "Signature",
]

NUMERIC, FLAGS, PAST_LEVELS, CODES = "numeric", "flags", "levels", "codes"
# "gates" is the attendance of past games; networks of users name their inputs so.
HOME_GAMES, HOME_LEVELS = "home_gates", "home_levels"
ROAD_GAMES, ROAD_LEVELS = "road_gates", "road_levels"


@dataclass(frozen=True)
class Signature:
    """Sizes of the inputs of a network; a batch is a dict of arrays under these names.

    Parameters
    ----------
    numeric : int
        Columns of `numeric`, float32 (batch, numeric): standardised, 0 where unknown.
    flags : int
        Columns of `flags`, float32 (batch, flags): 0 or 1.
    levels : int
        Columns of `levels`, float32 (batch, levels): past values on the scale of the target, -1 where unknown. The
        network may start its forecast from a mixture of them.
    vocabularies : tuple of int
        For each column of `codes`, int32 (batch, categories), the number of codes; code 0 is "unknown".
    identities : tuple of bool
        True for columns of `codes` that identify a club, venue or player. They are hidden at random in training, so
        that the network can forecast for ones it has not seen.
    home, road : tuple of int
        Length and figures of two histories, `home_gates` and `road_gates`, float32 (batch, length, figures): zeros
        where there is none. Beside them `home_levels` and `road_levels`, float32 (batch, length): past values, -1
        where there is none; those of `home` are on the scale of the target.
    """

    numeric: int
    flags: int
    levels: int
    vocabularies: tuple[int, ...]
    identities: tuple[bool, ...]
    home: tuple[int, int] = (0, 0)
    road: tuple[int, int] = (0, 0)
