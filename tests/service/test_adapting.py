import pytest

from gatecast.service.adapting import adapted


@pytest.mark.slow
def test_orders_that_follow_what_was_sold_are_priced_beside_those_at_once(sample_club):
    club = sample_club.club()
    found = adapted(sample_club, club)
    assert found.homestands >= 1
    assert found.games >= 2 * found.homestands
    assert found.one_by_one < 1.2 * found.at_once
    assert adapted(sample_club, club, 1999) is None
