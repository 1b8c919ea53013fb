"""Of clubs with perfectly calibrated forecasts, how many would see 70 to 90 % of a season's gates inside 80 % ranges.

python benchmarks/club_coverage.py runs/games.parquet --season 2017

Errors within a season go together, so a club's share of gates inside its ranges scatters around 80 % even where every
range is right. Normal scores are drawn with the dependence measured on earlier seasons, on the club's own schedule.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from shared import add_games, games_of, markdown

from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.forecast.dependence import MEASURED
from gatecast.games import PRESEASON, Games, cutoff_days
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead

LEADS: tuple[Lead, ...] = (1, 7, 30, PRESEASON)
INSIDE = 1.2815515655446004
"""The normal score of 0.9."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--season", type=int, required=True, help="whose schedule is taken")
    parser.add_argument("--draws", type=int, default=2000)
    arguments = parser.parse_args()
    games = games_of(arguments.games)
    rows: list[list[object]] = []
    for lead in LEADS:
        shares = np.concatenate(list(covered(games, arguments.season, lead, arguments.draws)))
        within = ((shares >= 0.7) & (shares <= 0.9)).mean()
        rows.append([lead, f"{100 * within:.0f}", f"{100 * shares.std():.1f}"])
    print(markdown(["lead", "clubs between 70 and 90 %, of 100", "spread of a club's share, points"], rows))


def covered(games: Games, season: int, lead: Lead, draws: int) -> Iterator[np.ndarray]:
    """For each club, the share of its gates inside right 80 % ranges in each of many seasons, shape (draws,)."""
    draw = np.random.default_rng(0)
    table, cutoffs = games.table, cutoff_days(games, lead)
    played = (table[c.SEASON] == season) & (table[c.ATTENDANCE] > SMALLEST_SCORED_GATE)
    for club in table.filter(played)[c.HOME].unique().sort():
        rows = np.flatnonzero(played & (table[c.HOME] == club))
        days = games.days[rows].astype(np.float64)
        shared = MEASURED.shared(days, cutoffs[rows].astype(np.float64))
        covariance = shared + MEASURED.own * np.eye(len(rows))
        scale = np.sqrt(np.diag(covariance))
        scores = draw.multivariate_normal(
            np.zeros(len(rows)), covariance / np.outer(scale, scale), draws, method="eigh"
        )
        yield (np.abs(scores) <= INSIDE).mean(axis=1)


if __name__ == "__main__":
    main()
