"""Input that cannot be used, through the command line: exit code 2, one line, no file."""

import json
import shutil

import polars as pl
import pytest

from ..collect.malformed_cases import CASES
from .conftest import left_in, refused


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_collect_file(run, tmp_path, case):
    path = case.build(tmp_path)
    mapping = []
    if case.mapping:
        (tmp_path / "columns.toml").write_text(case.mapping, encoding="utf-8")
        mapping = ["--columns", "columns.toml"]
    before = left_in(tmp_path)
    refused(run("collect", "file", path, "--out", "out.parquet", *mapping), *case.words)
    assert left_in(tmp_path) == before


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 cut short", b"no zip at all", b""], ids=["truncated", "no zip", "empty"]
)
def test_collect_retrosheet(run, tmp_path, content):
    (tmp_path / "gl2019.zip").write_bytes(content)
    refused(run("collect", "retrosheet", "gl2019.zip", "--out", "games.parquet"), "gl2019.zip")
    assert left_in(tmp_path) == ["gl2019.zip"]


def test_collect_retrosheet_of_a_real_zip_cut_short(run, tmp_path, shared_data):
    whole = (shared_data / "retrosheet" / "gl2019.zip").read_bytes()
    (tmp_path / "gl2019.zip").write_bytes(whole[: len(whole) // 2])
    refused(run("collect", "retrosheet", "gl2019.zip", "--out", "games.parquet"), "gl2019.zip")
    assert left_in(tmp_path) == ["gl2019.zip"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ("--seasons",)),
        (["--seasons", "2019"], ("--cache",)),
        (["--cache", "kept"], ("--seasons",)),
        (["--seasons", "twenty", "--cache", "kept"], ("'twenty'", "2018,2019")),
        (["--seasons", "1492", "--cache", "kept"], ("1492",)),
        (["nowhere"], ("nowhere",)),
    ],
)
def test_collect_retrosheet_asked_wrongly(run, tmp_path, arguments, words):
    refused(run("collect", "retrosheet", *arguments, "--out", "games.parquet"), *words)
    assert left_in(tmp_path) == []


LINES = "game_id,mean,q05,q10,q25,q50,q75,q90,q95\nA,5,1,2,3,5,6,7,8\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("empty file",)),
        ("game_id,mean\nA,5\n", ("q05",)),
        (LINES.replace("A,5", "A,many"), ("row 2, mean", "'many'")),
        (LINES.replace("A,5,1", "A,5,-1"), ("row 2, q05",)),
        (LINES.replace("7,8", "7,3"), ("row 2, q95", "cross")),
        (LINES + "A,5,1,2,3,5,6,7,8\n", ("row 3", "second time")),
    ],
)
def test_forecasts(run, files, tmp_path, text, words):
    (tmp_path / "forecast.csv").write_text(text)
    operations = files / "operations.toml"
    refused(run("plan", "forecast.csv", "--operations", operations, "--out", "plan.xlsx"), "forecast.csv", *words)
    games = files / "games.parquet"
    ended = run("evaluate-plan", games, "--forecasts", "forecast.csv", "--operations", operations, "--out", "v.json")
    refused(ended, "forecast.csv", *words)
    assert left_in(tmp_path) == ["forecast.csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[crowd", ("TOML",)),
        ('currency = "$"\n', ()),
        ("[crowd]\nshow_rate = 'most'\n", ("show_rate", "'most'")),
        ("[crowd]\nshow_rate = 0.8\n[[staff]]\nname = 'ushers'\n", ("staff",)),
    ],
)
def test_operations(run, files, tmp_path, text, words):
    (tmp_path / "operations.toml").write_text(text)
    ended = run("plan", files / "forecast.csv", "--operations", "operations.toml", "--out", "plan.xlsx")
    refused(ended, "operations.toml", *words)
    assert left_in(tmp_path) == ["operations.toml"]


def test_operations_that_are_not_there(run, files, tmp_path):
    ended = run("plan", files / "forecast.csv", "--operations", "none.toml", "--out", "plan.xlsx")
    refused(ended, "none.toml", "no such file")


@pytest.mark.parametrize("broken", ["absent", "no text", "other format", "no weights"])
def test_models(run, files, tmp_path, broken):
    model = tmp_path / "model"
    model.mkdir()
    if broken != "absent":
        text = {"no text": "{", "other format": '{"format": 99}', "no weights": '{"format": 1, "members": [1]}'}[broken]
        (model / "model.json").write_text(text)
    upcoming = files / "upcoming.csv"
    ended = run(
        *("forecast", files / "games.parquet", "--upcoming", upcoming, "--as-of", "2025-06-08"),
        *("--model", model, "--out", "forecast.csv"),
    )
    refused(ended, "model")
    assert left_in(tmp_path) == ["model"]


OUT = {
    "collect": ("collect", "file", "{games}", "--out", "{out}"),
    "forecast": ("forecast", "{games}", "--upcoming", "{upcoming}", "--as-of", "2025-06-08", "--out", "{out}"),
    "backtest": ("backtest", "{games}", "--seasons", "2024", "--leads", "1", "--out", "{out}"),
    "plan": ("plan", "{forecast}", "--operations", "{operations}", "--out", "{out}"),
    "evaluate-plan": (
        "evaluate-plan",
        "{games}",
        "--forecasts",
        "{forecast}",
        "--operations",
        "{operations}",
        "--out",
        "{out}",
    ),
}


@pytest.mark.parametrize("command", OUT)
@pytest.mark.parametrize("out", ["nowhere/out.{ending}", "out.doc", "out"])
def test_outputs_that_cannot_be_written_are_refused_before_the_work(run, files, tmp_path, command, out):
    places = {
        name: files / f"{name}.{ending}"
        for name, ending in {"games": "parquet", "upcoming": "csv", "forecast": "csv", "operations": "toml"}.items()
    }
    out = out.format(ending="json" if command == "evaluate-plan" else "csv")
    ended = run(*(word.format(**places, out=out) for word in OUT[command]))
    refused(ended, out.rpartition("/")[2] if "nowhere" not in out else "nowhere", "expected")
    assert left_in(tmp_path) == []


def test_an_input_is_never_written_over(run, files, tmp_path):
    shutil.copy(files / "games.parquet", tmp_path)
    before = (tmp_path / "games.parquet").read_bytes()
    refused(run("collect", "file", "games.parquet", "--out", tmp_path / "games.parquet"), "another name")
    assert (tmp_path / "games.parquet").read_bytes() == before


def test_a_mapping_is_never_written_over(run, tmp_path):
    (tmp_path / "club.csv").write_text("day,gate\n2023-04-14,4210\n")
    (tmp_path / "club.columns.toml").write_text('[columns]\ndate = "day"\nattendance = "gate"\n')
    refused(run("collect", "file", "club.csv", "--out", "club.xlsx"), "club.columns.toml")
    assert left_in(tmp_path) == ["club.columns.toml", "club.csv"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seasons", "2024,next", "--leads", "1"), ("--seasons", "'2024,next'")),
        (("--seasons", "2024", "--leads", "0"), ("--leads", "'0'")),
        (("--seasons", "2024", "--leads", "1,soon"), ("--leads", "'soon'")),
        (("--seasons", "2024", "--leads", "1", "--network", "oracle"), ("--network", "'oracle'", "feedforward")),
        (("--seasons", "2024,1999", "--leads", "1"), ("1999",)),
        (("--seasons", "2022", "--leads", "1"), ("2022", "earlier")),
        (("--seasons", "2024", "--leads", "1", "--report", "report.pdf"), (".html",)),
    ],
)
def test_backtests_asked_wrongly(run, files, tmp_path, options, words):
    refused(run("backtest", files / "games.parquet", *options, "--out", "forecasts.csv"), *words)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--through", "1990"), ("0 games", "at least 2")),
        (("--network", "oracle"), ("--network", "'oracle'")),
    ],
)
def test_trainings_asked_wrongly(run, files, tmp_path, options, words):
    refused(run("train", files / "games.parquet", *options, "--out", "model"), *words)
    assert left_in(tmp_path) == []


def test_a_model_is_not_put_in_place_of_a_file(run, files, tmp_path):
    (tmp_path / "model").write_text("mine")
    refused(run("train", files / "games.parquet", "--out", "model"), "a folder")
    assert (tmp_path / "model").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ("--as-of",)),
        (("--as-of", "yesterday"), ("--as-of", "'yesterday'")),
        (("--as-of", "2025-06-20"), ("cutoff of 2025-06-20",)),
    ],
)
def test_forecasts_asked_wrongly_are_refused_before_a_training(run, files, tmp_path, monkeypatch, options, words):
    monkeypatch.setattr("gatecast.forecast.Forecaster.fit", lambda *a, **k: pytest.fail("trained first"))
    games, upcoming = files / "games.parquet", files / "upcoming.csv"
    refused(run("forecast", games, "--upcoming", upcoming, *options, "--out", "f.csv"), *words)
    assert left_in(tmp_path) == []


def test_forecasts_of_other_games(run, files, tmp_path):
    (tmp_path / "list.json").write_text(json.dumps([1]))
    operations, games = files / "operations.toml", files / "games.parquet"
    table = pl.read_csv(files / "forecast.csv").with_columns(pl.format("X{}", "game_id").alias("game_id"))
    table.write_csv(tmp_path / "other.csv")
    ended = run("evaluate-plan", games, "--forecasts", "other.csv", "--operations", operations, "--out", "v.json")
    refused(ended, "no game with both a forecast and an attendance")
    refused(run("collect", "file", "list.json", "--out", "games.csv"), "list.json", "'.json'")
