"""Past seasons of two clubs and forecasts of them, for the tests of what plans were worth."""

import datetime as dt

import numpy as np
import polars as pl

from gatecast.games import Games

from .normal import LEVELS, SCORES


def league(seasons=(2018, 2019), games=60, **more):
    """Two clubs, evenly spaced games, gates that depend on club, weekday and chance."""
    draw = np.random.default_rng(3)
    dates = [dt.date(year, 4, 1) + dt.timedelta(days=2 * i) for year in seasons for i in range(games)]
    clubs = [
        pl.DataFrame({"date": dates, "home": home, "visitor": "V"}).with_columns(
            attendance=(
                base + 1500 * pl.col("date").dt.weekday().cast(pl.Int32) + 3000 * draw.standard_normal(len(dates))
            ).cast(pl.Int32)
        )
        for home, base in (("A", 15_000), ("B", 25_000))
    ]
    return Games.from_frame(pl.concat(clubs).with_columns(**more))


def homestands_of_season(seasons=(2018, 2019), stands=12, length=4, **more):
    """One club with homestands of consecutive days, six days apart."""
    draw = np.random.default_rng(4)
    first = [dt.date(year, 4, 2) + dt.timedelta(days=(length + 6) * i) for year in seasons for i in range(stands)]
    dates = [day + dt.timedelta(days=i) for day in first for i in range(length)]
    gates = (20_000 + 4000 * draw.standard_normal(len(dates))).astype(int)
    table = pl.DataFrame({"date": dates, "home": "A", "visitor": "V", "attendance": gates})
    return Games.from_frame(table.with_columns(**more))


def forecasts_of(games, error, spread, seed=0, lead="7"):
    """Forecasts of 2019 that miss by `error` and claim to miss by `spread`."""
    played = games.table.filter(pl.col("season") == 2019)
    centre = played["attendance"].to_numpy() + error * np.random.default_rng(seed).standard_normal(played.height)
    quantiles = {name: np.maximum(centre + spread * s, 0) for name, s in zip(LEVELS, SCORES, strict=True)}
    return played.select("game_id", lead=pl.lit(lead)).with_columns(mean=centre, **quantiles)
