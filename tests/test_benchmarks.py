"""The benchmarks that compare settings and families, on the sample league."""

import ast
import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from gatecast.collect.sample import sample_league
from gatecast.prepare import Preparation

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(
    [*FOLDER.glob("*.py"), *(FOLDER.parent / "tools").glob("*.py"), *(FOLDER.parent / "examples").glob("*.py")]
)


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_names_that_exist(path):
    absent = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gatecast"
        for alias in node.names
        if not hasattr(importlib.import_module(node.module), alias.name)
        and importlib.util.find_spec(f"{node.module}.{alias.name}") is None
    ]
    assert absent == []


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


def test_settings_name_training_options_and_features_to_leave_out(benchmark):
    training, parts, options = benchmark("walk_forward").settings_of("half_life=8,hidden=0.5,without=shape_+gate_")
    assert training.half_life == 8.0
    assert parts == ["shape_", "gate_"]
    assert options == {"hidden": 0.5}


def test_features_left_out_are_not_among_the_inputs(benchmark):
    walk_forward = benchmark("walk_forward")
    trials = walk_forward.Trials(Preparation(sample_league().games), 2023, 2024)
    reduced = walk_forward._reduced(trials.encoding, lambda name: "shape_" not in name)
    assert reduced.names == [name for name in trials.encoding.names if "shape_" not in name]
    assert len(reduced.names) == len(reduced.centre) == len(reduced.spread) < len(trials.encoding.names)
    assert set(reduced.incomplete) <= set(reduced.names)


def test_families_are_compared_on_one_season(benchmark, compiled_once, monkeypatch, capsys):
    families = benchmark("families")
    arguments = ["families", "--season", "2024", "--network", "feedforward", "--epochs", "1"]
    monkeypatch.setattr(sys, "argv", arguments)
    families.main()
    header, _, row = capsys.readouterr().out.splitlines()
    assert header.startswith("| network | weights | MAE 1 | MAE 7 | MAE 30 | MAE preseason | pinball |")
    errors = [float(cell.replace(",", "")) for cell in row.split("|")[3:7]]
    assert row.startswith("| feedforward |")
    assert all(100 < error < 6000 for error in errors)


def test_the_growth_that_the_page_shows_is_in_proportion_to_the_games():
    """Time of no step grows faster than the games, and none needs more memory than a machine of 16 GB has."""
    figures = json.loads((FOLDER.parent / "docs" / "growth.json").read_text(encoding="utf-8"))
    largest = max(each["games"] for each in figures)
    assert largest > 3_500_000
    assert max(each["peak_mb"] for each in figures) < 16_000
    for step in {each["step"] for each in figures}:
        sizes = sorted((each for each in figures if each["step"] == step), key=lambda each: each["games"])
        first, last = sizes[0], sizes[-1]
        assert last["games"] == largest
        growth = math.log(last["processor_s"] / first["processor_s"]) / math.log(last["games"] / first["games"])
        assert growth <= 1.05, step
