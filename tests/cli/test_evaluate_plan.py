import json

import polars as pl
import pytest

from gatecast.cli.evaluate_plan import parse_against
from gatecast.errors import InputError
from gatecast.games import columns as c

from .conftest import left_in, refused

SPREAD = {"q05": 0.8, "q10": 0.85, "q25": 0.93, "q50": 1.0, "q75": 1.07, "q90": 1.15, "q95": 1.2}


@pytest.fixture
def past(league, tmp_path):
    """The last season, forecast by one who knows it, and by one who always says a quarter more."""
    games = league.games.table.filter(pl.col(c.SEASON) == 2024)
    gate = pl.col(c.ATTENDANCE).cast(pl.Float64)
    columns = {name: gate * share for name, share in SPREAD.items()}
    told = games.select(c.GAME_ID, c.SEASON, lead=pl.lit("7"), mean=gate, p_sellout=0.1, **columns)
    told.write_parquet(tmp_path / "forecasts.parquet")
    worse = told.select(c.GAME_ID, "lead", pl.col("q10", "q50", "q90") * 1.25)
    worse.write_csv(tmp_path / "worse.csv")
    return games


def evaluated(run, files, *more):
    return run(
        *("evaluate-plan", files / "games.parquet", "--forecasts", "forecasts.parquet"),
        *("--operations", files / "operations.toml", "--out", "value.json", *more),
    )


def test_what_plans_were_worth(run, files, tmp_path, past):
    ended = evaluated(run, files)
    assert ended.code == 0
    value = json.loads((tmp_path / "value.json").read_text())
    entry = next(e for e in value["results"] if (e["season"], e["decision"]) == ("all", "all"))
    assert entry["games"] == past.height
    costs, saved = (line for line in ended.out.splitlines() if " all " in line)
    for plan in ("naive", "forecast", "point", "hindsight"):
        assert f"${entry['cost_a_game'][plan]:,.0f}" in costs
    assert f"{entry['captured']['estimate'] * 100:.0f}%" in costs
    assert f"${entry['saved_over_naive']['estimate']:,.0f}" in saved
    assert f"{entry['saved_over_naive']['low']:,.0f} to {entry['saved_over_naive']['high']:,.0f}" in saved
    assert left_in(tmp_path) == ["forecasts.parquet", "value.json", "worse.csv"]


def test_beside_another_method_and_scaled(run, files, tmp_path, past):
    assert past[c.CAPACITY].null_count() == 0
    ended = evaluated(run, files, "--against", "worse=worse.csv", "--against", "same = forecasts.parquet", "--scaled")
    assert ended.code == 0
    value = json.loads((tmp_path / "value.json").read_text())
    assert value["plans"] == ["forecast", "point", "naive", "worse", "same", "hindsight"]
    assert value["scaled_from_seats"] == 40_000
    entry = next(e for e in value["results"] if (e["season"], e["decision"]) == ("all", "all"))
    assert entry["saved_over_worse"]["low"] > 0
    assert entry["saved_over_same"]["estimate"] == 0
    heads = [line for line in ended.out.splitlines() if "Decision" in line]
    assert "By worse" in heads[0]
    assert "Over worse" in heads[1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("worse",), ("--against", "'worse'", "NAME=FILE")),
        (("=worse.csv",), ("--against", "NAME=FILE")),
        (("a=worse.csv", "--against", "a=forecasts.parquet"), ("second time",)),
        (("naive=worse.csv",), ("'naive'", "other than")),
        (("trees=none.csv",), ("none.csv", "no such file")),
    ],
)
def test_another_method_asked_for_wrongly(run, files, tmp_path, past, given, words):
    refused(evaluated(run, files, "--against", *given), *words)
    assert left_in(tmp_path) == ["forecasts.parquet", "worse.csv"]


def test_names_and_files_apart():
    assert {name: file.name for name, file in parse_against(["a b=c=d.csv"]).items()} == {"a b": "c=d.csv"}
    with pytest.raises(InputError, match="--against"):
        parse_against(["a="])
