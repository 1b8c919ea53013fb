import numpy as np
import pytest

from gatecast.networks.column_reader import (
    PREFIX,
    TOKEN_FIGURES,
    read_columns,
    reads_columns,
)
from gatecast.train.pretrained import fits, pretrained, pretrained_sets


def tokens(queries=5, columns=3, seed=0):
    out = np.random.default_rng(seed).normal(0, 0.5, (queries, columns, len(TOKEN_FIGURES))).astype(np.float32)
    out[..., 0] = 1.0
    out[0, 1] = 0.0
    out[1] = 0.0
    return out


WEIGHTS = pretrained().members[0]


def test_numpy_and_jax_agree():
    import jax.numpy as jnp

    for plain, compiled in zip(
        read_columns(WEIGHTS, tokens(), xp=np), read_columns(WEIGHTS, tokens(), xp=jnp), strict=True
    ):
        assert np.allclose(plain, compiled, atol=1e-4)


def test_a_column_that_is_not_known_moves_nothing():
    shift, log_factor = read_columns(WEIGHTS, tokens(), xp=np)
    assert shift[0, 1] == 0
    assert (shift[1] == 0).all()
    assert log_factor[1] == 0
    assert (shift[2:] != 0).all()


def test_columns_never_widen_a_range():
    _, log_factor = read_columns(WEIGHTS, 5 * tokens(200), xp=np)
    assert (log_factor <= 0).all()
    assert (log_factor < 0).any()


def test_each_game_stands_alone_and_columns_have_no_order():
    seen = tokens(40)
    shift, log_factor = read_columns(WEIGHTS, seen, xp=np)
    for i in range(5):
        alone, factor = read_columns(WEIGHTS, seen[i : i + 1], xp=np)
        assert np.array_equal(alone[0], shift[i])
        assert factor[0] == log_factor[i]
    turned, factor = read_columns(WEIGHTS, seen[:, ::-1], xp=np)
    assert np.allclose(turned[:, ::-1], shift, atol=1e-6)
    assert np.allclose(factor, log_factor, atol=1e-6)


@pytest.mark.parametrize("about", pretrained_sets(), ids=lambda about: about["name"])
def test_all_weights_that_are_shipped_read_columns(about):
    from gatecast.train.pretrained import pretrained_set

    for member in pretrained_set(about["name"]).members:
        assert reads_columns(member)
        assert fits(member)


def test_weights_from_before_columns_were_read_still_fit_and_parts_of_them_do_not():
    before = {name: value for name, value in WEIGHTS.items() if not name.startswith(PREFIX)}
    assert fits(before)
    assert not reads_columns(before)
    assert not fits(dict(list(WEIGHTS.items())[:-1]))
