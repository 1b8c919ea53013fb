import pytest

from gatecast.forecast import Forecaster

from .conftest import QUICK, left_in

pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.mark.slow
def test_a_model_to_forecast_with(run, files, tmp_path):
    ended = run("train", files / "games.parquet", "--through", "2024", "--out", "model", *QUICK, "--seed", "5")
    assert ended.code == 0
    assert ended.out.startswith("model: 1 transformer network, games to 2024-")
    model = Forecaster.load(tmp_path / "model").model
    assert (model.settings.seed, model.settings.epochs, model.through[:4]) == (5, 1, "2024")
    assert left_in(tmp_path) == ["model"]
    games, upcoming = files / "games.parquet", files / "upcoming.csv"
    ended = run(
        *("forecast", games, "--upcoming", upcoming, "--as-of", "2025-06-08", "--model", "model"),
        *("--out", "forecast.csv"),
    )
    assert ended.code == 0
    assert left_in(tmp_path) == ["forecast.csv", "model"]


@pytest.mark.slow
def test_interrupted_it_goes_on_where_it_was(run, files, tmp_path, monkeypatch):
    command = ("train", files / "games.parquet", "--out", "model", *QUICK)
    real = Forecaster.save

    def interrupted(forecaster, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(Forecaster, "save", interrupted)
    ended = run(*command)
    assert ended.code == 130
    assert ended.err.endswith("error: stopped; run the same command again to continue from here\n")
    assert left_in(tmp_path) == [".model.training"]

    monkeypatch.setattr(Forecaster, "save", real)
    monkeypatch.setattr("gatecast.train.loop.Loop.epoch", lambda *a: pytest.fail("an epoch done before"))
    assert run(*command).code == 0
    assert left_in(tmp_path) == ["model"]
