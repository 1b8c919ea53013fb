from contextlib import contextmanager

import numpy as np
import pytest

from gatecast.networks import NETWORKS
from gatecast.prepare import Preparation
from gatecast.train.ensemble import train_ensemble
from gatecast.train.samples import training_games
from gatecast.train.settings import TrainingSettings

from .tiny import BROKEN, BROKEN_PLACE, NAME, PLACE, WIDE, WIDE_PLACE, small_league


@contextmanager
def tiny_networks():
    """Name the networks of these tests, for no longer than they need: a worker runs other packages' tests in between."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETWORKS, NAME, PLACE)
        patch.setitem(NETWORKS, BROKEN, BROKEN_PLACE)
        patch.setitem(NETWORKS, WIDE, WIDE_PLACE)
        yield


@pytest.fixture(autouse=True)
def _named():
    with tiny_networks():
        yield


@pytest.fixture(scope="session")
def settings():
    with tiny_networks():
        return TrainingSettings(network=NAME, members=2, epochs=4, batch=16, learning_rate=0.02)


@pytest.fixture(scope="session")
def preparation():
    return Preparation(small_league())


@pytest.fixture(scope="session")
def rows(preparation):
    return training_games(preparation.games)


@pytest.fixture(scope="session")
def trained(compiled_once, preparation, rows, settings):
    """A trained model; what it took to train it is told to nobody."""
    with tiny_networks():
        return train_ensemble(preparation, rows, settings)


@pytest.fixture
def same_weights():
    """Tells whether two models hold the same members, to the byte."""

    def same(a, b):
        return [[np.asarray(w).tobytes() for w in m] for m in a.members] == [
            [np.asarray(w).tobytes() for w in m] for m in b.members
        ]

    return same
