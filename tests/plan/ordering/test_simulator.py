import jax.numpy as jnp
import numpy as np
import pytest

from gatecast.plan.ordering import train
from gatecast.plan.ordering.deep import DeepPolicy, policy_network
from gatecast.plan.ordering.environment import OrderingEnvironment
from gatecast.plan.ordering.features import FEATURES
from gatecast.plan.ordering.samples import random_homestands
from gatecast.plan.ordering.simulator import simulate
from gatecast.plan.ordering.train import scaled, train_policy

from .instances import row


@pytest.fixture(scope="module")
def policy():
    draw = np.random.default_rng(0)
    shapes = [(FEATURES, 32), (32,), (32, 32), (32,), (32, 2), (2,)]
    return DeepPolicy(tuple(draw.normal(0, 0.3, shape).astype(np.float32) for shape in shapes))


def test_jax_and_the_environment_play_the_same_homestands(policy):
    batch = random_homestands(np.random.default_rng(3), 60)
    weights = [jnp.asarray(each) for each in policy.weights]

    def answer(read):
        for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
            read = jnp.tanh(read @ kernel + bias)
        return read * jnp.array([1.5, 0.5])

    cost, orders = (np.asarray(each) for each in simulate(scaled(batch)[0], answer))
    agreed = 0
    for place in range(60):
        problem, belief = row(batch, place)
        environment = OrderingEnvironment([(problem, belief)])
        games = len(problem)
        outcome = {"scores": batch.scores[place, :games], "need": batch.need[place, None, :games]}
        environment.reset(options=outcome)
        paid, own = 0.0, []
        for game in range(games):
            own.append(policy.order(problem, environment.state(0)) if problem.comes[game] else 0)
            paid -= environment.step(np.array([orders[place, game]]))[1]
        assert paid == pytest.approx(cost[place], rel=1e-3, abs=1e-2)
        agreed += np.array_equal(own, orders[place, :games]) or np.abs(own - orders[place, :games]).max() <= 1
    assert agreed >= 57


def test_the_network_in_keras_and_in_numpy_answer_alike():
    model = policy_network(1)
    model.layers[-2].kernel.assign(np.random.default_rng(0).normal(0, 0.3, (32, 2)))
    read = np.random.default_rng(1).normal(size=(5, FEATURES)).astype(np.float32)
    policy = DeepPolicy(tuple(np.asarray(each) for each in model.trainable_variables))
    assert policy.answer(read) == pytest.approx(np.asarray(model(read)), abs=1e-5)


@pytest.mark.slow
def test_training_lowers_costs_repeats_itself_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "EVERY", 20)
    monkeypatch.setattr(train, "CHECKED", 256)
    whole = train_policy(steps=40, batch=64)
    assert whole.curve[-1][1] < whole.curve[0][1]

    class StoppedError(Exception):
        pass

    def stop(_, done, __):
        if done == 20:
            raise StoppedError

    kept = tmp_path / "training.safetensors"
    with pytest.raises(StoppedError):
        train_policy(steps=40, batch=64, keep=kept, progress=stop)
    assert kept.exists()
    resumed = train_policy(steps=40, batch=64, keep=kept)
    assert all(np.array_equal(one, two) for one, two in zip(whole.policy.weights, resumed.policy.weights, strict=True))
    assert not kept.exists()
