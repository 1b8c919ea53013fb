"""Whether a club's errors of the season before tell how wide its ranges should be before this one.

python benchmarks/club_scale.py runs/games.parquet

The default network (mean of two seeds, its quantiles as they come) is trained through 2012 and scored before the
seasons 2013 to 2017, then the same through 2004 for 2005 to 2012. Each club's quantiles are stretched about their
median by how large its errors were the season before beside those of all clubs, drawn towards no change by `trust`
games. The first season has none before it and is left out of every row.

The last rows of a span are what no forecast can know: ranges as wide as each club's gates did scatter about their own
level in the season to come, as if that level were off by so much, stretched by one factor to hold 80 % of the gates.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.special import ndtri
from shared import add_games, games_of, markdown
from trials import LEADS, LEVELS, MEDIAN, Trials

from gatecast.games import PRESEASON
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.networks import DEFAULT_NETWORK
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings

EPOCHS = 8
SPANS = ((2012, 2017), (2004, 2012))
TRUSTS = (20, 80, 160, 320)
LEVELS_OFF = (0.0, 0.05, 0.08, 0.1)
LOW, LOWER, UPPER, HIGH = (QUANTILE_LEVELS.index(level) for level in (0.1, 0.25, 0.75, 0.9))
INSIDE = 0.8
NARROWEST = 300.0
FEWEST = 20
EVEN = (0.7, 0.9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--seed", type=int, action="append", help="once or more; 1 and 2 if not given")
    arguments = parser.parse_args()
    preparation = Preparation(games_of(arguments.games))
    rows: list[list[object]] = []
    for through, until in SPANS:
        trials = Trials(preparation, through, until)
        seeds = arguments.seed or [1, 2]
        told = [trials.scores(DEFAULT_NETWORK, TrainingSettings(epochs=EPOCHS), seed).quantiles for seed in seeds]
        quantiles = np.mean(told, axis=0)[LEADS.index(PRESEASON)].astype(np.float64)
        schedule = preparation.schedule
        gate, season, club = (values[trials.scored] for values in (schedule.gate, schedule.season, schedule.home))
        later = season > season.min()
        for trust in (None, *TRUSTS):
            moved = quantiles if trust is None else stretched(quantiles, gate, season, club, trust)
            figures = scored(moved[later], gate[later], season[later], club[later])
            rows.append([f"{through + 2} to {until}", "none" if trust is None else f"trust {trust}", *figures])
            print(rows[-1], flush=True)
        for off in LEVELS_OFF:
            moved = of_known_spread(quantiles[later], gate[later], season[later], club[later], off)
            figures = scored(moved, gate[later], season[later], club[later])
            rows.append([f"{through + 2} to {until}", f"known spread, level off by {100 * off:.0f} %", *figures])
            print(rows[-1], flush=True)
    print(markdown(["seasons", "by club", "clubs 70 to 90 %, of 100", "inside 80 %", "width", "pinball"], rows))


def stretched(quantiles: np.ndarray, gate: np.ndarray, season: np.ndarray, club: np.ndarray, trust: int) -> np.ndarray:
    """The quantiles, shape (games, 7), wider or narrower by the errors of each club in the season before."""
    middle, out = quantiles[:, MEDIAN], quantiles.copy()
    error = np.abs(gate - middle) / np.maximum(quantiles[:, UPPER] - quantiles[:, LOWER], NARROWEST)
    for year in np.unique(season)[1:]:
        before = season == year - 1
        usual = np.quantile(error[before], INSIDE)
        for each in np.unique(club[season == year]):
            own, those = error[before & (club == each)], (season == year) & (club == each)
            if len(own) > FEWEST:
                weight = len(own) / (len(own) + trust)
                factor = (np.quantile(own, INSIDE) / usual) ** weight
                out[those] = middle[those, None] + factor * (quantiles[those] - middle[those, None])
    return out


def of_known_spread(
    quantiles: np.ndarray, gate: np.ndarray, season: np.ndarray, club: np.ndarray, off: float
) -> np.ndarray:
    """Log-normal quantiles about the median, shape (games, 7), by the spread that each season of a club had."""
    middle = quantiles[:, MEDIAN]
    error = np.log(gate / middle)
    _, place = np.unique(np.stack([club, season]), axis=1, return_inverse=True)
    place = place.ravel()
    count = np.bincount(place)
    level = np.bincount(place, weights=error) / count
    spread = np.sqrt(np.bincount(place, weights=(error - level[place]) ** 2) / count + off**2)[place]
    scale = np.quantile(np.abs(error) / spread, INSIDE) / ndtri(0.5 + INSIDE / 2) * spread
    return middle[:, None] * np.exp(scale[:, None] * ndtri(LEVELS))


def scored(quantiles: np.ndarray, gate: np.ndarray, season: np.ndarray, club: np.ndarray) -> list[str]:
    """Clubs with an even share inside 80 % ranges, the share of all games, mean width, and pinball loss."""
    inside = (gate >= quantiles[:, LOW] - 1) & (gate <= quantiles[:, HIGH] + 1)
    _, place = np.unique(np.stack([club, season]), axis=1, return_inverse=True)
    share = np.bincount(place.ravel(), weights=inside) / np.bincount(place.ravel())
    even = 100 * ((share >= EVEN[0]) & (share <= EVEN[1])).mean()
    apart = gate[:, None] - quantiles
    pinball = np.maximum(LEVELS * apart, (LEVELS - 1.0) * apart).mean()
    width = (quantiles[:, HIGH] - quantiles[:, LOW]).mean()
    return [f"{even:.0f}", f"{100 * inside.mean():.1f}", f"{width:,.0f}", f"{pinball:,.1f}"]


if __name__ == "__main__":
    main()
