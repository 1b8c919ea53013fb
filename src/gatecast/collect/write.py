"""Games to a file, with the declarations of a club's own columns kept so that they can be read back."""

from __future__ import annotations

from pathlib import Path

from gatecast.collect.further import METADATA_KEY, as_toml
from gatecast.files import check_writable, write_table, write_text
from gatecast.games import Games
from gatecast.games.declarations import columns_to_json

__all__ = ["columns_beside", "write_games"]


def write_games(games: Games, path: str | Path) -> None:
    """Write games as Parquet, CSV or XLSX, by the ending of `path`.

    Declarations of further columns are kept within a Parquet file, and in `<stem>.columns.toml` beside others.
    """
    target = check_writable(path)
    if target.suffix.lower() == ".parquet":
        write_table(games.table, target, {METADATA_KEY: columns_to_json(games.extras)})
        return
    write_table(games.table, target)
    beside = columns_beside(target)
    if games.extras or beside.exists():
        write_text(as_toml(games.extras), beside)


def columns_beside(path: Path) -> Path:
    """Where the mapping of a table is looked for when none is given."""
    return path.with_suffix(".columns.toml")
