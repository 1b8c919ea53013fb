"""A command run in this process, and small files to run it on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from gatecast.cli.main import main
from gatecast.collect import SampleLeague, sample_league, write_games
from gatecast.files import write_table
from gatecast.games import columns as c
from gatecast.plan import write_default_operations

QUICK = ("--members", "1", "--epochs", "1")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys) -> Run:
    """Runs `gatecast` with some arguments in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def runs(*arguments: object) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return runs


def refused(ended: Ended, *words: str) -> None:
    """The command ended with one line on stderr, which has these words in it."""
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1
    for word in words:
        assert word in ended.err


@pytest.fixture(scope="session")
def league() -> SampleLeague:
    return sample_league()


@pytest.fixture(scope="session")
def files(league, tmp_path_factory) -> Path:
    """A folder with a club's games, its games to come as a plain sheet, and an operations file."""
    folder = tmp_path_factory.mktemp("club")
    write_games(league.games, folder / "games.parquet", notice="Simulated.")
    coming = league.upcoming.table
    write_table(coming.select(s.name for s in coming if s.null_count() < coming.height), folder / "upcoming.csv")
    write_default_operations(folder / "operations.toml")
    forecast = coming.select(
        c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.CAPACITY, lead=pl.lit("7"), as_of=league.as_of
    )
    levels = {"q05": 2000, "q10": 2200, "q25": 2600, "q50": 3000, "q75": 3400, "q90": 3900, "q95": 4200}
    forecast = forecast.with_columns(mean=3000.0, p_sellout=0.02, **{name: pl.lit(v) for name, v in levels.items()})
    write_table(forecast, folder / "forecast.csv")
    return folder


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
