import subprocess
import sys

import numpy as np
import pytest

from gatecast.errors import InputError
from gatecast.networks import NETWORKS, network

from .shared import Built, assert_demand, check_network, signature

pytestmark = pytest.mark.usefixtures("compiled_once")

SPARE = {
    "no flags, no levels": {"flags": 0, "levels": 0},
    "no numbers": {"numeric": 0, "levels": 0},
    "one category": {"vocabularies": (4,), "identities": (True,)},
    "a single label": {"vocabularies": (1, 1), "identities": (True, False)},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_passes_the_shared_check(name):
    check_network(name)


@pytest.mark.parametrize("changes", SPARE.values(), ids=SPARE)
@pytest.mark.parametrize("name", NETWORKS)
def test_takes_games_of_which_little_is_told(name, changes):
    built = Built(name, signature(**changes))
    inputs = built.inputs()
    inputs["codes"] = np.zeros_like(inputs["codes"])
    assert_demand(built.apply(built.weights, inputs))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="'oracle', expected one of feedforward"):
        network("oracle")


def test_another_backend_is_refused_in_one_line():
    code = (
        "import os, sys, types\n"
        "keras = types.ModuleType('keras')\n"
        "keras.backend = types.SimpleNamespace(backend=lambda: 'torch')\n"
        "sys.modules['keras'] = keras\n"
        "from gatecast.errors import GatecastError\n"
        "from gatecast.networks import network\n"
        "try:\n"
        "    network('feedforward')\n"
        "except GatecastError as refused:\n"
        "    print(refused)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("Keras: got the torch backend, expected jax")
    assert told.count("\n") == 1
