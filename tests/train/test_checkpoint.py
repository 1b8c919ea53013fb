import jax.numpy as jnp
import numpy as np
import pytest

from gatecast.train.checkpoint import Checkpoint
from gatecast.train.loop import State


@pytest.fixture
def start():
    return State(jnp.zeros(5), [jnp.zeros(2, jnp.uint32)], [jnp.zeros((), jnp.int32), jnp.zeros(5)], jnp.zeros(5))


@pytest.fixture
def later():
    moved = jnp.arange(5, dtype=jnp.float32)
    return State(moved, [jnp.array([3, 4], jnp.uint32)], [jnp.array(7, jnp.int32), moved / 3], moved / 7)


def flat(state):
    return [np.asarray(value) for value in (state.weights, *state.other, *state.optimizer, state.averaged)]


def assert_not_taken_up(checkpoint, start):
    state, history = checkpoint.restored(start)
    assert state is start
    assert history == []


def test_a_kept_state_comes_back_to_the_byte(tmp_path, start, later):
    checkpoint = Checkpoint(tmp_path / "made", "member-1", "abc")
    checkpoint.keep(later, [0.1, 1 / 3])
    state, history = checkpoint.restored(start)
    assert history == [0.1, 1 / 3]
    for got, expected in zip(flat(state), flat(later), strict=True):
        assert got.dtype == expected.dtype
        assert got.tobytes() == expected.tobytes()
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["member-1.checkpoint.safetensors"]


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch, start, later):
    monkeypatch.chdir(tmp_path)
    checkpoint = Checkpoint(None, "member-1", "abc")
    checkpoint.keep(later, [0.1])
    assert list(tmp_path.iterdir()) == []
    assert_not_taken_up(checkpoint, start)


def test_a_state_of_another_training_is_left_alone(tmp_path, start, later):
    Checkpoint(tmp_path, "member-1", "abc").keep(later, [0.1])
    assert_not_taken_up(Checkpoint(tmp_path, "member-1", "abd"), start)
    assert_not_taken_up(Checkpoint(tmp_path, "member-2", "abc"), start)


def test_a_state_of_another_network_is_left_alone(tmp_path, start, later):
    checkpoint = Checkpoint(tmp_path, "member-1", "abc")
    checkpoint.keep(later._replace(weights=jnp.zeros(6)), [0.1])
    assert_not_taken_up(checkpoint, start)
    checkpoint.keep(later._replace(optimizer=[]), [0.1])
    assert_not_taken_up(checkpoint, start)


def test_a_truncated_state_is_ignored(tmp_path, start, later):
    checkpoint = Checkpoint(tmp_path, "member-1", "abc")
    checkpoint.keep(later, [0.1])
    raw = checkpoint.path.read_bytes()
    for length in range(0, len(raw), 40):
        checkpoint.path.write_bytes(raw[:length])
        assert_not_taken_up(checkpoint, start)
