"""Games: columns with type, unit, role and knowability; validation; values known at a cutoff."""

from gatecast.games.columns import AFTER, ALWAYS, CANONICAL, Column, Knowability, Role
from gatecast.games.cutoff import PRESEASON, cutoff_days, known_at
from gatecast.games.league import League
from gatecast.games.seasons import parse_season, season_label, season_labels
from gatecast.games.table import Games

__all__ = [
    "AFTER",
    "ALWAYS",
    "CANONICAL",
    "PRESEASON",
    "Column",
    "Games",
    "Knowability",
    "League",
    "Role",
    "cutoff_days",
    "known_at",
    "parse_season",
    "season_label",
    "season_labels",
]
