"""How near the demand mean comes to the truth where 40 % of the games are sold out, with and without censoring.

python benchmarks/censoring.py

The sample league tells the demand behind each gate. Every ballpark is cut down to the size that sells out four games in
ten of the latest season; networks are trained on the seasons before it, and forecast that one. "Uncensored" is the same
network told of three times the seats, so that a full house looks like any other gate.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl
from shared import markdown

from gatecast.collect.sample import DEMAND, sample_league
from gatecast.forecast import Forecaster
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.networks import NETWORKS
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings
from gatecast.train.samples import training_games

SOLD_OUT = 0.4
LEAD = 7
TOLD_SEATS = {"censored": 1.0, "uncensored": 3.0}
POINTS = (np.arange(200) + 0.5) / 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS, default=TrainingSettings().network)
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    settings = TrainingSettings(members=arguments.members)
    rows: list[list[object]] = []
    for name, seats in TOLD_SEATS.items():
        for seed in range(arguments.seeds):
            forecaster = Forecaster(arguments.network, seed=seed, settings=settings)
            rows.append([name, seed, *measured(forecaster, *small_ballparks(seats))])
    print(markdown(["fit", "seed", "sold out, %", "true demand", "forecast mean", "off by, %"], rows))


def small_ballparks(told: float) -> tuple[Games, np.ndarray]:
    """The sample league with four games in ten sold out, seats stated as `told` times what they are; and the demand."""
    league = sample_league()
    table = league.games.table.join(league.truth.select(c.GAME_ID, DEMAND), on=c.GAME_ID, maintain_order="left")
    latest = pl.col(c.SEASON) == table[c.SEASON].max()
    seats = pl.col(DEMAND).filter(latest).quantile(1 - SOLD_OUT).over(c.VENUE).cast(pl.Int32)
    full = table.with_columns(
        pl.min_horizontal(DEMAND, seats).cast(pl.Int32).alias(c.ATTENDANCE),
        (seats * told).cast(pl.Int32).alias(c.CAPACITY),
        pl.lit(None, pl.Int32).alias(c.SCANNED),
    )
    return Games(full.drop(DEMAND, *(extra.name for extra in league.games.extras))), table[DEMAND].to_numpy()


def measured(forecaster: Forecaster, games: Games, demand: np.ndarray) -> list[object]:
    """Share sold out in the latest season; its mean demand, the forecast one, and the difference."""
    latest = int(games.table[c.SEASON].max())
    preparation = Preparation(games)
    forecaster.fit_rows(preparation, training_games(games, through=latest - 1))
    rows = np.flatnonzero(games.table[c.SEASON].to_numpy() == latest)
    forecast = forecaster.demand_rows(preparation, rows, LEAD).demand(POINTS).mean()
    gates = games.table[c.ATTENDANCE].to_numpy()[rows]
    seats = games.table.select(pl.col(c.ATTENDANCE).max().over(c.VENUE)).to_series().to_numpy()[rows]
    truth = demand[rows].mean()
    share = 100 * float((gates >= seats).mean())
    return [f"{share:.0f}", f"{truth:,.0f}", f"{forecast:,.0f}", f"{100 * (forecast / truth - 1):+.1f}"]


if __name__ == "__main__":
    main()
