import errno
import os
import subprocess
import sys

import pytest

from gatecast import __version__
from gatecast.cli import commands
from gatecast.cli import main as module

from .conftest import refused

HEAVY = ("polars", "numpy", "keras", "jax", "altair", "sklearn", "scipy", "openpyxl", "rich", "fastapi")


def test_commands_are_there_without_loading_what_they_need():
    code = f"import sys, gatecast.cli.commands; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_help_of_a_command_loads_no_more():
    code = (
        "import sys\nfrom gatecast.cli.main import main\n"
        "try: main(['backtest', '--help'])\n"
        f"except SystemExit: print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
    assert "--leads LEADS" in found.stdout


def test_version(run):
    ended = run("--version")
    assert (ended.code, ended.out) == (0, f"gatecast {__version__}\n")


def test_without_arguments_it_shows_its_commands(run):
    ended = run()
    assert ended.code == 0
    for command in ("demo", "collect", "train", "backtest", "forecast", "what-if", "plan", "evaluate-plan", "serve"):
        assert f"  {command} " in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], ("'frobnicate'", "gatecast --help")),
        (["backtest", "games.csv"], ("--seasons", "gatecast backtest --help")),
        (["train", "games.csv", "--out", "m", "--members", "many"], ("--members", "integer", "gatecast train --help")),
        (["train", "games.csv", "--out", "m", "--members", "0"], ("--members",)),
        (["plan", "forecast.csv", "--colour"], ("--colour",)),
        (["collect"], ("command", "gatecast collect --help")),
        (["serve", "--port", "first"], ("--port", "gatecast serve --help")),
    ],
)
def test_wrong_usage_is_one_line(run, arguments, words):
    refused(run(*arguments), *words)


def raising(monkeypatch, problem: BaseException) -> None:
    def app(**settings):
        raise problem

    monkeypatch.setattr(commands, "app", app)


def test_trouble_with_a_file_is_one_line(run, monkeypatch):
    raising(monkeypatch, OSError(errno.ENOSPC, "No space left on device", "/far/away/games.parquet"))
    refused(run("demo"), "games.parquet: No space left on device")


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    raising(monkeypatch, ZeroDivisionError("a fault"))
    with pytest.raises(ZeroDivisionError):
        module.main(["demo"])


def test_interruption(run, monkeypatch):
    monkeypatch.setattr(
        "gatecast.collect.read_games_with_report", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt())
    )
    ended = run("collect", "file", "games.csv", "--out", "games.parquet")
    assert (ended.code, ended.err) == (130, "error: stopped; nothing was written\n")


def test_a_reader_that_went_away_is_no_trouble(files, tmp_path):
    read, write = os.pipe()
    os.close(read)
    forecast, operations = files / "forecast.csv", files / "operations.toml"
    ended = subprocess.run(
        [sys.executable, "-m", "gatecast.cli.main", "plan", forecast, "--operations", operations, "--out", "plan.csv"],
        stdout=write,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(write)
    assert ended.stderr == b""
    assert (tmp_path / "plan.csv").is_file()
