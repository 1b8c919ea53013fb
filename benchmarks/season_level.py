"""What the projected level of a season and expected wins are worth: the same trained networks, with and without them.

    python benchmarks/season_level.py runs/games.parquet --season 2016 --season 2017 \
        --seed 0 --seed 1 --models runs/season-level

Each season is forecast by networks trained through the season before it, which are kept in the folder of `--models` and
taken from there when the script runs again. MAE and pinball loss are means over the seasons; one row for each seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import patch

import numpy as np
import polars as pl
from shared import add_games, games_of, markdown

from gatecast.evaluate import score
from gatecast.evaluate.scores import MAE, PINBALL, SMALLEST_SCORED_ATTENDANCE
from gatecast.forecast import Forecaster
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import LEAD
from gatecast.prepare import Preparation
from gatecast.train.samples import training_games

SEASONS, SEEDS = (2016, 2017), (0,)
LEADS: Sequence[Lead] = (1, 7, 30, PRESEASON)


def without_wins(games: Games) -> Games:
    return games.with_table(games.table.with_columns(pl.lit(None, pl.Float64).alias(c.EXPECTED_WINS)))


def no_level() -> AbstractContextManager[object]:
    return patch("gatecast.forecast.season_level.SHARE", 0.0)


WAYS: dict[str, tuple[Callable[[Games], Games], Callable[[], AbstractContextManager[object]]]] = {
    "drawn towards the projected level": (lambda games: games, nullcontext),
    "without expected wins": (without_wins, nullcontext),
    "as the networks say": (lambda games: games, no_level),
}


def trained(games: Games, season: int, seed: int, folder: Path) -> Forecaster:
    """Return the forecaster of a season, trained or from its folder."""
    place = folder / f"{season}-{seed}"
    if (place / "model.json").is_file():
        return Forecaster.load(place)
    forecaster = Forecaster(seed=seed, verbose=True)
    forecaster.fit_rows(Preparation(games), training_games(games, through=season - 1), folder=place / "state")
    forecaster.save(place)
    return forecaster


def figures(forecaster: Forecaster, games: Games, season: int) -> np.ndarray:
    """Return MAE, then pinball loss, at each of `LEADS`."""
    preparation = Preparation(games)
    scored = preparation.schedule.attendance > SMALLEST_SCORED_ATTENDANCE
    rows = np.flatnonzero(scored & (preparation.schedule.season == season))
    forecasts = pl.concat([forecaster.forecast_rows(preparation, rows, lead) for lead in LEADS])
    scores = score(forecasts, games, LEAD)
    return np.array([*scores[MAE], *scores[PINBALL]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--season", type=int, action="append", help=f"repeatable; default: {SEASONS}")
    parser.add_argument("--seed", type=int, action="append", help=f"repeatable; default: {SEEDS}")
    parser.add_argument("--models", type=Path, required=True, help="folder that keeps the trained networks")
    given = parser.parse_args()
    games, rows = games_of(given.games), []
    for seed in given.seed or SEEDS:
        forecasters = {season: trained(games, season, seed, given.models) for season in given.season or SEASONS}
        for way, (changed, context) in WAYS.items():
            with context():
                each = [figures(forecaster, changed(games), season) for season, forecaster in forecasters.items()]
            rows.append([way, seed, *(f"{value:,.1f}" for value in np.mean(each, axis=0))])
            print(rows[-1], flush=True)
    print(markdown(["forecasts", "seed", *(f"{what} {lead}" for what in ("MAE", "pinball") for lead in LEADS)], rows))


if __name__ == "__main__":
    main()
