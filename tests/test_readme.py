"""What the README and the docs tell to type works, and what they show is there."""

import functools
import re
import shlex
from pathlib import Path

import polars as pl
import pytest
import typer

from gatecast.cli.commands import app
from gatecast.collect import RETROSHEET_NOTICE, sample_league, write_games
from gatecast.files import write_table
from gatecast.forecast import forecaster
from gatecast.plan import write_default_operations
from gatecast.train import TrainingSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(gatecast\s[^`]+)`")
LARGEST_IMAGE = 250_000


def told(text):
    """Every command line of gatecast in a page, in blocks and in the running text."""
    blocks = "\n".join(block for language, block in FENCED.findall(text) if not language)
    lines = blocks.replace("\\\n", " ").replace("&&", "\n").splitlines()
    found = [line.strip() for line in lines if line.strip().startswith("gatecast ")]
    return found + [" ".join(inline.split()) for inline in INLINE.findall(FENCED.sub("", text))]


COMMANDS = sorted({line for page in PAGES for line in told(page.read_text(encoding="utf-8"))})


def understood(line):
    """Read a command line as the command does, without running it; raises where it would be refused."""
    context, words = None, shlex.split(line)[1:]
    command = typer.main.get_command(app)
    if words[0] == "COMMAND" or words[0].startswith("-"):
        assert set(words) - {"COMMAND"} <= {"--help", "--version"}
        return
    while hasattr(command, "commands"):
        assert words, f"{line}: which of {', '.join(command.commands)}?"
        command = command.commands[words.pop(0)]
    if words or command.name == "demo":
        context = command.make_context(command.name, words)
        assert context.params.keys() == {parameter.name for parameter in command.params} - {"help"}


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_told_is_understood(line):
    understood(line)


def test_commands_are_found_in_blocks_and_in_running_text():
    text = "`gatecast\nplan a --out b` and `gatecast.plan`\n```\npip install . && gatecast demo\ngatecast x \\\n  --y\n```\n"
    assert told(text) == ["gatecast demo", "gatecast x    --y", "gatecast plan a --out b"]


@pytest.mark.parametrize("line", ["gatecast plans f.csv", "gatecast plan f.csv --output p.xlsx", "gatecast plan f.csv"])
def test_a_wrong_command_would_be_noticed(line):
    with pytest.raises(Exception, match=r"plans|--output|operations"):
        understood(line)


def test_the_code_runs_on_the_files_of_the_demo(tmp_path, monkeypatch, compiled_once):
    folder = tmp_path / "gatecast-demo"
    folder.mkdir()
    league = sample_league()
    write_games(league.games, folder / "games.parquet", notice="")
    coming = league.upcoming.table
    write_table(coming.select(s.name for s in coming if s.null_count() < coming.height), folder / "upcoming.csv")
    write_default_operations(folder / "operations.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(forecaster, "TrainingSettings", functools.partial(TrainingSettings, members=1, epochs=1))
    names: dict[str, object] = {}
    for language, block in FENCED.findall(README):
        if language == "python":
            exec(block, names)
    assert isinstance(names["forecast"], pl.DataFrame)
    assert len(names["forecast"]) == len(league.upcoming)
    assert (tmp_path / "plan.xlsx").stat().st_size > 0


def test_the_two_commands_set_everything_up():
    lines = [line for language, block in FENCED.findall(README) if not language for line in block.splitlines()]
    assert "pip install . && gatecast demo" in lines
    assert "pip install -e '.[test]' && pytest -n auto" in lines
    assert "pip install --quiet -e '.[test]' && pytest -n auto" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def tables(text):
    """Every table of a page: its rows, each by the names of the columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines())
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


def test_accuracy_is_as_the_benchmark_wrote_it():
    section = README.split("## How accurate it is\n")[1].split("\n## ")[0]
    majors, any_club = tables(section)
    assert len(majors) > 2
    assert majors in tables((ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8"))
    assert len(any_club) > 2
    in_full = tables((ROOT / "docs" / "pretrained.md").read_text(encoding="utf-8"))
    # The README leaves out columns, never a row.
    assert any_club in [[{name: row.get(name) for name in any_club[0]} for row in table] for table in in_full]
    assert RETROSHEET_NOTICE in " ".join(section.replace("> ", "").split())


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_and_images_are_there(page):
    for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if not link.startswith("http"):
            assert (page.parent / link).is_file(), link


def test_images_are_light():
    images = sorted((ROOT / "docs" / "images").iterdir())
    assert images
    assert [image.name for image in images if image.stat().st_size > LARGEST_IMAGE] == []
