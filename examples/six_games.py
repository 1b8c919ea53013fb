"""The tutorial's six games, done soundly: collect, preprocess, define, train, evaluate, predict.

A well-known beginner's script predicts attendance from the opposing team (a number), the weather (0 clear, 1 rainy),
the starting pitcher and the day of the week, with a small Keras network trained for 50 epochs on six rows. It ends at
a training error near 30,500 people and forecasts about 2 people for the new game. Three things go wrong in it:

- The target is left in people. A network whose output starts near 0 and takes steps of 0.001 needs tens of thousands of
  steps to come near 30,000; 50 epochs are 50 steps.
- Teams, pitchers and weekdays are names, not amounts: team 4 is not twice team 2. Divided by their largest value they
  are treated as amounts all the same.
- The six rows are scaled and the new game is not, so the network is asked about a game unlike any that it saw. And
  nothing tells how far off the answer may be.

Run it: python examples/six_games.py
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

import gatecast

PAST = [
    (1, 0, 3, 5, 32000),
    (2, 1, 1, 6, 25000),
    (3, 0, 5, 7, 41000),
    (1, 0, 2, 2, 28000),
    (4, 1, 4, 3, 22000),
    (2, 0, 1, 4, 35000),
]
NEW = (3, 1, 2, 6, None)
DAY_OF_WEEK = gatecast.Column("day_of_week", pl.String, gatecast.Role.CATEGORY, gatecast.Knowability.parse("always"))


def collect(rows: Sequence[tuple[int, int, int, int, int | None]], first: int = 1) -> gatecast.Games:
    """Six rows in order of play, without dates: names become names, and the weekday is a column of the club's own."""
    return gatecast.Games.from_frame(
        pl.DataFrame(
            {
                "game_id": [f"game {first + i}" for i in range(len(rows))],
                "visitor": [f"team {row[0]}" for row in rows],
                "precipitation": ["rain" if row[1] else "none" for row in rows],
                "home_starter": [f"pitcher {row[2]}" for row in rows],
                "day_of_week": [str(row[3]) for row in rows],
                "attendance": [row[4] for row in rows],
            }
        ),
        [DAY_OF_WEEK],
    )


def error_without(left_out: int, settings: gatecast.TrainingSettings) -> tuple[float, float]:
    """How far the network and the plain mean are off for one game, told of the five others only."""
    rest = [row for i, row in enumerate(PAST) if i != left_out]
    games, asked = collect(rest), collect([(*PAST[left_out][:4], None)], first=99)
    forecast = gatecast.Forecaster(settings=settings).fit(games).forecast(games, asked)
    gate = PAST[left_out][4]
    return abs(forecast["q50"][0] - gate), abs(float(np.mean([row[4] for row in rest])) - gate)


def main() -> None:
    """Walk the six steps and print what each gives."""
    print("1 collect     six games without dates, in order of play; an attendance is known after the game only")
    games = collect(PAST)
    print(games.table.select("game_id", "visitor", "precipitation", "home_starter", "attendance"))

    print("2 preprocess  nothing to do by hand: the forecaster scales numbers, codes names and keeps both for later")
    print("3 define      a feedforward network with a distribution of demand as its output, in shares of the capacity")
    settings = gatecast.TrainingSettings(members=1)

    print("4 train       six games teach a network nothing that holds: their own mean and spread make the forecast")
    forecaster = gatecast.Forecaster(settings=settings).fit(games)

    print("5 evaluate    each game in turn left out and forecast from the five others")
    errors = np.array([error_without(i, settings) for i in range(len(PAST))])
    ours, plain = errors.mean(axis=0)
    print(f"              mean absolute error: {ours:,.0f} people; of the plain mean: {plain:,.0f}")

    print("6 predict     team 3, rain, pitcher 2, day 6")
    forecast = forecaster.forecast(games, collect([NEW], first=7)).row(0, named=True)
    low, middle, high = (forecast[name] for name in ("q10", "q50", "q90"))
    print(f"              {middle:,.0f} people expected, 80% chance between {low:,.0f} and {high:,.0f}")


if __name__ == "__main__":
    main()
