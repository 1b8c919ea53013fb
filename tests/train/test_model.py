import ast
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.errors import ModelError
from gatecast.games import Column, Knowability, Role
from gatecast.networks import FORMER_SETTINGS
from gatecast.prepare.tokens import network_inputs
from gatecast.train.model import (
    DESCRIPTION,
    LARGEST_BLOCK,
    PROGRAM,
    SMALLEST_BLOCK,
    WEIGHTS,
    in_blocks,
    load_model,
    save_model,
)

pytestmark = pytest.mark.usefixtures("compiled_once")

PRICE = Column("price", pl.Float64, Role.NUMBER, Knowability.parse("30 days"), "dollars", 0, 1000)


@pytest.fixture
def saved(trained, tmp_path):
    folder = tmp_path / "model"
    save_model(trained, folder)
    return folder


def described(folder, change):
    """Rewrite the description of a saved model."""
    about = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    (folder / DESCRIPTION).write_text(json.dumps(change(about)), encoding="utf-8")


def weighed(folder, change):
    """Rewrite the weights of a saved model."""
    from safetensors.numpy import load_file, save_file

    save_file(change(load_file(folder / WEIGHTS)), folder / WEIGHTS)


def refusal(folder, *, use=None):
    with pytest.raises(ModelError) as refused:
        model = load_model(folder)
        if use is not None:
            model.parameters(use)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 400
    assert str(folder.parent) not in message
    return message


def test_a_loaded_model_forecasts_the_same_to_the_byte(trained, preparation, saved):
    loaded = load_model(saved)
    arrays = preparation.at_lead(7)
    assert loaded.parameters(arrays).tobytes() == trained.parameters(arrays).tobytes()
    told = ("settings", "encoding", "climatology", "epochs", "through", "custom_columns")
    assert all(getattr(loaded, name) == getattr(trained, name) for name in told)
    assert loaded.held_back.leads == trained.held_back.leads
    assert loaded.held_back.errors.tobytes() == trained.held_back.errors.tobytes()


def test_the_declarations_of_further_columns_are_kept(trained, tmp_path):
    save_model(replace(trained, custom_columns=(PRICE,)), tmp_path)
    assert load_model(tmp_path).custom_columns == (PRICE,)


def test_a_model_is_three_files_whose_code_is_nobodys(saved):
    assert sorted(path.name for path in saved.iterdir()) == [DESCRIPTION, PROGRAM, WEIGHTS]
    assert json.loads((saved / DESCRIPTION).read_text(encoding="utf-8"))["format"] == 3


def test_a_few_games_are_forecast_as_many_are(monkeypatch, trained, preparation):
    """NumPy carries out for a few games what JAX compiles for many."""
    arrays = preparation.at_lead(7)
    few = trained.parameters(arrays)
    monkeypatch.setattr("gatecast.train.model.FEW_ROWS", 0)
    assert trained.parameters(arrays) == pytest.approx(few, abs=5e-6)


def test_blocks_that_a_model_remembers_change_no_byte(trained, preparation):
    rows = np.arange(70)
    changed = np.where(rows == 40, 75, rows)
    for asked in (rows, changed, rows):
        arrays = preparation.at_lead(7, asked)
        fresh = pickle.loads(pickle.dumps(trained))
        assert trained.parameters(arrays).tobytes() == fresh.parameters(arrays).tobytes()


def test_a_model_written_before_programs_were_still_forecasts(trained, preparation, saved):
    described(saved, lambda about: {key: value for key, value in about.items() if key != "program"})
    (saved / PROGRAM).unlink()
    arrays = preparation.at_lead(7)
    assert load_model(saved).parameters(arrays).tobytes() == trained.parameters(arrays).tobytes()


@pytest.mark.parametrize("sizes", [{}, *FORMER_SETTINGS["transformer"]], ids=str)
def test_a_transformer_forecasts_as_the_network_that_it_was_trained_as(sizes, trained, preparation):
    from gatecast.networks.signature import Signature
    from gatecast.networks.transformer import transformer

    built = transformer(Signature(**trained.encoding.sizes), 3, **sizes)
    # The last layers begin at 0, so that nothing of the layers before would show.
    random = np.random.default_rng(0)
    for variable in built.trainable_variables:
        variable.assign(variable.value + random.normal(scale=0.05, size=variable.shape))
    weights = [np.asarray(variable.value) for variable in built.trainable_variables]
    model = replace(trained, settings=replace(trained.settings, network="transformer"), members=[weights], trees=None)
    arrays = preparation.at_lead(7)
    tables = {"home": arrays.history.home, "road": arrays.history.road}
    expected = built(network_inputs(model.encoding.inputs(arrays), tables, built.input, np), training=False)
    np.testing.assert_allclose(model.parameters(arrays)[0], expected, rtol=1e-4, atol=1e-5)


def test_version_0_1_had_two_blocks_of_four_heads():
    assert FORMER_SETTINGS["transformer"][0] == {"heads": 4, "blocks": 2, "waves": 6, "rectified": False}


@pytest.mark.parametrize("text", ["", "[]", '{"inputs": [], "operations": [["exec", [], [], {}]]}'])
def test_a_damaged_program_is_refused(saved, text):
    (saved / PROGRAM).write_text(text)
    assert "got a damaged model" in refusal(saved)


def test_saving_again_replaces_the_model(trained, saved):
    save_model(replace(trained, through="1999-12-31"), saved)
    assert load_model(saved).through == "1999-12-31"


@pytest.mark.parametrize("make", [False, True], ids=["no folder", "empty folder"])
def test_a_folder_without_a_model_is_named(tmp_path, make):
    folder = tmp_path / "nothing"
    if make:
        folder.mkdir()
    assert refusal(folder).startswith("nothing: got no model.json in it, expected a folder that 'gatecast train' wrote")


def test_a_file_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "model").write_text("text")
    assert "no model.json" in refusal(tmp_path / "model")


def test_weights_alone_are_no_model(saved):
    (saved / DESCRIPTION).unlink()
    assert "no model.json" in refusal(saved)


def test_a_later_format_is_named(saved):
    described(saved, lambda about: about | {"format": 9})
    assert "got model format 9, expected 3" in refusal(saved)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"[1]", b"\xff\xfe", b"{}", b"[" * 100_000, b'{"format": 3}'], ids=range(9)
)
def test_a_description_that_is_none_is_damage(saved, text):
    (saved / DESCRIPTION).write_bytes(text)
    assert "damaged model" in refusal(saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda about: about | {"members": 2},
        lambda about: about | {"members": []},
        lambda about: about | {"members": [99]},
        lambda about: about | {"members": ["4"]},
        lambda about: about | {"settings": about["settings"] | {"speed": 3}},
        lambda about: about | {"settings": about["settings"] | {"network": "oracle"}},
        lambda about: about | {"settings": about["settings"] | {"network": 7}},
        lambda about: about | {"encoding": {}},
        lambda about: about | {"encoding": about["encoding"] | {"capacity": "many"}},
        lambda about: about | {"encoding": about["encoding"] | {"centre": about["encoding"]["centre"][1:]}},
        lambda about: about | {"encoding": about["encoding"] | {"names": "gate"}},
        lambda about: about | {"encoding": about["encoding"] | {"vocabularies": ["home"]}},
        lambda about: about | {"climatology": about["climatology"] | {"games": 1}},
        lambda about: about | {"climatology": about["climatology"] | {"spread": "wide"}},
        lambda about: about | {"climatology": about["climatology"] | {"centre": float("nan")}},
        lambda about: about | {"extras": "price"},
        lambda about: {name: value for name, value in about.items() if name != "through"},
    ],
    ids=range(17),
)
def test_a_description_of_the_wrong_kind_is_damage(saved, change):
    described(saved, change)
    assert "damaged model" in refusal(saved)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_truncated_weights_are_damage(saved, share):
    raw = (saved / WEIGHTS).read_bytes()
    (saved / WEIGHTS).write_bytes(raw[: int(share * len(raw))])
    assert "damaged model" in refusal(saved)


def test_a_description_alone_is_no_model(saved):
    (saved / WEIGHTS).unlink()
    assert "got no weights.safetensors in it" in refusal(saved)


def test_a_pickle_in_place_of_weights_is_refused_unread(saved):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was executed",))

    (saved / WEIGHTS).write_bytes(pickle.dumps(Trap()))
    assert "damaged model" in refusal(saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors | {"1.0": tensors["1.0"][1:]},
        lambda tensors: tensors | {"1.0": tensors["1.0"].T.copy()},
        lambda tensors: tensors | {"0.1": tensors["0.1"].astype(np.int32)},
        lambda tensors: tensors | {"0.1": tensors["0.0"], "0.0": tensors["0.1"]},
        lambda tensors: tensors | {"0.1": tensors["0.1"] * np.float32(np.nan)},
    ],
    ids=["fewer rows", "turned", "whole numbers", "swapped", "not a number"],
)
def test_weights_that_do_not_fit_the_network_are_damage(preparation, saved, change):
    weighed(saved, change)
    assert "damaged model" in refusal(saved, use=preparation.at_lead(1))


def test_a_member_with_too_few_weights_is_damage(preparation, saved):
    described(saved, lambda about: about | {"members": [about["members"][0] - 1, about["members"][1]]})
    assert "damaged model" in refusal(saved, use=preparation.at_lead(1))


@pytest.mark.parametrize("part", ["names", "incomplete"])
def test_a_model_of_inputs_that_are_made_no_longer_is_refused(preparation, saved, part):
    described(
        saved,
        lambda about: about | {"encoding": about["encoding"] | {part: ["gate_of_old", *about["encoding"][part][1:]]}},
    )
    assert "gate_of_old" in refusal(saved, use=preparation.at_lead(1))


def test_a_model_of_categories_that_are_made_no_longer_is_refused(preparation, saved):
    def renamed(about):
        labels = about["encoding"]["vocabularies"]
        return about | {"encoding": about["encoding"] | {"vocabularies": labels | {"mascot": labels["home"]}}}

    described(saved, renamed)
    assert "mascot" in refusal(saved, use=preparation.at_lead(1))


def test_nothing_in_the_package_reads_or_writes_pickles():
    package = Path(gatecast.__file__).parent
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    for path in package.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in imported} & forbidden, path.name
        called = [node for node in nodes if isinstance(node, ast.Call)]
        assert not any(keyword.arg == "allow_pickle" for call in called for keyword in call.keywords), path.name
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not names & {"read_pickle", "to_pickle", "saving", "load_weights"}, path.name


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 1000, LARGEST_BLOCK, LARGEST_BLOCK + 1, 3 * LARGEST_BLOCK + 5])
def test_every_row_comes_out_in_its_place(rows):
    inputs = {"a": np.arange(2 * rows).reshape(rows, 2), "b": np.arange(rows, dtype=np.float32)}
    sizes = set()

    def apply(block):
        sizes.add(len(block["b"]))
        return (block["a"].sum(axis=1) + block["b"])[:, None]

    out = in_blocks(apply, inputs)
    np.testing.assert_array_equal(out, (inputs["a"].sum(axis=1) + inputs["b"])[:, None])
    assert len(sizes) == 1
    assert sizes <= {SMALLEST_BLOCK * 2**i for i in range(7)}
    assert max(sizes) <= LARGEST_BLOCK
