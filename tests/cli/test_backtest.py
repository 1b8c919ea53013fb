import polars as pl
import pytest

from gatecast.evaluate import FORECAST_COLUMNS

from .conftest import QUICK, left_in

pytestmark = pytest.mark.usefixtures("compiled_once")


def test_forecasts_scores_and_a_report(run, files, tmp_path, monkeypatch):
    from gatecast.evaluate import baselines

    monkeypatch.delitem(baselines.BASELINES, "boosted trees")
    ended = run(
        *("backtest", files / "games.parquet", "--seasons", "2023", "--leads", "7,preseason", *QUICK),
        *("--out", "forecasts.parquet", "--report", "report.html"),
    )
    assert ended.code == 0
    table = pl.read_parquet(tmp_path / "forecasts.parquet")
    assert tuple(table.columns) == FORECAST_COLUMNS
    assert table["lead"].unique().sort().to_list() == ["7", "preseason"]
    assert table["season"].unique().to_list() == [2023]
    assert table.select(pl.struct("game_id", "lead").is_duplicated().any()).item() is False
    for words in ("7 days before", "before the season", "ridge", "last gate", "CRPS", "Inside 80%"):
        assert words in ended.out
    assert f"forecasts.parquet: {table.height:,} forecasts" in ended.out
    page = (tmp_path / "report.html").read_text()
    assert "Simulated." in page
    assert "ridge" in page
    assert left_in(tmp_path) == ["forecasts.parquet", "report.html"]


def test_without_simple_methods(run, files, tmp_path):
    ended = run(
        *("backtest", files / "games.parquet", "--seasons", "2023", "--leads", "7", *QUICK),
        *("--out", "forecasts.csv", "--no-baselines"),
    )
    assert ended.code == 0
    assert "ridge" not in ended.out
    assert "MAE" in ended.out
    assert pl.read_csv(tmp_path / "forecasts.csv").columns == list(FORECAST_COLUMNS)


def test_interrupted_it_keeps_its_trainings(run, files, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("gatecast.forecast.BacktestMethod.forecast_rows", interrupted)
    command = ("backtest", files / "games.parquet", "--seasons", "2023", "--leads", "7", *QUICK, "--no-baselines")
    ended = run(*command, "--out", "forecasts.csv")
    assert (ended.code, ended.err.splitlines()[-1]) == (
        130,
        "error: stopped; run the same command again to continue from here",
    )
    assert left_in(tmp_path) == [".forecasts.csv.training"]
    assert list((tmp_path / ".forecasts.csv.training" / "2023").glob("*.safetensors"))
