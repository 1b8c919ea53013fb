from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from gatecast.errors import InputError
from gatecast.plan.ordering import controlled
from gatecast.plan.ordering.controlled import (
    MOST,
    examples,
    move_network,
    train_controlled,
)
from gatecast.plan.ordering.deep import MOVES, ControlledPolicy, DeepPolicy, best_move
from gatecast.plan.ordering.features import FEATURES, StateArrays, features, order_of
from gatecast.plan.ordering.policies import ProjectedInventory, run_policy, whole
from gatecast.plan.ordering.samples import outcomes_after, random_homestands
from gatecast.plan.ordering.simulator import simulate
from gatecast.plan.ordering.train import scaled

from .instances import row

COUNT = 24


@pytest.fixture(scope="module")
def policy():
    draw = np.random.default_rng(0)
    shapes = [(FEATURES, 32), (32,), (32, 32), (32,), (32, len(MOVES)), (len(MOVES),)]
    return ControlledPolicy(tuple(draw.normal(0, 0.3, shape).astype(np.float32) for shape in shapes))


@pytest.fixture(scope="module")
def weights(policy):
    return [jnp.asarray(each) for each in policy.weights]


@pytest.fixture(scope="module")
def stands():
    """Homestands, and a game of each that has a delivery."""
    batch = random_homestands(np.random.default_rng(3), COUNT)
    return batch, np.where(batch.calendar.comes, np.arange(8), -1).argmax(axis=1)


def close_orders(ours, theirs):
    """Whole cases, where one side may round up and the other down."""
    return np.abs(np.asarray(ours) - np.asarray(theirs)).max() <= 1


def test_orders_in_jax_and_in_numpy_are_the_same(policy, weights, stands):
    batch, _ = stands
    _, orders = simulate(scaled(batch)[0], lambda read: best_move(weights, read, jnp))
    agreed = 0
    for place in range(COUNT):
        problem, belief = row(batch, place)
        games = len(problem)
        outcome = batch.scores[place, :games], batch.need[place, :games]
        agreed += close_orders(run_policy(problem, belief, policy, outcome)[1], orders[place, :games])
    assert agreed >= COUNT - 1


class TriesOnce:
    """A policy that takes one move at one game."""

    def __init__(self, policy, game, move):
        self.policy, self.game, self.move = policy, game, move

    def order(self, problem, state):
        if state.game != self.game:
            return self.policy.order(problem, state)
        view = StateArrays.of(problem, state)
        return whole(float(order_of(view, self.move, features(view)[1])), problem)


def test_what_a_move_costs_is_what_homestands_cost_in_which_it_is_made(policy, weights, stands):
    batch, game = stands
    found = examples(weights, batch, game, np.random.default_rng(5), outcomes=3)
    known = batch.known[np.arange(COUNT), game]
    scores, needs = outcomes_after(np.random.default_rng(5), batch, known, 3)
    scale, agreed = np.asarray(scaled(batch)[1]), 0
    for place in range(COUNT):
        problem, belief = row(batch, place)
        outcomes = [
            (each[0][place, : len(problem)], each[1][place, : len(problem)]) for each in zip(scores, needs, strict=True)
        ]
        tried = [TriesOnce(policy, game[place], move) for move in MOVES]
        cost = np.array([np.mean([run_policy(problem, belief, one, each)[0] for each in outcomes]) for one in tried])
        extra = (cost - cost.min()) / scale[place]
        agreed += found.extra[place] == pytest.approx(extra / max(extra.mean() / MOST, 1), rel=0.01, abs=0.01)
    assert agreed >= COUNT - 3  # one case rounded otherwise changes a cost


def test_a_label_knows_the_games_seen_and_nothing_that_comes_later(weights, stands):
    batch, game = stands
    known = batch.known[np.arange(COUNT), game]
    later = np.arange(batch.need.shape[1]) >= known[:, None]
    first = examples(weights, batch, game, np.random.default_rng(6), outcomes=4)
    other = replace(
        batch, scores=np.where(later, 3.0, batch.scores), need=np.where(later, batch.need + 100, batch.need)
    )
    again = examples(weights, other, game, np.random.default_rng(6), outcomes=4)
    assert np.array_equal(first.read, again.read)
    assert np.array_equal(first.extra, again.extra)
    seen = replace(batch, scores=np.where(later, batch.scores, 3.0))
    changed = examples(weights, seen, game, np.random.default_rng(6), outcomes=4)
    moved = (first.extra != changed.extra).any(axis=1)
    assert moved[known > 0].any()
    assert not moved[known == 0].any()


def test_the_untrained_network_is_projected_inventory(stands):
    batch, _ = stands
    start = ControlledPolicy(tuple(np.asarray(each) for each in move_network(1).trainable_variables))
    for place in range(6):
        problem, belief = row(batch, place)
        outcome = tuple(each[place, : len(problem)] for each in (batch.scores, batch.need))
        level = ProjectedInventory(float(batch.calendar.score[place]))
        assert close_orders(*(run_policy(problem, belief, each, outcome)[1] for each in (start, level)))


def test_a_file_holds_the_policy_and_another_policy_is_refused(policy, tmp_path):
    path = tmp_path / "controlled.safetensors"
    policy.save(path)
    loaded = ControlledPolicy.load(path)
    assert all(np.array_equal(one, two) for one, two in zip(loaded.weights, policy.weights, strict=True))
    with pytest.raises(InputError, match="other layers"):
        DeepPolicy.load(path)


@pytest.mark.slow
def test_training_lowers_costs_of_homestands_not_seen_and_repeats_itself(monkeypatch):
    monkeypatch.setattr(controlled, "CHECKED", 512)
    monkeypatch.setattr(controlled, "AT_ONCE", 256)
    told = []
    short = {"generations": 2, "states": 1024, "outcomes": 8, "seed": 1}
    first = train_controlled(**short, progress=lambda *step: told.append(step))
    again = train_controlled(**short)
    assert all(np.array_equal(one, two) for one, two in zip(first.policy.weights, again.policy.weights, strict=True))
    assert first.curve == again.curve
    assert [at for at, _ in first.curve] == [0, 1, 2]
    assert first.curve[0][1] == 1 > first.curve[-1][1]
    assert told[-1] == ("trying moves, generation 2", 1024, 1024)
