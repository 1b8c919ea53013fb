import numpy as np
from scipy.special import ndtri

from gatecast.networks.in_context import in_context, log_quantiles
from gatecast.prepare.context_inputs import CANDIDATES, FEATURES, FIGURES, TOKENS
from gatecast.train.pretrained import fresh, pretrained

LEVELS = ndtri(np.array([0.05, 0.25, 0.5, 0.75, 0.95])).astype(np.float32)


def inputs(queries=5, seed=0):
    draw = np.random.default_rng(seed)
    tokens = draw.normal(0, 1, (queries, TOKENS, FIGURES)).astype(np.float32)
    tokens[..., 0] = 1.0
    tokens[0, : TOKENS // 2] = 0.0
    tokens[1] = 0.0
    return (
        draw.normal(0, 1, (queries, len(FEATURES))).astype(np.float32),
        draw.normal(0, 0.2, (queries, len(CANDIDATES))).astype(np.float32),
        tokens,
    )


def test_numpy_and_jax_agree():
    import jax.numpy as jnp

    weights = pretrained().members[0]
    plain, compiled = in_context(weights, *inputs(), xp=np), in_context(weights, *inputs(), xp=jnp)
    assert np.allclose(plain, compiled, atol=1e-4)


def test_quantiles_rise():
    quantiles = log_quantiles(in_context(fresh(1), *inputs(), xp=np), LEVELS, np)
    assert (np.diff(quantiles, axis=1) > 0).all()


def test_each_query_stands_alone():
    weights, all_of_them = pretrained().members[0], inputs()
    together = in_context(weights, *all_of_them, xp=np)
    alone = np.concatenate([in_context(weights, *(x[i : i + 1] for x in all_of_them), xp=np) for i in range(5)])
    assert np.array_equal(together, alone)


def test_games_that_are_not_there_are_not_read():
    weights, (features, candidates, tokens) = pretrained().members[0], inputs()
    filled = tokens.copy()
    filled[0, : TOKENS // 2, 1:] = 9.0
    assert np.allclose(
        in_context(weights, features, candidates, tokens, xp=np),
        in_context(weights, features, candidates, filled, xp=np),
    )
