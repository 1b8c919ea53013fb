"""Options that several commands share, and the checks made before work begins."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.errors import InputError

if TYPE_CHECKING:
    from gatecast.games.cutoff import Lead
    from gatecast.train import TrainingSettings

__all__ = [
    "Cluster",
    "Database",
    "Epochs",
    "GamesFile",
    "Members",
    "Network",
    "OperationsFile",
    "Seed",
    "ServiceFolder",
    "checked_folder",
    "checked_network",
    "checked_output",
    "parse_date",
    "parse_leads",
    "parse_seasons",
    "parse_years",
    "training_settings",
    "work_folder",
]

ServiceFolder = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="Folder of the database and the trained models.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="GATECAST_DATABASE",
        help="A PostgreSQL database to use instead of the folder's.",
    ),
]
GamesFile = Annotated[
    Path, typer.Argument(metavar="GAMES", help="Past games with attendance: .parquet, .csv or .xlsx.")
]
OperationsFile = Annotated[
    Path, typer.Option("--operations", metavar="FILE", help="What you decide and what it costs: a .toml file.")
]
Network = Annotated[
    str, typer.Option("--network", metavar="NAME", help="Network; auto: the pretrained one on few games.")
]
Members = Annotated[
    int | None, typer.Option("--members", min=1, max=100, help="Networks in the ensemble.", show_default="2")
]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", min=1, max=1000, help="Largest number of passes over the games.", show_default="15"),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Random seed; the same seed on the same machine gives the same result.")
]

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Run on a Ray cluster: auto, local or its address; the result is the same.",
    ),
]


def training_settings(network: str, members: int | None, epochs: int | None, seed: int) -> TrainingSettings:
    """Return training settings, with the defaults of `TrainingSettings` for whatever is not given."""
    from dataclasses import replace

    from gatecast.networks import AUTO, DEFAULT_NETWORK
    from gatecast.train import TrainingSettings

    if network == AUTO and (members, epochs) != (None, None):
        network = DEFAULT_NETWORK
    settings = replace(TrainingSettings(), network=checked_network(network), seed=seed)
    settings = settings if members is None else replace(settings, members=members)
    return settings if epochs is None else replace(settings, epochs=epochs)


def checked_network(name: str) -> str:
    """Return the name if there is a network of that name; raise InputError otherwise."""
    from gatecast.networks import network_choices

    known = network_choices()
    if name not in known:
        raise InputError(f"--network: got {name!r}, expected one of {', '.join(known)}")
    return name


def checked_output(out: Path, *inputs: Path | None, endings: tuple[str, ...] | None = None) -> Path:
    """Return the path if a file can be written there that is not an input; raise InputError otherwise."""
    from gatecast.files import TABLE_ENDINGS, check_writable

    target = check_writable(out, endings or TABLE_ENDINGS)
    if target.is_dir():
        raise InputError(f"{target.name}: got a folder, expected the name of a file to write")
    if any(given is not None and given.exists() and target.exists() and target.samefile(given) for given in inputs):
        raise InputError(f"{target.name}: got an input as the file to write, expected another name")
    return target


def checked_folder(folder: Path) -> Path:
    """Return the path if it is a folder or can become one; raise InputError otherwise."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder.name}: got a file, expected the name of a folder")
    if not folder.resolve().parent.is_dir():
        raise InputError(f"{folder}: got a folder that does not exist, expected one that does; make it first")
    return folder


def work_folder(out: Path) -> Path:
    """Return the hidden folder beside an output file that holds the state of a long job."""
    target = out.resolve()
    return target.parent / f".{target.name}.training"


def parse_years(text: str) -> list[int]:
    """Return years from text separated by commas; raise InputError for anything else."""
    words = [word.strip() for word in text.split(",")]
    if not all(len(word) == 4 and word.isascii() and word.isdecimal() for word in words):
        raise InputError(f"--seasons: got {text!r}, expected years such as 2018,2019")
    return list(dict.fromkeys(int(word) for word in words))


def parse_seasons(text: str) -> list[int]:
    """Return seasons from text such as 2018,2019 or 2018-19; raise InputError for anything else."""
    from gatecast.games import parse_season

    try:
        return list(dict.fromkeys(parse_season(word) for word in text.split(",")))
    except InputError:
        expected = "years such as 2018,2019, or 2018-19 for a season over New Year"
        raise InputError(f"--seasons: got {text!r}, expected {expected}") from None


def parse_leads(text: str) -> list[Lead]:
    """Return leads from text separated by commas; raise InputError for anything else."""
    from gatecast.evaluate.backtesting import parse_lead

    try:
        return list(dict.fromkeys(parse_lead(word) for word in text.split(",")))
    except InputError as refused:
        raise InputError(f"--leads, {refused}") from None


def parse_date(text: str) -> dt.date:
    """Return a date; raise InputError for anything else."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"--as-of: got {text!r}, expected a date such as 2019-05-30") from None
