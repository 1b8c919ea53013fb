"""The examples run, and say what they promise."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

import gatecast

SIX_GAMES = Path(__file__).resolve().parents[1] / "examples" / "six_games.py"


@pytest.fixture(scope="module")
def six_games():
    spec = importlib.util.spec_from_file_location("six_games", SIX_GAMES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_six_games_are_forecast_sanely(six_games, capsys, compiled_once):
    six_games.main()
    said = capsys.readouterr().out
    assert [line[0] for line in said.splitlines() if line[:1].isdigit()] == list("123456")
    ours, plain = (int(figure.replace(",", "")) for figure in re.search(r"error: ([\d,]+) .*: ([\d,]+)", said).groups())
    assert ours <= plain

    games = six_games.collect(six_games.PAST)
    forecaster = gatecast.Forecaster(settings=gatecast.TrainingSettings(members=1)).fit(games)
    row = forecaster.forecast(games, six_games.collect([six_games.NEW], first=7)).row(0, named=True)
    assert 20_000 <= row["q50"] <= 45_000
    gates = [game[4] for game in six_games.PAST]
    assert row["q90"] - row["q10"] > 2 * np.std(gates), "six games tell little: the range must be wide"
