"""Make the model and the forecasts that come with the package for the sample league.

    python tools/sample_club.py

Forecasts each home game of the sample club from the Mondays before it, 2024 by a network trained on the games before
2024 and 2025 by one trained on those before 2025, each from what was known on the day; the latter is the model kept.
Writes src/gatecast/service/sample_club, in about two minutes.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import polars as pl

from gatecast.collect import sample_league
from gatecast.files import write_table
from gatecast.forecast import Forecaster
from gatecast.games import Games, known_at
from gatecast.games import columns as c
from gatecast.games.cutoff import as_day
from gatecast.games.forecast_columns import MODEL
from gatecast.service.models import model_name
from gatecast.service.sample import FORECASTS_FILE, MODEL_FOLDER
from gatecast.train import TrainingSettings

HERE = Path(__file__).parents[1] / "src" / "gatecast" / "service" / "sample_club"
NETWORK = "feedforward"
SETTINGS = TrainingSettings(members=1)
FIRST_MONTH = 3


def known_then(games: Games, day: dt.date) -> Games:
    """Games to come as they were known at the end of a day."""
    known = known_at(games, np.full(len(games), as_day(day), np.int32))
    return Games(known.with_columns(pl.col(c.TEMPERATURE).round(1), pl.col(c.WIND).round(0)), games.custom_columns)


def issued(
    forecaster: Forecaster, games: Games, club: str, season: int, last: dt.date, *, latest: bool
) -> list[pl.DataFrame]:
    """Forecasts of a club's home games of a season from every Sunday's end up to a day.

    If that day is the `latest` of the sample, its games to come stand as they are known then: pages that forecast them
    again, as what-if does, find the same.
    """
    found, day = [], dt.date(season, FIRST_MONTH, 1)
    while day <= last:
        if day.isoweekday() == 7 or day == last:
            past = games.filter(pl.col(c.DATE) <= day)
            coming = games.filter((pl.col(c.DATE) > day) & (pl.col(c.HOME) == club) & (pl.col(c.SEASON) == season))
            if len(coming):
                known = coming if latest and day == last else known_then(coming, day)
                found.append(forecaster.forecast(past, known, day))
        day += dt.timedelta(days=1)
    return found


def main() -> None:
    league = sample_league()
    games = league.games.extended(league.upcoming)
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    parts = []
    for season, last in ((2024, dt.date(2024, 9, 30)), (2025, league.as_of)):
        forecaster = Forecaster(NETWORK, settings=SETTINGS).fit(league.games, through=season - 1)
        forecaster.save(HERE / MODEL_FOLDER)
        name = model_name(HERE / MODEL_FOLDER)
        parts += [
            part.with_columns(pl.lit(name).alias(MODEL))
            for part in issued(forecaster, games, league.club, season, last, latest=last == league.as_of)
        ]
    forecasts = pl.concat(parts)
    write_table(forecasts, HERE / FORECASTS_FILE)
    print(f"{forecasts.height} forecasts, {len(parts)} issues")


if __name__ == "__main__":
    main()
