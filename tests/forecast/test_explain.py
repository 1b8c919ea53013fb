import itertools
import math

import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.forecast import Forecaster, ForecastSession
from gatecast.forecast import drivers as d
from gatecast.forecast import explain as module
from gatecast.forecast.what_if import changed_games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN

from .shipped import shipped_forecaster
from .test_undated import NEW, PAST

GAME, FAR = "QUI202506130", "QUI202507130"


@pytest.fixture(scope="module")
def shipped(compiled_once):
    return shipped_forecaster()


@pytest.fixture(scope="module")
def explained(session):
    return {each.game_id: each for each in session.explain()}


@pytest.fixture(scope="module")
def session(shipped, league):
    return ForecastSession(shipped, league.games, league.upcoming, league.as_of)


def of_changed(shipped, league, **change):
    changed = changed_games(league.upcoming, {GAME: change})
    return ForecastSession(shipped, league.games, changed, league.as_of).explain([GAME])[0]


def test_drivers_add_up_to_the_forecast_exactly(shipped, league, explained):
    forecast = shipped.forecast(league.games, league.upcoming, league.as_of)
    assert list(explained) == forecast[c.GAME_ID].to_list()
    for each, mean in zip(explained.values(), forecast[MEAN], strict=True):
        assert each.baseline + math.fsum(each.people.values()) == pytest.approx(each.expected, abs=1e-8)
        assert each.expected == pytest.approx(mean, abs=0.06)


def test_one_game_is_explained_as_it_is_among_others(session, explained):
    alone = session.explain([GAME])[0]
    assert alone.baseline == pytest.approx(explained[GAME].baseline, abs=0.1)
    # Other orders of the drivers are drawn.
    assert alone.people == pytest.approx(explained[GAME].people, abs=15)
    assert alone == session.explain([GAME])[0]


def test_the_average_game_is_made_of_recent_home_games(league, explained):
    ours = league.games.table.filter(pl.col(c.HOME) == league.club)
    each = explained[GAME]
    recent = ours.filter(pl.col(c.DATE) >= each.since)
    assert each.games == recent.height <= module.BACKGROUND
    assert 0 <= (ours[c.DATE].max() - each.since).days <= module.TWO_SEASONS
    assert each.baseline == pytest.approx(recent[c.ATTENDANCE].mean(), rel=0.05)


def test_fireworks_draw_and_rain_keeps_away(shipped, league, explained):
    as_it_is = explained[GAME].people
    assert as_it_is[d.PROMOTION] > 150
    assert as_it_is[d.START] > 300
    assert abs(as_it_is[d.WEATHER]) < 60
    plain = of_changed(shipped, league, promotion=None)
    assert plain.people[d.PROMOTION] < -100
    wet = of_changed(shipped, league, precipitation="rain", sky="overcast")
    assert wet.people[d.WEATHER] < -200
    for other in (d.OPPONENT, d.FORM, d.RECENT_ATTENDANCE, d.SEASON):
        assert plain.people[other] == pytest.approx(as_it_is[other], abs=60)


def test_what_does_not_differ_or_is_not_known_has_none(shipped, league, explained):
    assert explained[GAME].people[d.BALLPARK] == 0.0
    assert explained[FAR].people[d.WEATHER] == 0.0
    assert explained[FAR].people[d.STARTERS] == 0.0
    assert explained[FAR].people["own_tickets_sold"] == 0.0
    unknown = dict.fromkeys((c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION))
    assert of_changed(shipped, league, **unknown).people[d.WEATHER] == 0.0


def test_they_are_shapley_values(session, monkeypatch):
    """Against the definition, over all sets of drivers, with three past games."""
    monkeypatch.setattr(module, "BACKGROUND", 3)
    monkeypatch.setattr(module, "PERMUTATIONS", 400)
    each = session.explain([GAME])[0]
    past = module.games_of_two_seasons
    beside = session.pairs([GAME], past)
    players = [i for i in range(len(beside.drivers)) if beside.differs[:, i].any()]
    sets = np.array(list(itertools.product([False, True], repeat=len(players))))
    by_hand = np.zeros(len(players))
    for pair, other in enumerate(beside.past):
        sources = np.zeros((len(sets), len(beside.drivers)), np.intp)
        sources[:, players] = np.where(sets | ~beside.differs[pair, players], 0, other)
        value = dict(zip(map(tuple, sets.tolist()), beside.people(np.zeros(len(sets), np.intp), sources), strict=True))
        for i in range(len(players)):
            for members in sets[~sets[:, i]].tolist():
                size = sum(members)
                weight = math.factorial(size) * math.factorial(len(players) - size - 1) / math.factorial(len(players))
                joined = tuple(True if j == i else member for j, member in enumerate(members))
                by_hand[i] += weight * (value[joined] - value[tuple(members)]) / len(beside.past)
    told = [each.people[beside.drivers[i]] for i in players]
    assert told == pytest.approx(by_hand.tolist(), abs=8)


def test_a_further_gate_changes_the_average_game_little(shipped, league, explained):
    last = league.games.table.filter(pl.col(c.HOME) == league.club)[c.GAME_ID][-1]
    fewer = league.games.filter(pl.col(c.GAME_ID) != last)
    each = ForecastSession(shipped, fewer, league.upcoming, league.as_of).explain([GAME])[0]
    assert each.baseline == pytest.approx(explained[GAME].baseline, rel=0.02)


def test_a_gate_after_the_cutoff_changes_nothing(shipped, league):
    day = league.games.table.filter(pl.col(c.HOME) == league.club)[c.DATE][-12]
    upcoming = league.games.filter((pl.col(c.DATE) > day) & (pl.col(c.HOME) == league.club))
    hidden = upcoming.table.with_columns(pl.lit(17, pl.Int32).alias(c.ATTENDANCE))
    game = [upcoming.table[c.GAME_ID][0]]
    as_played = ForecastSession(shipped, league.games, upcoming, day).explain(game)
    assert as_played == ForecastSession(
        shipped, league.games, type(upcoming)(hidden, upcoming.custom_columns), day
    ).explain(game)


def test_without_dates(compiled_once, quick):
    fitted = Forecaster(settings=quick).fit(PAST)
    forecast = fitted.forecast(PAST, NEW)
    told = ForecastSession(fitted, PAST, NEW).explain()
    assert [each.expected for each in told] == pytest.approx(forecast[MEAN].to_list(), abs=0.06)
    for each in told:
        assert (each.games, each.since) == (6, None)
        assert each.baseline + math.fsum(each.people.values()) == pytest.approx(each.expected, abs=1e-8)


def test_what_cannot_be_explained_is_refused(shipped, session, league):
    with pytest.raises(InputError, match="got 'QUI', expected one of"):
        session.explain(["QUI"])
    with pytest.raises(InputError, match="no past home game of its club with a known attendance"):
        none = league.games.filter(pl.col(c.HOME) != league.club)
        ForecastSession(shipped, none, league.upcoming, league.as_of).explain([GAME])
    with pytest.raises(DataError, match="games after the cutoff"):
        ForecastSession(shipped, league.games, league.upcoming, "2025-08-01")
    with pytest.raises(InputError, match="not trained"):
        ForecastSession(Forecaster(), league.games, league.upcoming, league.as_of).explain()
