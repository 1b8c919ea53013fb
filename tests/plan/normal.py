"""Forecast tables of normal distributions."""

import numpy as np
import polars as pl

LEVELS = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
SCORES = np.array([-1.6449, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.6449])


def normal_forecast(means, spread, **more):
    """A forecast table of normal distributions with these means."""
    means = np.asarray(means, dtype=float)
    table = {"game_id": [f"RIV2019053{i}0" for i in range(len(means))], "mean": means}
    table |= {name: np.maximum(means + spread * score, 0) for name, score in zip(LEVELS, SCORES, strict=True)}
    return pl.DataFrame(table | more)
