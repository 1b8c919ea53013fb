import numpy as np
import pytest

from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import CANDIDATES, FEATURES, TOKENS, ContextGames, seasons_by_gap

FIRST_DAY = 15_000


def club(games=60, *, home=0, seed=0, level=10_000.0):
    """Games on every third day, of two seasons."""
    draw = np.random.default_rng(seed)
    day = FIRST_DAY + 3 * np.arange(games) + 150 * (np.arange(games) >= games // 2)
    date = day.astype("datetime64[D]")
    return ContextGames(
        day=day.astype(np.int64),
        season=seasons_by_gap(day),
        weekday=((day + 3) % 7).astype(np.int64),
        month=(date.astype("datetime64[M]").astype(np.int64) % 12) + 1,
        year_day=(date - date.astype("datetime64[Y]")).astype(np.float64) + 1,
        hour=np.full(games, 19.0),
        home=np.full(games, home, np.int64),
        visitor=10 + np.arange(games, dtype=np.int64) // 3 % 5,
        venue=np.full(games, home, np.int64),
        double=np.zeros(games, bool),
        seats=np.full(games, 2 * level),
        attendance=np.round(level * np.exp(draw.normal(0, 0.2, games))),
    )


def league(**changes):
    parts = [club(home=home, seed=home, level=5_000.0 * (home + 1)) for home in range(4)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in parts[0].__dataclass_fields__}
    order = np.lexsort((columns["home"], columns["day"]))
    return ContextGames(**{name: values[order] for name, values in (columns | changes).items()})


def inputs_of(games, rows, cutoffs):
    return ClubContexts(games).at(np.asarray(rows), np.asarray(cutoffs, np.int64))


def assert_same(first, second):
    for name in ("features", "tokens", "candidates", "club_level", "games"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


@pytest.mark.parametrize("games", [club(), league()])
def test_what_comes_after_the_cutoff_changes_nothing(games):
    rows = np.arange(len(games) // 3, len(games))
    cutoffs = games.day[rows] - 20
    changed = games.attendance.copy()
    changed[games.day > cutoffs.max()] *= 3.0
    changed[rows[-1]] = np.nan
    assert_same(inputs_of(games, rows, cutoffs), inputs_of(games.with_columns(attendance=changed), rows, cutoffs))
    one = rows[:1]
    changed = np.where(games.day > cutoffs[0], 7.0, games.attendance)
    assert_same(inputs_of(games, one, cutoffs[:1]), inputs_of(games.with_columns(attendance=changed), one, cutoffs[:1]))


def test_a_club_ten_times_as_large_looks_the_same():
    games = club()
    larger = games.with_columns(attendance=games.attendance * 10, seats=games.seats * 10)
    rows, cutoffs = np.arange(20, 60), games.day[20:60] - 5
    small, large = inputs_of(games, rows, cutoffs), inputs_of(larger, rows, cutoffs)
    assert np.allclose(small.features, large.features, atol=1e-4)
    assert np.allclose(small.tokens, large.tokens, atol=1e-4)
    assert np.allclose(np.exp(large.club_level - small.club_level), 10.0)


def test_names_do_not_matter():
    games = league()
    renamed = games.with_columns(home=9 - games.home, visitor=games.visitor + 50, venue=games.venue + 7)
    rows, cutoffs = np.arange(100, 200), games.day[100:200] - 10
    assert_same(inputs_of(games, rows, cutoffs), inputs_of(renamed, rows, cutoffs))


def test_a_club_without_a_past_has_the_level_of_its_league():
    games = league()
    attendance = np.where(games.home == 3, np.nan, games.attendance)
    row = np.flatnonzero(games.home == 3)[-1:]
    seen = inputs_of(games.with_columns(attendance=attendance), row, games.day[row] - 5)
    assert seen.games[0] == 0
    assert not seen.tokens.any()
    # 40,000 seats among clubs of 10,000 to 30,000: more than the others' 10,000 people or so, less than twice the most.
    assert 9_000 < np.exp(seen.club_level[0]) < 30_000


def test_nothing_is_unknown_where_columns_are_missing():
    games = club()
    unknown, nowhere = np.full(len(games), np.nan), np.full(len(games), -1, np.int64)
    bare = games.with_columns(
        seats=unknown, hour=unknown, visitor=nowhere, venue=nowhere, weekday=nowhere, month=nowhere, year_day=unknown
    )
    seen = inputs_of(bare, np.arange(5, 60), games.day[5:60] - 3)
    assert all(np.isfinite(values).all() for values in (seen.features, seen.tokens, seen.candidates))


def test_shapes_are_as_named():
    games = club()
    seen = inputs_of(games, [30, 30, 31], games.day[[30, 30, 31]] - 1)
    assert seen.features.shape == (3, len(FEATURES))
    assert seen.candidates.shape == (3, len(CANDIDATES))
    assert seen.tokens.shape[:2] == (3, TOKENS)
    assert np.array_equal(seen.features[0], seen.features[1])


def test_least_squares_is_the_rule_of_weekday_and_month():
    games = club()
    row, past = 59, slice(0, 50)
    cutoff = games.day[49]
    seen = inputs_of(games, [row], [cutoff])
    flags = np.hstack([np.eye(7)[games.weekday], np.eye(13)[games.month]])
    x, mean = flags[past], games.attendance[past].mean()
    weights = np.linalg.solve(x.T @ x + np.eye(20), x.T @ (games.attendance[past] - mean))
    people = np.exp(seen.club_level[0] + seen.candidates[0, CANDIDATES.index("least_squares")])
    assert people == pytest.approx(mean + flags[row] @ weights, rel=1e-4)
