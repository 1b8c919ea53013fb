"""The examples run, and say what they promise."""

import importlib.util
import re
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest

import gatecast

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SIX_GAMES = EXAMPLES / "six_games.py"


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


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "commit the notebook without outputs"
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = "".join(str(cell.get("outputs")) for cell in notebook.cells)
    assert "p_sellout" in shown
    assert "mae" in shown
    assert "image/svg+xml" in shown
