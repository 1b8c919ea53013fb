"""`gatecast train`: a trained model in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.console import held_notes, resumable_folder, say, shown_progress
from gatecast.cli.options import (
    Cluster,
    Epochs,
    GamesFile,
    Members,
    Network,
    Seed,
    checked_folder,
    training_settings,
    work_folder,
)
from gatecast.networks import AUTO, NEEDS_NO_TRAINING, PRETRAINED
from gatecast.progress import training_stages

__all__ = ["train"]


def train(
    games: GamesFile,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="MODEL_DIR", help="Folder to write the model to.")],
    through: Annotated[
        str | None,
        typer.Option("--through", metavar="SEASON", help="Last season to learn from, 2018 or 2018-19; by default all."),
    ] = None,
    network: Network = AUTO,
    members: Members = None,
    epochs: Epochs = None,
    seed: Seed = 0,
    cluster: Cluster = None,
) -> None:
    """Train a model on past games. If interrupted, run the same command again to continue."""
    checked_folder(out)
    settings = training_settings(network, members, epochs, seed)
    network = settings.network

    from gatecast.cluster import engine
    from gatecast.collect import read_games
    from gatecast.forecast import Forecaster

    with held_notes() as notes:
        past = read_games(games, note=notes)
        if notice := past.league.notice(past.table):
            notes(notice)
    forecaster = Forecaster(network, seed=seed, settings=settings)
    stages = training_stages(settings.members, forecast=False)
    with (
        resumable_folder(work_folder(out)) as folder,
        engine(cluster) as where,
        shown_progress(() if where.elsewhere else stages) as progress,
    ):
        forecaster.fit(past, through=through, folder=folder, progress=progress, engine=where)
        forecaster.save(out)
    last = f", games to {forecaster.model.through}" if forecaster.model and forecaster.model.through else ""
    network = forecaster.settings.network
    if network == PRETRAINED:
        say(f"{out}: the pretrained network, weighed on your games{last}")
    elif network in NEEDS_NO_TRAINING:
        say(f"{out}: {network} alone, its ranges from your games{last}")
    else:
        from gatecast.train.draws import drawn_in_words
        from gatecast.train.model import TrainedModel

        say(f"{out}: {settings.members} {network} network{'s' if settings.members != 1 else ''}{last}")
        if isinstance(forecaster.model, TrainedModel) and (drawn := drawn_in_words(forecaster.model.climatology.games)):
            say(drawn)
