import numpy as np
import pytest

from gatecast.forecast.widths import calibrated_width, lowered, usual_widths
from gatecast.prepare.context_inputs import FEATURES, ContextInputs


def asked(games, **flags):
    """One game of a club with so many past games."""
    inputs = ContextInputs.empty(1)
    for name, value in flags.items():
        inputs.features[0, FEATURES.index(name)] = value
    inputs.games[:] = games
    return inputs


def test_a_new_club_of_a_league_may_be_far_below_the_others():
    below, above = usual_widths(asked(0, league_known=1))
    settled, _ = usual_widths(asked(100, league_known=1))
    assert below > 1.3 * settled
    assert below > above
    assert lowered(asked(0, league_known=1)) > 0
    assert lowered(asked(0)) == lowered(asked(20, league_known=1)) == 0


def test_a_new_ballpark_may_draw_many_more():
    new, seen = (usual_widths(asked(200, league_known=1, venue_new=1, venue_games=games)) for games in (0, 1))
    assert new[1] > 1.5 * seen[1]
    assert new[0] > seen[0]


@pytest.mark.parametrize(("spread", "least", "most"), [(1.0, 0.9, 1.1), (2.0, 1.6, 2.2), (0.5, 0.55, 0.95)])
def test_ranges_become_as_wide_as_the_past_needed(spread, least, most):
    missed = np.random.default_rng(0).normal(0, spread, 2000)
    apart = np.full(2000, 1.2816)
    width = calibrated_width(missed, (apart, apart), np.ones(2000), seasons=3, trusts=(60.0, 2.0))
    assert least < width < most
