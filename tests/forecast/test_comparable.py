import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.forecast import Forecaster, ForecastSession
from gatecast.forecast import drivers as d
from gatecast.forecast.what_if import changed_games
from gatecast.games import columns as c

from .shipped import shipped_forecaster
from .test_undated import NEW, PAST

GAME, PLAIN = "QUI202506130", "QUI202506140"


@pytest.fixture(scope="module")
def shipped(compiled_once):
    return shipped_forecaster()


@pytest.fixture
def like(shipped, league):
    """The past games like one to come, and their rows."""

    def found(game, **more):
        told = ForecastSession(shipped, league.games, league.upcoming, league.as_of).comparable(game, **more)
        rows = {row[c.GAME_ID]: row for row in league.games.table.iter_rows(named=True)}
        return [(each, rows[each.game_id]) for each in told]

    return found


def row_of(league, game):
    return league.upcoming.table.row(by_predicate=pl.col(c.GAME_ID) == game, named=True)


def test_past_home_games_of_the_club_the_most_alike_first(like, league):
    found = like(GAME, most=8)
    assert len(found) == 8
    assert len({each.game_id for each, _ in found}) == 8
    assert [each.apart for each, _ in found] == sorted(each.apart for each, _ in found)
    for _, row in found:
        assert row[c.HOME] == league.club
        assert row[c.ATTENDANCE] > 0
        assert row[c.DATE] <= league.as_of


def test_a_friday_with_fireworks_is_like_evenings_that_drew_as_well(like, league):
    gates = [row[c.ATTENDANCE] for _, row in like(GAME)]
    average = league.games.table.filter(pl.col(c.HOME) == league.club)[c.ATTENDANCE].mean()
    assert min(gates) > average
    assert all(row[c.PROMOTION] for _, row in like(GAME))
    assert not any(row[c.PROMOTION] for _, row in like(PLAIN))


@pytest.mark.parametrize("game", [GAME, PLAIN, "QUI202507130"])
def test_what_is_called_alike_carries_the_same_label(like, league, game):
    asked = row_of(league, game)
    for each, row in like(game, most=20):
        if d.PROMOTION in each.alike:
            assert row[c.PROMOTION] == asked[c.PROMOTION]
        if d.OPPONENT in each.alike:
            assert row[c.VISITOR] == asked[c.VISITOR]
        if d.START in each.alike:
            assert row[c.DATE].weekday() == asked[c.DATE].weekday()
        assert d.BALLPARK not in each.alike


def test_a_game_that_was_the_same_in_all_is_found_first(shipped, league):
    """A game to come made as one that was played a week before: same start, visitor, promotion and weather."""
    past = league.games.filter(pl.col(c.HOME) == league.club).table.row(-1, named=True)
    names = (c.VISITOR, c.START_TIME, c.PROMOTION, c.PRECIPITATION, c.SKY, c.TEMPERATURE, c.WIND)
    changed = changed_games(league.upcoming, {"QUI202506150": {name: past[name] for name in names}})
    nearest = ForecastSession(shipped, league.games, changed, league.as_of).comparable("QUI202506150")[0]
    assert nearest.game_id == past[c.GAME_ID]
    assert {d.START, d.PROMOTION} <= set(nearest.alike)


def test_without_dates_and_with_few_games(compiled_once, quick):
    fitted = Forecaster(settings=quick).fit(PAST)
    told = ForecastSession(fitted, PAST, NEW, None).comparable("game-000002")
    assert len(told) == 5
    assert {each.game_id for each in told} <= {f"game-{place:06d}" for place in range(1, 7)}


def test_what_is_not_to_come_is_refused(shipped, league):
    with pytest.raises(InputError, match="expected one of"):
        ForecastSession(shipped, league.games, league.upcoming, league.as_of).comparable("nowhere")
