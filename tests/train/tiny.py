"""A network small enough to train many times, with the parts that training must take care of: dropout and levels."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.networks.signature import CODES, FLAGS, NUMERIC, PAST_LEVELS, Signature

NAME = "tiny"
PLACE = f"{__name__}:tiny"
BROKEN, BROKEN_PLACE = "broken", f"{__name__}:broken"
WIDE, WIDE_PLACE = "wide", f"{__name__}:wide"
FIRST_DAY = dt.date(2016, 4, 1)


def tiny(signature: Signature, seed: int):
    """Build it; Keras is imported here, after gatecast has chosen its backend."""
    import keras

    from gatecast.networks.layers import demand_head

    sizes = {NUMERIC: signature.numeric, FLAGS: signature.flags, PAST_LEVELS: signature.levels}
    inputs = {name: keras.Input((size,), name=name) for name, size in sizes.items()}
    inputs[CODES] = keras.Input((len(signature.vocabularies),), dtype="int32", name=CODES)
    hidden = keras.layers.Dense(8, "tanh", kernel_initializer=keras.initializers.GlorotUniform(seed))(inputs[NUMERIC])
    hidden = keras.layers.Dropout(0.3, seed=seed + 1)(hidden)
    return keras.Model(inputs, demand_head(hidden, inputs, signature))


def broken(signature: Signature, seed: int):
    """Build a network with a layer that gives no numbers."""
    import keras

    whole = tiny(signature, seed)
    return keras.Model(whole.input, keras.layers.Rescaling(float("nan"), name="faulty")(whole.output))


def wide(signature: Signature, seed: int):
    """Build a network with one figure too many."""
    import keras

    whole = tiny(signature, seed)
    return keras.Model(whole.input, keras.layers.Concatenate()([whole.output, whole.output[:, :1]]))


def small_league(seasons: int = 3, each: int = 60) -> Games:
    """Games of two clubs at two parks, some sold out; `each` games a season."""
    rng = np.random.default_rng(0)
    rows = seasons * each
    season, place = np.divmod(np.arange(rows), each)
    date = [
        FIRST_DAY.replace(year=2016 + int(s)) + dt.timedelta(days=int(p)) for s, p in zip(season, place, strict=True)
    ]
    at_home = place % 6 < 3
    seats = np.where(at_home, 20_000, 8_000)
    weekend = np.array([day.weekday() >= 4 for day in date])
    demand = seats * (0.55 + 0.3 * weekend + rng.normal(0, 0.12, rows))
    clubs = np.array(["Ash", "Birch"])
    return Games.from_frame(
        pl.DataFrame(
            {
                c.DATE: date,
                c.HOME: clubs[(~at_home).astype(int)],
                c.VISITOR: clubs[at_home.astype(int)],
                c.CAPACITY: seats,
                c.ATTENDANCE: np.clip(demand, 600, seats).astype(int),
            }
        )
    )
