import pickle
from dataclasses import replace

import numpy as np
import pytest

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.progress import silent
from gatecast.train.ensemble import train_ensemble
from gatecast.train.loop import censored_crps

from .tiny import BROKEN, WIDE, small_league, tiny

pytestmark = pytest.mark.usefixtures("compiled_once")


class Interruption:
    """Progress that breaks off after some epochs of a stage."""

    def __init__(self, stage, after):
        self.stage, self.after = stage, after

    def __call__(self, what, done, total):
        if what == f"training, {self.stage}" and done == self.after:
            raise KeyboardInterrupt


class Elsewhere:
    """An engine that hands inputs, tasks and results over as a cluster does."""

    elsewhere = True

    def results(self, work, shared, tasks, *, names, progress=silent, memory=0):
        for place, task in enumerate(tasks):
            sent = work(pickle.loads(pickle.dumps(shared)), pickle.loads(pickle.dumps(task)), progress)
            yield place, pickle.loads(pickle.dumps(sent))


def test_one_seed_gives_one_result(preparation, rows, settings, trained, same_weights):
    assert same_weights(train_ensemble(preparation, rows, settings), trained)


def test_members_trained_elsewhere_are_the_same(preparation, rows, settings, trained, same_weights):
    model = train_ensemble(preparation, rows, settings, engine=Elsewhere())
    assert same_weights(model, trained)
    assert np.array_equal(model.held_back.errors, trained.held_back.errors)


def test_members_differ_and_so_do_seeds(preparation, rows, settings, trained, same_weights):
    first, second = trained.members
    assert all(np.isfinite(weight).all() for weight in first + second)
    assert first[0].tobytes() != second[0].tobytes()
    assert not same_weights(train_ensemble(preparation, rows, replace(settings, seed=1)), trained)


def test_training_lowers_the_loss(preparation, rows, settings, trained):
    arrays = preparation.at_lead(1).take(rows)
    attended = preparation.schedule.attendance[rows] / trained.encoding.capacities(arrays)
    start = tiny(Signature(**trained.encoding.sizes), 0).trainable_variables
    untrained = replace(trained, members=[[np.asarray(variable.value) for variable in start]])
    before, after = (
        float(censored_crps(model.parameters(arrays)[0], attended.astype(np.float32)).mean())
        for model in (untrained, trained)
    )
    assert after < 0.9 * before


def test_progress_tells_of_every_epoch(preparation, rows, settings):
    told = []
    model = train_ensemble(preparation, rows, settings, progress=lambda *step: told.append(step))
    assert 1 <= model.epochs <= settings.epochs
    assert told == [
        *(("training, early stopping", epoch + 1, settings.epochs) for epoch in range(settings.epochs)),
        *((f"training, member {m}", epoch + 1, model.epochs) for m in (1, 2) for epoch in range(model.epochs)),
    ]


def test_on_a_full_league_the_first_network_goes_on_as_the_first_member(
    preparation, rows, settings, trained, same_weights, monkeypatch, tmp_path
):
    monkeypatch.setattr("gatecast.train.ensemble.TRAINS_FROM_GAMES", len(rows))
    told = []
    model = train_ensemble(preparation, rows, settings, progress=lambda *step: told.append(step))
    stopped, caught_up = 2, 1
    assert model.epochs == stopped + 1
    for stage, passes in {"early stopping": stopped, "member 1": caught_up, "member 2": model.epochs}.items():
        steps = [(done, total) for what, done, total in told if what == f"training, {stage}"]
        assert steps == [(done + 1, passes) for done in range(passes)]
    stages = [what for what, *_ in told]
    assert stages.index("training, member 1") > stages.index("training, early stopping")
    assert not same_weights(model, trained)
    assert same_weights(train_ensemble(preparation, rows, settings, jobs=2), model)
    elsewhere = train_ensemble(preparation, rows, settings, engine=Elsewhere())
    assert same_weights(elsewhere, model)
    assert all(
        np.array_equal(values, model.trees.tensors()[name]) for name, values in elsewhere.trees.tensors().items()
    )
    with pytest.raises(KeyboardInterrupt):
        train_ensemble(preparation, rows, settings, folder=tmp_path, progress=Interruption("member 2", 1))
    assert same_weights(train_ensemble(preparation, rows, settings, folder=tmp_path), model)


def test_early_stopping_takes_the_epoch_with_the_lowest_loss_on_the_latest_season(preparation, rows, settings):
    """With a rate far too high the loss on the season held back only grows, and one epoch is best."""
    harmful = replace(settings, learning_rate=1.0, epochs=6, members=1)
    assert train_ensemble(preparation, rows, harmful).epochs < 6


def test_members_that_began_for_too_many_epochs_begin_anew(preparation, rows, settings, same_weights, monkeypatch):
    monkeypatch.setattr("gatecast.train.ensemble.TRAINS_FROM_GAMES", len(rows))
    harmful = replace(settings, learning_rate=1.0, epochs=10)
    model = train_ensemble(preparation, rows, harmful, jobs=2)
    assert model.epochs < 7
    assert same_weights(train_ensemble(preparation, rows, harmful, engine=Elsewhere()), model)


def test_few_games_are_trained_on_without_holding_any_back(settings):
    preparation = Preparation(small_league(1, 8))
    told = []
    model = train_ensemble(preparation, np.arange(8), settings, progress=lambda what, *_: told.append(what))
    assert model.epochs == settings.epochs
    assert "training, early stopping" not in told
    assert np.isfinite(model.parameters(preparation.at_lead(1))).all()


@pytest.mark.parametrize("count", [0, 1])
def test_training_needs_two_games(preparation, settings, count):
    with pytest.raises(InputError, match=f"got {count} games with a known attendance, expected at least 2"):
        train_ensemble(preparation, np.arange(count), settings)


@pytest.mark.parametrize(("stage", "after"), [("early stopping", 2), ("member 1", 1), ("member 2", 1)])
def test_a_training_cut_short_goes_on_to_the_same_result(
    preparation, rows, settings, trained, same_weights, tmp_path, stage, after
):
    with pytest.raises(KeyboardInterrupt):
        train_ensemble(preparation, rows, settings, folder=tmp_path, progress=Interruption(stage, after))
    told = []
    model = train_ensemble(preparation, rows, settings, folder=tmp_path, progress=lambda *step: told.append(step))
    assert same_weights(model, trained)
    assert (model.epochs, model.through) == (trained.epochs, trained.through)
    assert all(done > after for what, done, _ in told if what == f"training, {stage}")


def test_what_another_training_left_is_not_taken_up(preparation, rows, settings, trained, same_weights, tmp_path):
    train_ensemble(preparation, rows, replace(settings, learning_rate=0.01), folder=tmp_path)
    told = []
    model = train_ensemble(preparation, rows, settings, folder=tmp_path, progress=lambda *step: told.append(step))
    assert same_weights(model, trained)
    assert len(told) == settings.epochs + 2 * model.epochs


def test_what_other_games_left_is_not_taken_up(preparation, rows, settings, trained, same_weights, tmp_path):
    train_ensemble(preparation, rows[1:], settings, folder=tmp_path)
    assert same_weights(train_ensemble(preparation, rows, settings, folder=tmp_path), trained)


@pytest.mark.parametrize("damage", [lambda raw: raw[: len(raw) // 2], lambda raw: b"", lambda raw: b"\x00" * len(raw)])
def test_a_damaged_state_is_ignored(preparation, rows, settings, trained, same_weights, tmp_path, damage):
    with pytest.raises(KeyboardInterrupt):
        train_ensemble(preparation, rows, settings, folder=tmp_path, progress=Interruption("early stopping", 1))
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert same_weights(train_ensemble(preparation, rows, settings, folder=tmp_path), trained)


def test_the_model_knows_the_last_day_it_was_trained_on(preparation, trained):
    assert trained.through == str(preparation.games.table[c.DATE].max())


def test_a_network_that_gives_no_numbers_is_refused_at_once_by_its_layer(preparation, rows, settings):
    steps = []
    with pytest.raises(InputError, match="network 'broken', layer 'faulty': got a value that is not a number before"):
        train_ensemble(preparation, rows, replace(settings, network=BROKEN), progress=lambda *step: steps.append(step))
    assert steps == []


def test_a_training_that_runs_away_names_the_weights_to_look_at(preparation, rows, settings):
    message = r"got a loss that is not a number in epoch \d+, expected a number; look at .*/.*, or lower learning_rate"
    with pytest.raises(InputError, match=message):
        train_ensemble(preparation, rows, replace(settings, learning_rate=1e38))


def test_a_network_with_another_output_is_refused(preparation, rows, settings):
    with pytest.raises(InputError, match="network 'wide': got 5 figures for each game, expected 4: location, scale"):
        train_ensemble(preparation, rows, replace(settings, network=WIDE))
