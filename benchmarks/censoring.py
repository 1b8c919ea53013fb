"""How near the demand mean comes to the truth where 40% of the games are sold out, with and without censoring.

python benchmarks/censoring.py

Demand is simulated: twenty clubs of different size, effects of weekday, month, visitor and opener, and luck from game
to game. Every ballpark has the seats that sell out four games in ten. Networks are trained on all seasons but the
latest, and forecast that one. "Uncensored" is the same network told of three times the seats, so that a full house
looks like any other attendance.
"""

from __future__ import annotations

import argparse
import datetime as dt

import numpy as np
import polars as pl
from shared import markdown

from gatecast.forecast import Forecaster
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.networks import NETWORKS
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings
from gatecast.train.samples import training_games

SOLD_OUT = 0.4
CLUBS, HOME_GAMES, SEASONS, FIRST_SEASON = 20, 81, 7, 2012
HOME_DAYS = HOME_GAMES * SEASONS
LUCK = 0.3
"""Standard deviation of the logarithm of demand around what is expected of a game."""
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
            rows.append([name, seed, *measured(forecaster, *small_ballparks(seats, seed))])
    print(markdown(["fit", "seed", "sold out, %", "true demand", "forecast mean", "off by, %"], rows))


def small_ballparks(told: float, seed: int) -> tuple[Games, np.ndarray]:
    """Simulate games that state `told` times their seats; return them with the expected demand of each."""
    draw = np.random.default_rng(seed)
    day, club = (axis.ravel() for axis in np.meshgrid(np.arange(HOME_DAYS), np.arange(CLUBS), indexing="ij"))
    season, within = np.divmod(day, HOME_GAMES)
    date = [
        dt.date(FIRST_SEASON + int(y), 4, 1) + dt.timedelta(days=int(2 * d))
        for y, d in zip(season, within, strict=True)
    ]
    weekday, month = np.array([each.weekday() for each in date]), np.array([each.month for each in date])
    visitor = (club + 1 + (within // 3 + season) % (CLUBS - 1)) % CLUBS
    size, weekend, summer, drawing = draw.normal(9.8, 0.25, CLUBS), 0.35, 0.25, draw.normal(0.0, 0.15, CLUBS)
    log = size[club] + weekend * (weekday >= 4) + summer * np.isin(month, (6, 7, 8)) + drawing[visitor]
    expected = np.exp(log + 0.5 * (within == 0))
    demand = expected * np.exp(LUCK * draw.normal(size=len(log)) - LUCK**2 / 2)
    seats = np.array([np.quantile(demand[club == each], 1 - SOLD_OUT) for each in range(CLUBS)])[club]
    names = np.array([f"C{each:02d}" for each in range(CLUBS)])
    frame = pl.DataFrame(
        {
            c.DATE: date,
            c.HOME: names[club],
            c.VENUE: names[club],
            c.VISITOR: names[visitor],
            c.CAPACITY: (told * seats).astype(np.int32),
            c.ATTENDANCE: np.minimum(demand, seats).astype(np.int32),
            "expected": expected,
        }
    )
    games = Games.from_frame(frame)
    truth = games.table.select(c.DATE, c.HOME).join(frame, on=[c.DATE, c.HOME], maintain_order="left")["expected"]
    return games, truth.to_numpy()


def measured(forecaster: Forecaster, games: Games, demand: np.ndarray) -> list[object]:
    """Share sold out in the latest season; its mean demand, the forecast one, and the difference."""
    latest = games.table[c.SEASON].max()
    assert isinstance(latest, int)
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
