"""Games from files and published sources, and the simulated sample league."""

from gatecast.collect.column_mapping import ColumnMapping, read_mapping
from gatecast.collect.download import download_seasons
from gatecast.collect.raw_table import RawTable
from gatecast.collect.read import UsableGames, read_games, read_games_with_report, usable_games
from gatecast.collect.report import ReadingReport
from gatecast.collect.retrosheet import RETROSHEET_NOTICE, retrosheet
from gatecast.collect.sample import SIMULATED_NOTICE, SampleLeague, sample_league
from gatecast.collect.tables import read_table
from gatecast.collect.write import notice_of, write_games

__all__ = [
    "RETROSHEET_NOTICE",
    "SIMULATED_NOTICE",
    "ColumnMapping",
    "RawTable",
    "ReadingReport",
    "SampleLeague",
    "UsableGames",
    "download_seasons",
    "notice_of",
    "read_games",
    "read_games_with_report",
    "read_mapping",
    "read_table",
    "retrosheet",
    "sample_league",
    "usable_games",
    "write_games",
]
