"""The programs that made the shipped weights still run: on a few games, to the same files."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from gatecast.collect.sample import sample_league
from gatecast.train.pretrained import fits

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    pretrain, columns = importlib.import_module("pretrain"), importlib.import_module("pretrain_columns")
    for module in (pretrain, columns):
        monkeypatch.setattr(module, "CHUNK", 300)
    monkeypatch.setattr(columns, "QUERIES", 20)
    # The sample league stands for the major leagues of those years.
    for name in ("1995-2002", "1995-2010", "1995-2022"):
        monkeypatch.setitem(pretrain.POOLS, name, 2030)
    return pretrain, columns


@pytest.fixture
def source(tools, tmp_path):
    games = tmp_path / "games.parquet"
    sample_league().games.table.write_parquet(games)
    out = tmp_path / "games.npz"
    tools[0].write_source(games, out)
    return out


def test_samples_are_drawn_and_a_set_is_trained_and_packed(tools, source, tmp_path, monkeypatch):
    pretrain, _ = tools
    for pool in ("simulated", "1995-2002"):
        chunk = dict(np.load(pretrain.write_chunk(source, tmp_path, pool, 0)))
        assert len(chunk["came"]) >= 300
        assert all(np.isfinite(values).all() for values in chunk.values())
    pretrain.train(tmp_path, tmp_path / "simulated", ["simulated"], seeds=[0], epochs=1, rate=3e-3, batch=64)
    monkeypatch.setattr(pretrain, "SETS", {"simulated": (("simulated",), None)})
    pretrain.pack(tmp_path, tmp_path / "weights")
    packed = load_file(tmp_path / "weights" / "simulated.safetensors")
    assert all(name.startswith("0/") for name in packed)
    assert fits({name.removeprefix("0/"): value.astype(np.float32) for name, value in packed.items()})


def test_columns_are_made_up_and_their_reader_is_trained(tools, source, tmp_path):
    _, columns = tools
    for pool in ("simulated", "1995-2002"):
        chunk = dict(np.load(columns.write_chunk(source, tmp_path, pool, 0)))
        assert len(chunk["came"]) >= 300
        assert chunk["tokens"][..., 0].any(axis=1).all()
        assert all(np.isfinite(values).all() for values in chunk.values())
    columns.train(tmp_path, "majors", seeds=[0], epochs=1, rate=3e-3, batch=64)
    weights = load_file(tmp_path / "columns" / "majors" / "0.safetensors")
    assert {name: value.shape for name, value in weights.items()} == {
        name: value.shape for name, value in columns.initial_column_weights(0).items()
    }


def test_made_up_columns_are_known_of_some_games_and_numbers(tools):
    _, columns = tools
    source_games = importlib.import_module("pretraining_contexts").simulated(np.random.default_rng(1))[0]
    one = source_games.take(source_games.home == source_games.home[0])
    for seed in range(60):
        draw = np.random.default_rng(seed)
        made = columns.made_up_columns(draw, one, draw.normal(0, 0.2, len(one)))
        assert made.shape[0] == len(one)
        assert 1 <= made.shape[1] <= columns.MOST
        assert not np.isinf(made).any()
