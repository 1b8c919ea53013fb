"""Training on more games than a pass takes: others are drawn for each pass, and a season held back stays held back."""

import numpy as np
import pytest

from gatecast.evaluate.baselines import BASELINES
from gatecast.prepare.encoding import Encoding
from gatecast.train.draws import Draws, drawn_rows
from gatecast.train.ensemble import train_ensemble
from gatecast.train.samples import held_back_rows, known_at_leads, training_leads, training_samples

HALF_LIFE, FEW = 15.0, 90


@pytest.fixture
def draws(preparation, rows, monkeypatch):
    monkeypatch.setattr("gatecast.train.draws.MOST_A_PASS", FEW)
    encoding = Encoding.fit(known_at_leads(preparation, rows))
    return Draws(preparation, encoding, rows, HALF_LIFE)


def test_few_games_are_all_taken(rows):
    assert drawn_rows(rows, 0) is rows


def test_every_game_drawn_has_the_inputs_of_one_of_its_leads(preparation, rows, draws):
    """A pass is part of what a training on all games would have: game for game, lead for lead."""
    known = known_at_leads(preparation, rows)
    whole = training_samples(preparation, draws.encoding, known, rows, half_life=HALF_LIFE)
    drawn = draws.of_pass(0, 1, 2)
    days = preparation.schedule.day[rows]
    place = np.searchsorted(days, drawn.inputs["query"][:, 0])
    assert drawn.games == len(drawn.attended) == FEW
    assert len(np.unique(place)) == FEW
    leads = set()
    for i, game in enumerate(place):
        of_game = game + len(rows) * np.arange(len(training_leads(preparation.games)))
        same = [
            lead
            for lead, row in enumerate(of_game)
            if all(np.array_equal(values[i], whole.inputs[name][row]) for name, values in drawn.inputs.items())
        ]
        assert same
        assert drawn.attended[i] in whole.attended[of_game[same]]
        leads.update(same)
    assert leads == set(range(len(training_leads(preparation.games))))


def test_passes_differ_and_the_same_pass_is_drawn_again(draws):
    first, again, other = (draws.of_pass(7, epoch).inputs["query"][:, 0] for epoch in (0, 0, 1))
    assert first.tolist() == again.tolist() != other.tolist()


def test_a_season_held_back_is_not_drawn(preparation, rows, draws):
    last = held_back_rows(preparation.games, rows)
    drawn = draws.without(last).of_pass(0).inputs["query"][:, 0]
    assert drawn.max() < preparation.schedule.day[last].min()


def test_a_network_is_trained_on_draws(compiled_once, preparation, rows, settings, trained, same_weights, monkeypatch):
    monkeypatch.setattr("gatecast.train.draws.MOST_A_PASS", FEW)
    model = train_ensemble(preparation, rows, settings)
    assert not same_weights(model, trained)
    assert np.isfinite(model.parameters(preparation.at_lead(7))).all()
    assert model.climatology.games == len(rows)


def test_trees_to_compare_with_are_fitted_on_as_many_games_as_a_pass_has(preparation, rows, monkeypatch):
    fitted = []
    monkeypatch.setattr("gatecast.train.draws.MOST_A_PASS", FEW)
    trees = BASELINES["boosted trees"](2018)
    trees.fitted = lambda columns, *_: fitted.append(len(columns))
    trees.fit_rows(preparation, rows)
    assert fitted == [FEW, FEW]
