from dataclasses import replace

import numpy as np
import pytest

from gatecast.prepare.encoding import Encoding
from gatecast.train.boosted_trees import BoostedTrees, columns_of, distinct, regressor
from gatecast.train.ensemble import train_ensemble
from gatecast.train.model import load_model, save_model
from gatecast.train.samples import known_at_leads, training_samples

pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.fixture(scope="module")
def samples(preparation, rows):
    known = known_at_leads(preparation, rows)
    return training_samples(preparation, Encoding.fit(known), known, rows, half_life=15.0)


@pytest.fixture(scope="module")
def with_trees(compiled_once, trained, samples):
    return replace(trained, trees=BoostedTrees.fit(samples, seed=0))


def test_the_arrays_say_what_the_fitted_trees_say(samples):
    columns = columns_of(samples.inputs)
    fitted = regressor(columns[: samples.games], samples.attended[: samples.games], samples.weights, 0)
    arrays = BoostedTrees.of(fitted).predict(samples.inputs)
    expected = np.clip(fitted.predict(columns), 0, 1)
    np.testing.assert_allclose(arrays, expected, rtol=1e-12)
    assert len(np.unique(arrays)) > 10


def test_a_column_that_equals_another_is_left_out(samples):
    columns = columns_of(samples.inputs)
    read = distinct(columns)
    assert 0 < len(read) < columns.shape[1]
    assert {column.tobytes() for column in columns[:, read].T} == {column.tobytes() for column in columns.T}
    fitted = regressor(columns[: samples.games, read], samples.attended[: samples.games], samples.weights, 0)
    arrays = BoostedTrees.of(fitted, read).predict(samples.inputs)
    np.testing.assert_allclose(arrays, np.clip(fitted.predict(columns[:, read]), 0, 1), rtol=1e-12)


def test_one_seed_gives_one_set_of_trees(samples):
    one, same, other = (BoostedTrees.fit(samples, seed) for seed in (0, 0, 1))
    assert one.value.tobytes() == same.value.tobytes()
    assert one.value.tobytes() != other.value.tobytes()


def test_the_median_goes_a_share_of_the_way_to_the_trees_and_ranges_keep_their_width(trained, with_trees, preparation):
    from gatecast.networks.demand import demand_quantiles

    def quantiles(model, lead):
        arrays = preparation.at_lead(lead)
        levels = np.array([0.1, 0.5, 0.9])
        return np.mean([demand_quantiles(each, levels) for each in model.parameters(arrays)], axis=0)

    for lead in (1, "preseason"):
        before, after = quantiles(trained, lead), quantiles(with_trees, lead)
        trees = with_trees.trees.predict(trained.encoding.inputs(preparation.at_lead(lead)))
        way = trees - np.minimum(before[:, 1], 1.0)
        moved = (after - before)[:, 1]
        apart = np.abs(way) > 1e-3
        assert apart.sum() > 10
        shares = moved[apart] / way[apart]
        if lead == 1:
            np.testing.assert_allclose(shares, 0.15, rtol=1e-2)
        else:
            assert ((shares > 0.15) & (shares < 0.41)).all()
        np.testing.assert_allclose(after - before, np.repeat(moved[:, None], 3, axis=1), atol=1e-6)


def test_a_full_league_has_trees_and_fewer_games_have_none(preparation, rows, settings, trained, monkeypatch):
    assert trained.trees is None
    monkeypatch.setattr("gatecast.train.ensemble.TRAINS_FROM_GAMES", len(rows))
    assert train_ensemble(preparation, rows, replace(settings, members=1, epochs=1)).trees is not None


def test_a_loaded_model_has_the_same_trees(with_trees, preparation, tmp_path):
    save_model(with_trees, tmp_path)
    arrays = preparation.at_lead(7)
    assert load_model(tmp_path).parameters(arrays).tobytes() == with_trees.parameters(arrays).tobytes()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left", np.zeros_like),
        ("left", lambda values: values + len(values)),
        ("column", lambda values: values + 1000),
        ("value", lambda values: values * np.nan),
        ("roots", lambda values: values[:0]),
        ("threshold", lambda values: values[1:]),
        ("right", lambda values: values.astype(np.float64)),
    ],
)
def test_damaged_trees_are_refused(with_trees, samples, name, change):
    tensors = with_trees.trees.tensors()
    columns = columns_of(samples.inputs).shape[1]
    assert BoostedTrees.from_tensors(tensors, columns).tensors().keys() == tensors.keys()
    with pytest.raises(ValueError, match="trees cannot be used"):
        BoostedTrees.from_tensors({**tensors, name: change(tensors[name])}, columns)
    with pytest.raises(KeyError):
        BoostedTrees.from_tensors({k: v for k, v in tensors.items() if k != name}, columns)
