"""Games to a file, with the declarations of custom columns kept so that they can be read back."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gatecast.collect.column_mapping import LEAGUE_KEY, METADATA_KEY, as_toml
from gatecast.files import check_writable, write_table, write_text
from gatecast.games import Games, League
from gatecast.games.columns import columns_to_json

__all__ = ["columns_beside", "notice_of", "write_games"]

NOTICE_KEY = "gatecast.notice"


def write_games(games: Games, path: str | Path, *, notice: str = "") -> None:
    """Write games as Parquet, CSV or XLSX, by the ending of `path`.

    Settings of the league and declarations of custom columns are kept within a Parquet file, and in
    `<stem>.columns.toml` beside others.

    Parameters
    ----------
    games : Games
    path : path
    notice : str
        Notice to be shown with these games; kept within a Parquet file, for `notice_of`.
    """
    target = check_writable(path)
    if target.suffix.lower() == ".parquet":
        metadata = {METADATA_KEY: columns_to_json(games.custom_columns), NOTICE_KEY: notice}
        if games.league != League():
            metadata[LEAGUE_KEY] = games.league.to_json()
        write_table(games.table, target, metadata)
        return
    write_table(games.table, target)
    beside = columns_beside(target)
    league = games.league if games.league != League() else None
    if games.custom_columns or league or beside.exists():
        write_text(as_toml(games.custom_columns, league), beside)


def notice_of(path: str | Path) -> str:
    """Return the notice to show wherever the games of a file are shown; empty if the file has none."""
    source = Path(path)
    return pl.read_parquet_metadata(source).get(NOTICE_KEY, "") if source.suffix.lower() == ".parquet" else ""


def columns_beside(path: Path) -> Path:
    """Return the path at which the mapping of a table is looked for if none is given."""
    return path.with_suffix(".columns.toml")
