"""Benchmarks that say which setting is better, or where an error comes from, on games small enough to check."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import sample_league
from gatecast.prepare import Preparation

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module


def test_seeds_together_are_scored_as_the_mean_of_their_quantiles(benchmark, compiled_once, monkeypatch, capsys):
    """Errors and pinball loss are convex in the forecast: those of the mean are at most the mean of theirs."""
    walk_forward = benchmark("walk_forward")
    settings = "network=feedforward,epochs=1"
    trials = walk_forward.Trials(Preparation(sample_league().games), 2023, 2024)
    training, parts, options = walk_forward.settings_of(settings)
    apart = [walk_forward.scored(trials, training, seed, parts, options) for seed in (1, 2)]
    together = trials.scored_as(np.mean([one.quantiles for one in apart], axis=0))
    assert (together.pinball < np.mean([one.pinball for one in apart], axis=0)).all()
    assert (together.error < np.mean([one.error for one in apart], axis=0)).all()
    monkeypatch.setattr(sys, "argv", ["walk_forward", "--season", "2024", "--together", "--settings", settings])
    walk_forward.main()
    row = capsys.readouterr().out.splitlines()[-1]
    assert f"{together.pinball.mean():,.1f}" != f"{np.mean([one.pinball for one in apart]):,.1f}"
    assert row.endswith(f" {together.pinball.mean():,.1f} |")
    assert f"| {together.error[0]:,.0f} | {together.error[1]:,.0f} |" in row


@pytest.fixture
def told(tmp_path):
    """What `club_errors.py` says of Ash, forecast at half of its gates, and of Birch, forecast right."""
    gates = {"a": ("Ash", 1000, 500.0), "b": ("Ash", 2000, 1000.0), "c": ("Birch", 1000, 1000.0)}
    ids, homes, attended, medians = list(gates), *(list(each) for each in zip(*gates.values(), strict=True))
    dates = ["2019-04-01", "2019-04-02", "2019-04-01"]
    games = {"game_id": ids, "date": dates, "home": homes, "attendance": attended}
    pl.DataFrame(games).write_csv(tmp_path / "games.csv")
    forecasts = pl.DataFrame({"game_id": ids, "season": 2019, "lead": "preseason", "q50": medians})
    forecasts.write_parquet(tmp_path / "forecasts.parquet")

    def run(*asked: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, FOLDER / "club_errors.py", tmp_path / "games.csv", tmp_path / "forecasts.parquet"]
        return subprocess.run([*command, *asked], capture_output=True, text=True, check=False)

    return run


def test_the_mape_of_a_season_is_told_by_club_with_and_without_their_levels(told):
    out = told("--season", "2019").stdout
    assert "| Ash | 1,500 | 750 | 2.00 | 50.0 | 0.0 |" in out
    assert "| Birch | 1,000 | 1,000 | 1.00 | 0.0 | 0.0 |" in out
    # Drawn anew, both clubs may be Birch or both Ash.
    assert "MAPE 33.33, with each club's level known 0.00; with clubs drawn anew 0.0 to 50.0 (90 %)" in out


def test_a_season_without_forecasts_is_said_in_one_line(told):
    done = told("--season", "2018")
    assert done.returncode == 2
    assert "no forecast of 2018 at lead preseason" in done.stderr


def test_corrections_of_a_level_are_learned_from_the_seasons_before(benchmark):
    level_errors = benchmark("level_errors")
    draw = np.random.default_rng(0)
    season, told = np.repeat(np.arange(2011, 2016), 30), draw.uniform(-1.0, 1.0, (150, 3))
    errors = 0.1 * told[:, 1] + 0.2 * (season == 2012)
    levels = level_errors.Levels(season, errors, told, np.full(150, 0.5))
    moved = level_errors.learned(levels, 1.0)
    assert (moved[season < 2013] == 0).all()
    assert np.abs(moved - 0.1 * told[:, 1])[season >= 2013].max() < 0.03
    later = levels._replace(error=np.where(season == 2015, 9.0, errors))
    assert np.array_equal(level_errors.learned(later, 1.0), moved)


def test_the_record_of_a_season_is_won_at_home_and_away(benchmark):
    level_errors = benchmark("level_errors")
    preparation = Preparation(sample_league().games)
    table, schedule = preparation.games.table, preparation.schedule
    season = schedule.season == 2023
    club = int(schedule.home[season][0])
    at_home, away = season & (schedule.home == club), season & (schedule.visitor == club)
    higher = (table["home_runs"] > table["visitor_runs"]).to_numpy()
    share = (higher[at_home].sum() + (~higher)[away].sum()) / (at_home.sum() + away.sum())
    assert level_errors.records(preparation, np.array([club]), np.array([2023])) == pytest.approx([share])
