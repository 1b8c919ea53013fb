import numpy as np
import pytest

from gatecast.plan.ordering.samples import outcomes_after, random_homestands

from .instances import row


def test_games_drawn_again_follow_what_was_seen_and_leave_it_as_it_was():
    batch = random_homestands(np.random.default_rng(1), 12)
    known = np.minimum(np.arange(12) % 4, batch.calendar.end)
    scores, need = outcomes_after(np.random.default_rng(2), batch, known, 6000)
    for place, seen in enumerate(known):
        _, belief = row(batch, place)
        games, history = len(belief), tuple(batch.scores[place, :seen])
        assert np.array_equal(need[:, place, :seen], np.tile(batch.need[place, :seen], (6000, 1)))
        assert np.array_equal(scores[0, place, :seen], history, equal_nan=True)
        drawn, other = scores[:, place, seen:games], belief.draw(np.random.default_rng(3), 6000, history)
        assert np.isnan(drawn).mean(axis=0) == pytest.approx(belief.p_postponed[seen:], abs=0.02)
        assert np.nanmean(drawn, axis=0) == pytest.approx(np.nanmean(other[0][:, seen:], axis=0), abs=0.07)
        complete = drawn[~np.isnan(drawn).any(axis=1)]
        if len(complete) > 3000:
            assert np.atleast_2d(np.cov(complete.T)) == pytest.approx(belief.later_covariance(history), abs=0.07)
        ours, theirs = (each.mean(axis=0) for each in (need[:, place, seen:games], other[1][:, seen:]))
        assert ours == pytest.approx(theirs, rel=0.05)
