import subprocess
import sys

import polars as pl
import pytest

from gatecast.collect import read_games, write_games
from gatecast.forecast import Forecaster
from gatecast.games import columns as c
from gatecast.train import TrainingSettings

from .conftest import left_in

pytestmark = pytest.mark.usefixtures("compiled_once")
QUICK = TrainingSettings(members=1, epochs=1)


@pytest.fixture
def quick(monkeypatch):
    """Forecasters that train quickly, and what each learned from."""
    learned = []
    start, fit = Forecaster.__init__, Forecaster.fit

    def fits(forecaster, games, **settings):
        learned.append(games)
        return fit(forecaster, games, **settings)

    monkeypatch.setattr(Forecaster, "__init__", lambda self, *a, **k: start(self, *a, **{**k, "settings": QUICK}))
    monkeypatch.setattr(Forecaster, "fit", fits)
    return learned


def test_games_to_come(run, files, tmp_path, quick, league):
    ended = run(
        *("forecast", files / "games.parquet", "--upcoming", files / "upcoming.csv", "--as-of", "2025-06-08"),
        *("--out", "forecast.csv"),
    )
    assert ended.code == 0
    table = pl.read_csv(tmp_path / "forecast.csv", try_parse_dates=True)
    assert table.columns[:12] == [
        *("game_id", "lead", "as_of", "mean", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "p_sellout")
    ]
    assert table["game_id"].to_list() == league.upcoming.table[c.GAME_ID].to_list()
    lines = ended.out.splitlines()
    assert lines[0] == "Upcoming games, as known at the end of Sun 8 June"
    assert lines[1].split() == ["Date", "Start", "Opponent", "Expected", "80%", "range", "Sell-out"]
    assert lines[2].startswith("Tue 10 Jun  18:35  Oxbarrow Plowmen ")
    assert lines[-1] == "forecast.csv: 18 games forecast"
    assert left_in(tmp_path) == ["forecast.csv"]


def test_what_came_after_the_day_is_not_learned(run, files, tmp_path, quick):
    games = read_games(files / "games.parquet")
    coming = games.filter(pl.col(c.DATE) > pl.date(2025, 5, 1), pl.col(c.DATE) <= pl.date(2025, 5, 4))
    write_games(coming, tmp_path / "coming.parquet")
    outs = []
    for factor in (1, 2):
        gates = (
            pl.when(pl.col(c.DATE) > pl.date(2025, 5, 1)).then(pl.col(c.ATTENDANCE) // factor).otherwise(c.ATTENDANCE)
        )
        changed = type(games)(games.table.with_columns(gates.alias(c.ATTENDANCE)), games.custom_columns)
        write_games(changed, tmp_path / f"games{factor}.parquet")
        out = tmp_path / f"forecast{factor}.csv"
        ended = run(
            *("forecast", f"games{factor}.parquet", "--upcoming", "coming.parquet", "--as-of", "2025-05-01"),
            *("--out", out),
        )
        assert ended.code == 0
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    assert all(str(learned.table[c.DATE].max()) <= "2025-05-01" for learned in quick)


def test_custom_columns_that_the_games_to_come_lack_are_named(run, files, tmp_path, quick):
    bare = pl.read_csv(files / "upcoming.csv").select("date", "start_time", "venue", "home", "visitor").head(2)
    bare.write_csv(tmp_path / "bare.csv")
    ended = run(
        *("forecast", files / "games.parquet", "--upcoming", "bare.csv", "--as-of", "2025-06-08"),
        *("--out", "forecast.csv"),
    )
    assert ended.code == 0
    line = next(line for line in ended.err.splitlines() if "unknown for all games" in line)
    assert line.startswith("bare.csv: has no ")
    assert {"price", "tickets_sold_7"} <= set(line.removeprefix("bare.csv: has no ").split(":")[0].split(", "))


def test_a_clubs_own_columns_are_read_as_the_games_declare_them(run, files, tmp_path, quick):
    text = (files / "upcoming.csv").read_text()
    outs = []
    for name, dear in (("same", text), ("sold", text.replace(",1779,", ",5900,"))):
        (tmp_path / f"{name}.csv").write_text(dear)
        ended = run(
            *("forecast", files / "games.parquet", "--upcoming", f"{name}.csv", "--as-of", "2025-06-08"),
            *("--out", f"{name}-out.csv"),
        )
        assert ended.code == 0
        assert "left out" not in ended.err
        outs.append(pl.read_csv(tmp_path / f"{name}-out.csv")["q50"][0])
    assert outs[0] != outs[1]


def test_a_clubs_own_column_that_cannot_be_read(run, files, tmp_path):
    (tmp_path / "coming.csv").write_text((files / "upcoming.csv").read_text().replace(",1779,", ",plenty,"))
    ended = run(
        *("forecast", files / "games.parquet", "--upcoming", "coming.csv", "--as-of", "2025-06-08"),
        *("--out", "forecast.csv"),
    )
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "coming.csv, row 2, tickets_sold_7: got 'plenty'" in ended.err


def test_games_without_dates_need_no_day(run, tmp_path, quick):
    (tmp_path / "past.csv").write_text("visitor,attendance\n1,32000\n2,25000\n3,41000\n1,28000\n4,22000\n2,35000\n")
    (tmp_path / "next.csv").write_text("visitor\n3\n")
    ended = run("forecast", "past.csv", "--upcoming", "next.csv", "--out", "forecast.csv")
    assert ended.code == 0
    assert "Game" in ended.out.splitlines()[1]
    assert pl.read_csv(tmp_path / "forecast.csv").height == 1


def test_the_allocator_is_told_before_polars_is_imported():
    program = "import sys, gatecast.cli.forecast; print('polars' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
