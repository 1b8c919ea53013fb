from pathlib import Path

import pytest
import typer

from gatecast.cli.commands import app

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def verbs(command, path=()):
    """Every command with the words that call it."""
    inside = getattr(command, "commands", None)
    if inside is None:
        return [(" ".join(path), command)]
    return [found for name, each in inside.items() for found in verbs(each, (*path, name))]


VERBS = verbs(typer.main.get_command(app))


@pytest.mark.parametrize(("name", "command"), VERBS, ids=[name for name, _ in VERBS])
def test_every_command_and_option_is_in_the_docs(name, command):
    heading = f"## gatecast {name}\n"
    assert heading in TEXT
    section = TEXT.split(heading)[1].split("\n## ")[0]
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert f"`{parameter.opts[0]}" in section, parameter.opts[0]
        else:
            assert (parameter.metavar or parameter.name.upper()).strip("{}[].") in section, parameter.name


def test_every_command_in_the_docs_is_there():
    told = [line.removeprefix("## gatecast ") for line in TEXT.splitlines() if line.startswith("## ")]
    assert sorted(told) == sorted(name for name, _ in VERBS)
