import json

import numpy as np
import pytest

from gatecast.networks import NETWORKS
from gatecast.networks.program import OPERATIONS, Program, UntraceableError, traced

from .shared import Built, signature

PRECISE = 5e-6


def plain_program():
    built = Built("feedforward", signature())
    return traced(built.model, built.other)


@pytest.mark.parametrize("name", NETWORKS)
def test_numpy_gives_what_keras_gives_for_any_number_of_games(name):
    built = Built(name, signature())
    program = Program.from_json(json.loads(json.dumps(traced(built.model, built.other).as_json())))
    inputs = built.inputs()
    weights = built.moved()
    wanted = np.asarray(built.apply(weights, inputs))
    assert program(weights, inputs) == pytest.approx(wanted, abs=PRECISE, rel=PRECISE)
    one = {name: values[:1] for name, values in inputs.items()}
    assert program(weights, one) == pytest.approx(wanted[:1], abs=PRECISE, rel=PRECISE)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_game_has_the_same_bits_wherever_it_stands_in_a_block(name):
    built = Built(name, signature())
    program, weights = traced(built.model, built.other), built.moved()
    inputs = {each: np.resize(values, (32, *values.shape[1:])) for each, values in built.inputs().items()}
    together, order = program(weights, inputs), np.random.default_rng(0).permutation(32)
    assert np.array_equal(program(weights, {each: values[order] for each, values in inputs.items()}), together[order])


def test_no_game_gives_no_figures():
    built = Built("feedforward", signature())
    inputs = {each: values[:0] for each, values in built.inputs().items()}
    assert traced(built.model, built.other)(built.moved(), inputs).shape == (0, 4)


def test_initial_weights_are_no_part_of_it():
    program = plain_program()
    assert not {each.name for each in program.operations} & {"random_bits", "erf_inv"}


def test_a_network_of_other_operations_is_told(monkeypatch):
    monkeypatch.delitem(OPERATIONS, "sin")
    with pytest.raises(UntraceableError, match="operation 'sin'"):
        plain_program()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, "system", "'system' is not known"),
        (1, [100_000], "reads a value that is not there"),
    ],
)
def test_a_damaged_program_is_refused(place, value, message):
    about = plain_program().as_json()
    about["operations"][0][place] = value
    with pytest.raises(ValueError, match=message):
        Program.from_json(about)


@pytest.mark.parametrize("value", [-6.0, -1.5, -1e-3, 0.0, 0.4, 3.0])
def test_the_error_function_is_as_precise_as_the_networks(value):
    from scipy.special import erf, erfc

    given = [np.array([value], np.float32)]
    assert OPERATIONS["erfc"](given, {}, 1)[0] == pytest.approx(erfc(given[0]), rel=1e-6, abs=1e-7)
    assert OPERATIONS["erf"](given, {}, 1)[0] == pytest.approx(erf(given[0]), abs=3e-7)
