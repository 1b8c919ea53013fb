import dataclasses
import json

import numpy as np
import polars as pl
import pytest

from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import FAR, UNKNOWN_LEVEL, Encoding

LEADS = (1, 7, PRESEASON)


@pytest.fixture(scope="module")
def known(league: Games):
    preparation = Preparation(league)
    return [preparation.at_lead(lead) for lead in LEADS]


@pytest.fixture(scope="module")
def training(league: Games):
    return np.flatnonzero(league.table[c.SEASON].to_numpy() == 2022)


def taken(known, rows):
    """The arrays of some of the games at each lead."""
    return [arrays.take(rows) for arrays in known]


@pytest.fixture(scope="module")
def encoding(known, training):
    return Encoding.fit(taken(known, training))


def spoilt(arrays, rows):
    """The arrays with everything about `rows` made absurd."""
    numeric, capacity = arrays.numeric.copy(), arrays.capacity.copy()
    numeric[rows], capacity[rows] = 1e6, 1e6
    strange = pl.Series(np.isin(np.arange(len(capacity)), rows))
    labels = arrays.categories.with_columns(
        pl.when(strange).then(pl.lit("strange")).otherwise(pl.col(name)).alias(name)
        for name in arrays.categories.columns
    )
    return dataclasses.replace(arrays, numeric=numeric, capacity=capacity, categories=labels)


def test_only_training_games_are_learned_from(known, training, encoding):
    others = np.setdiff1d(np.arange(len(known[0].capacity)), training)
    assert Encoding.fit([spoilt(arrays, others).take(training) for arrays in known]) == encoding
    assert Encoding.fit([spoilt(arrays, training[:1]).take(training) for arrays in known]) != encoding


def test_numbers_are_standardised_over_games_and_leads(known, training, encoding):
    inputs = np.concatenate([encoding.inputs(arrays)["numeric"][training] for arrays in known])
    raw = np.concatenate([arrays.numeric[training] for arrays in known])
    for i, name in enumerate(encoding.names):
        values = raw[:, known[0].names.index(name)].astype(np.float64)
        there = ~np.isnan(values)
        wanted = (values[there] - values[there].mean()) / values[there].std()
        np.testing.assert_allclose(inputs[there, i], np.clip(wanted, -FAR, FAR), rtol=1e-4, atol=1e-4)
        assert not inputs[~there, i].any()


def test_inputs_are_finite_and_of_the_sizes_said(known, encoding):
    for arrays in known:
        inputs = encoding.inputs(arrays)
        for name in ("numeric", "flags", "levels"):
            assert inputs[name].shape == (len(arrays.capacity), encoding.sizes[name])
            assert inputs[name].dtype == (np.bool_ if name == "flags" else np.float32)
            assert np.isfinite(inputs[name]).all()
        assert inputs["codes"].dtype == np.int32
        assert inputs["codes"].shape == (len(arrays.capacity), len(encoding.sizes["vocabularies"]))
        assert (inputs["codes"] < np.array(encoding.sizes["vocabularies"])).all()
        assert (inputs["codes"] >= 0).all()


def test_features_that_never_vary_are_left_out(known, training, encoding):
    never = "interleague"
    flat = []
    for arrays in known:
        numeric = arrays.numeric.copy()
        numeric[training, arrays.names.index(never)] = 1.0
        flat.append(dataclasses.replace(arrays, numeric=numeric))
    assert never in encoding.names
    assert never not in Encoding.fit(taken(flat, training)).names
    assert "own_beers_sold" not in encoding.names


def test_features_unknown_for_some_have_a_flag(known, encoding):
    assert c.TEMPERATURE in encoding.incomplete
    assert "day_of_year" not in encoding.incomplete
    assert "own_beers_sold" not in encoding.incomplete
    at = encoding.incomplete.index(c.TEMPERATURE)
    assert encoding.inputs(known[0])["flags"][:, at].all()
    assert not encoding.inputs(known[2])["flags"][:, at].any()


def test_levels_are_past_gates_as_shares(known, encoding):
    levels = encoding.inputs(known[0])["levels"]
    raw = known[0].numeric[:, known[0].names.index("gate_last1")]
    mine = levels[:, encoding.level_names.index("gate_last1")]
    np.testing.assert_array_equal(mine, np.where(np.isnan(raw), np.float32(UNKNOWN_LEVEL), raw))
    assert all(name.startswith("gate_") for name in encoding.level_names)


def test_labels_have_codes_and_strangers_have_0(known, encoding):
    strange = known[0].categories.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("strangers")).otherwise(pl.col(c.VISITOR)).alias(c.VISITOR),
        pl.lit(None, pl.String).alias(c.SKY),
    )
    codes = encoding.inputs(dataclasses.replace(known[0], categories=strange))["codes"]
    place = {name: i for i, name in enumerate(encoding.vocabularies)}
    assert codes[0, place[c.VISITOR]] == 0
    assert not codes[:, place[c.SKY]].any()
    home = [encoding.vocabularies[c.HOME][code - 1] for code in codes[:, place[c.HOME]]]
    assert home == strange[c.HOME].to_list()


def test_labels_seen_only_outside_training_are_strangers(league, known):
    first_club = league.table[c.HOME].to_numpy() == league.table[c.HOME].min()
    encoding = Encoding.fit(taken(known, np.flatnonzero(first_club)))
    codes = encoding.inputs(known[0])["codes"][:, list(encoding.vocabularies).index(c.HOME)]
    assert codes.tolist() == first_club.astype(int).tolist()


def test_each_promotion_has_a_flag(known, training):
    labels = pl.Series(
        c.PROMOTION, ["cap;fireworks", "cap", None, "", "parade"] * len(known[0].capacity), dtype=pl.String
    )
    promoted = [
        dataclasses.replace(arrays, categories=arrays.categories.with_columns(labels[: arrays.categories.height]))
        for arrays in known
    ]
    encoding = Encoding.fit(taken(promoted, training))
    assert encoding.promotions == ["cap", "fireworks", "parade"]
    flags = encoding.inputs(promoted[0])["flags"][:, -3:]
    assert flags[:5].tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_seats_are_assumed_where_nothing_tells(known, training, encoding):
    capacity = known[0].capacity.copy()
    capacity[3] = np.nan
    seats = encoding.capacities(dataclasses.replace(known[0], capacity=capacity))
    assert seats[3] == np.float32(np.nanmedian(known[0].capacity[training]))
    assert seats[4] == capacity[4]


def test_what_was_learned_survives_as_json(known, encoding):
    again = Encoding(**json.loads(json.dumps(encoding.as_json())))
    assert again == encoding
    first, second = encoding.inputs(known[1]), again.inputs(known[1])
    assert {name: values.tobytes() for name, values in first.items()} == {
        name: values.tobytes() for name, values in second.items()
    }
    assert again.sizes == encoding.sizes


def test_the_smallest_table_can_be_learned_from():
    games = Games.from_frame(pl.DataFrame({"attendance": [300, 200]}))
    arrays = [Preparation(games).at_lead(1)]
    encoding = Encoding.fit(arrays)
    inputs = encoding.inputs(arrays[0])
    assert inputs["codes"].shape == (2, len(encoding.vocabularies))
    assert encoding.promotions == []
    assert np.isfinite(inputs["numeric"]).all()
