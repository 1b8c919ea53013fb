"""What tells how far off the level of a club's season is forecast before it begins: the inputs, or the season itself.

    python benchmarks/level_errors.py runs/games.parquet

Each season is forecast by networks trained through the season before it (raw quantiles, the seeds' averaged). How far
off a club's level is, is the median of log(gate / median forecast) over its season. Where an input of the network goes
with that, the network has left something unsaid; where the record of the season to come does, nobody could have known.
Last, a ridge regression of the errors on the inputs corrects each season by what those before it have shown.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np
from shared import add_games, games_of, markdown
from trials import LEADS, MEDIAN, Trials

from gatecast.games import PRESEASON
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings

EPOCHS = 8
SEASONS = range(2008, 2018)
FIRST_CORRECTED = 2
"""Seasons that the first correction is learned from."""
RIDGE = (30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0)
SHOWN = 6
CHANCE = 1.96
"""Five in a hundred t statistics of inputs that tell nothing lie beyond it."""


class Levels(NamedTuple):
    """Seasons of clubs, one a row: the season, the error of the level, the inputs' means, and the record to come."""

    season: np.ndarray
    error: np.ndarray
    inputs: np.ndarray
    record: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--season", type=int, action="append", help="once or more; 2008 to 2017 if not given")
    parser.add_argument("--seed", type=int, action="append", help="once or more; 1 and 2 if not given")
    arguments = parser.parse_args()
    preparation = Preparation(games_of(arguments.games))
    seasons = sorted(arguments.season or SEASONS)
    rows, medians = [], []
    for season in seasons:
        trials = Trials(preparation, season - 1, season)
        rows.append(trials.scored)
        medians.append(median_before(trials, arguments.seed or (1, 2)))
        print(f"{season} forecast", flush=True)
    games, median = np.concatenate(rows), np.concatenate(medians)
    levels, club = levels_of(preparation, games, median)
    print(f"{len(levels.error)} seasons of clubs, standard deviation of the error {levels.error.std():.4f}")
    print(markdown(*correlations(levels, preparation.at_lead(PRESEASON, games[:1]).names)))
    if len(seasons) > FIRST_CORRECTED:
        print(markdown(*corrections(levels, club, preparation.schedule.gate[games], median)))


def median_before(trials: Trials, seeds: tuple[int, ...]) -> np.ndarray:
    """Median forecast before the season, of the seeds' quantiles averaged, shape (games,)."""
    settings = TrainingSettings(epochs=EPOCHS)
    place = LEADS.index(PRESEASON)
    scores = [trials.scores(settings.network, settings, seed) for seed in seeds]
    return np.mean([one.quantiles[place, :, MEDIAN] for one in scores], axis=0)


def levels_of(preparation: Preparation, games: np.ndarray, median: np.ndarray) -> tuple[Levels, np.ndarray]:
    """Levels of all seasons of clubs, and which of them each game belongs to, shape (games,)."""
    schedule = preparation.schedule
    _, first, club = np.unique(schedule.home_season[games], return_index=True, return_inverse=True)
    off = np.log(schedule.gate[games] / median)
    told = preparation.at_lead(PRESEASON, games).numeric.astype(np.float64)
    error = np.array([np.median(off[club == i]) for i in range(len(first))])
    inputs = np.array([filled_mean(told[club == i]) for i in range(len(first))])
    season, home = schedule.season[games][first], schedule.home[games][first]
    return Levels(season, error, inputs, records(preparation, home, season)), club


def filled_mean(values: np.ndarray) -> np.ndarray:
    """Mean of each column, unknown ones left out; NaN where all are unknown."""
    return np.ma.masked_invalid(values).mean(axis=0).filled(np.nan)


def records(preparation: Preparation, clubs: np.ndarray, seasons: np.ndarray) -> np.ndarray:
    """Share of its games that each club won in a season, at home and away."""
    schedule, table = preparation.schedule, preparation.games.table
    margin = (table["home_runs"] - table["visitor_runs"]).fill_null(0).to_numpy().astype(np.float64)
    shares = []
    for club, season in zip(clubs, seasons, strict=True):
        home = (schedule.home == club) & (schedule.season == season)
        road = (schedule.visitor == club) & (schedule.season == season)
        won = (margin[home] > 0).sum() + (margin[road] < 0).sum()
        shares.append(won / ((margin[home] != 0).sum() + (margin[road] != 0).sum()))
    return np.array(shares)


def correlations(levels: Levels, names: list[str]) -> tuple[list[str], list[list[object]]]:
    """The record to come, the inputs that go with the error most, and how many do so beyond chance."""
    rows: list[list[object]] = []
    found = []
    for i, name in enumerate(names):
        known = ~np.isnan(levels.inputs[:, i])
        if known.sum() > len(known) / 2 and levels.inputs[known, i].std() > 0:
            found.append((name, *going_with(levels.inputs[known, i], levels.error[known])))
    found.sort(key=lambda each: -abs(each[2]))
    rows.append(["record of the season to come", *figures(*going_with(levels.record, levels.error))])
    rows += [[f"`{name}`", *figures(r, t)] for name, r, t in found[:SHOWN]]
    beyond = sum(abs(t) > CHANCE for _, _, t in found)
    rows.append([f"inputs beyond {CHANCE}: {beyond} of {len(found)}, by chance {0.05 * len(found):.0f}", "", ""])
    return ["", "correlation with the error of the level", "t"], rows


def going_with(values: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Correlation with the error, and its t statistic."""
    r = float(np.corrcoef(values, error)[0, 1])
    return r, r * float(np.sqrt((len(error) - 2) / (1 - r * r)))


def figures(r: float, t: float) -> tuple[str, str]:
    return f"{r:.3f}", f"{t:.1f}"


def corrections(
    levels: Levels, club: np.ndarray, gate: np.ndarray, median: np.ndarray
) -> tuple[list[str], list[list[object]]]:
    """MAPE and the error of the level without and with corrections learned from the seasons before."""
    seasons = np.unique(levels.season)[FIRST_CORRECTED:]
    scored = np.isin(levels.season, seasons)
    season = levels.season[club]

    def mape_of_each(moved: np.ndarray) -> np.ndarray:
        error = 100 * np.abs(gate - median * np.exp(moved[club])) / gate
        return np.array([error[season == each].mean() for each in seasons])

    ways = {"none": np.zeros(len(levels.error))} | {f"ridge {ridge:,.0f}": learned(levels, ridge) for ridge in RIDGE}
    without = mape_of_each(ways["none"])
    rows: list[list[object]] = []
    for name, moved in ways.items():
        mape = mape_of_each(moved)
        spread = (levels.error - moved)[scored].std()
        better = "" if name == "none" else (mape < without).sum()
        rows.append([name, f"{spread:.4f}", f"{mape.mean():.2f}", better])
    return ["correction", "error of the level", "MAPE", f"better in, of {len(seasons)} seasons"], rows


def learned(levels: Levels, ridge: float) -> np.ndarray:
    """What each season's errors were to be by a ridge regression on those before it."""
    moved = np.zeros(len(levels.error))
    for season in np.unique(levels.season)[FIRST_CORRECTED:]:
        before, now = levels.season < season, levels.season == season
        told = levels.inputs - filled_mean(levels.inputs[before])
        spread = np.sqrt(filled_mean(told[before] ** 2))
        told = np.clip(np.nan_to_num(told / np.where(spread > 0, spread, np.inf)), -3.0, 3.0)
        error = levels.error[before].copy()
        for earlier in np.unique(levels.season[before]):
            error[levels.season[before] == earlier] -= np.median(levels.error[levels.season == earlier])
        weights = told[before].T @ told[before] + ridge * np.eye(told.shape[1])
        moved[now] = told[now] @ np.linalg.solve(weights, told[before].T @ error)
    return moved


if __name__ == "__main__":
    main()
