import numpy as np

from gatecast.forecast.venue_limits import venue_limits, within_seats
from gatecast.prepare.context_inputs import ContextGames

SEATS = 1000.0


def league(filled, clubs=4, games=30):
    """Games of clubs whose venues hold so many times their stated seats, and one that never played at home."""
    rows = clubs * games
    home = np.repeat(np.arange(clubs), games)
    zeros = np.zeros(rows)
    people = np.where(np.arange(rows) % games == 0, filled * SEATS, 0.6 * SEATS)
    whole = np.arange(rows) % games
    made = ContextGames(
        day=whole, season=whole * 0, weekday=whole % 7, month=whole * 0 + 5, year_day=zeros, hour=zeros, home=home,
        visitor=home * 0, venue=home, double=zeros > 0, seats=zeros + SEATS, attendance=people,
    )  # fmt: skip
    new = made.take(np.array([0])).with_columns(
        home=np.array([99]), venue=np.array([99]), attendance=np.array([np.nan])
    )
    return made, new


def test_stated_seats_are_what_a_venue_holds():
    games, new = league(1.0)
    assert venue_limits(games, new, 100)[0].tolist() == [SEATS]


def test_where_full_venues_hold_more_than_stated_a_new_one_may():
    games, new = league(1.05)
    assert venue_limits(games, new, 100)[0].tolist() == [1.05 * SEATS]
    few, new = league(1.05, clubs=2)
    assert venue_limits(few, new, 100)[0].tolist() == [SEATS]
    before, new = league(1.05)
    assert venue_limits(before, new, 5)[0].tolist() == [SEATS]


def test_what_came_to_a_venue_it_holds():
    games, _ = league(1.3)
    holds, seats, proven = venue_limits(games, games.take(np.array([0])), 100)
    assert (holds.item(), seats.item(), proven.item()) == (1.3 * SEATS, SEATS, True)


def test_unknown_seats_are_no_limit():
    games, new = league(1.0)
    assert np.isinf(venue_limits(games, new.with_columns(seats=np.array([np.nan])), 100)[0]).all()


def test_a_range_that_ends_at_the_seats_has_a_width():
    levels = np.array([0.1, 0.5, 0.9])
    for proven in (True, False):
        people = within_seats(np.full((1, 3), 5000.0), levels, np.array([SEATS]), np.array([proven]))[0]
        assert (np.diff(people) > 0).all()
        assert people[2] == SEATS
