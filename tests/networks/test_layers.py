import gatecast.networks  # noqa: F401, I001
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.networks.layers import EntityEmbedding, LevelMixture, PastGamesDense, PeriodicEmbedding, sine_of_turns

pytestmark = pytest.mark.usefixtures("compiled_once")

CODES = np.arange(1, 9, dtype=np.int32)


def test_identities_are_hidden_in_training_only():
    embedding = EntityEmbedding(9, 0, hidden=0.5)
    shown = np.asarray(embedding(CODES, training=False))
    table = np.asarray(embedding.table)
    np.testing.assert_array_equal(shown, table[CODES])
    hidden = [np.asarray(embedding(CODES, training=True)) for _ in range(20)]
    as_unknown = np.array([(rows == table[0]).all(axis=1) for rows in hidden])
    assert 0.3 < as_unknown.mean() < 0.7
    assert all((rows[~unknown] == shown[~unknown]).all() for rows, unknown in zip(hidden, as_unknown, strict=True))


def test_what_is_no_identity_is_never_hidden():
    embedding = EntityEmbedding(9, 0)
    np.testing.assert_array_equal(embedding(CODES, training=True), embedding(CODES, training=False))


def test_a_periodic_embedding_tells_near_numbers_apart():
    numbers = np.linspace(-2, 2, 41, dtype=np.float32)[:, None]
    vectors = np.asarray(PeriodicEmbedding(0)(numbers))
    assert vectors.shape == (41, 6)
    assert (np.abs(np.diff(vectors, axis=0)).sum(axis=1) > 0).all()


def test_in_training_sines_come_from_a_polynomial_that_is_as_exact():
    import jax

    turns = np.linspace(-30, 30, 60_001, dtype=np.float32)
    exact = 2 * np.pi * turns.astype(np.float64)
    np.testing.assert_allclose(sine_of_turns(turns), np.sin(exact), atol=1e-6)
    slopes = jax.grad(lambda at: sine_of_turns(at).sum())(turns)
    np.testing.assert_allclose(slopes, 2 * np.pi * np.cos(exact), atol=1e-4)
    embedding, numbers = PeriodicEmbedding(0), np.linspace(-3, 3, 101, dtype=np.float32)[:, None]
    np.testing.assert_allclose(embedding(numbers, training=True), embedding(numbers, training=False), atol=1e-5)


@settings(deadline=None)
@given(
    levels=st.lists(st.one_of(st.just(-1.0), st.floats(0, 2, width=32)), min_size=3, max_size=3),
    logits=st.lists(st.floats(-8, 8, width=32), min_size=3, max_size=3),
)
def test_a_mixture_of_levels_is_a_weighted_mean_of_the_known_ones(levels, logits):
    mixed = float(LevelMixture()(np.array([logits], np.float32), np.array([levels], np.float32))[0, 0])
    known = [(level, np.exp(logit)) for level, logit in zip(levels, logits, strict=True) if level >= 0]
    expected = sum(level * weight for level, weight in known) / sum(weight for _, weight in known) if known else 0.5
    assert mixed == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_past_games_one_below_the_other_give_the_same_tokens():
    games = np.random.default_rng(0).normal(size=(5, 7, 3)).astype(np.float32)
    dense = PastGamesDense(4, "relu")
    tokens = np.asarray(dense(games))
    assert tokens.shape == (5, 7, 4)
    np.testing.assert_allclose(dense(games, training=True), tokens, rtol=1e-5, atol=1e-6)
