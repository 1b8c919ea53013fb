"""Work done before anybody asks for it."""

import pytest

from gatecast.desk import ahead, reasons, what_if
from gatecast.desk.ahead import QUIET_S, work_ahead, work_ahead_when_quiet
from gatecast.desk.game import game_view
from gatecast.games import columns as c


def test_the_reasons_of_the_next_game_are_there(own_desk, monkeypatch):
    work_ahead(own_desk)
    monkeypatch.setattr(reasons, "_worked_out", None)
    following = own_desk.coming("Quillport Lanterns").table[c.GAME_ID][0]
    assert reasons.reasons_of(own_desk, game_view(own_desk, following)).drivers


def test_the_plan_that_a_what_if_is_compared_with_is_there(own_desk, monkeypatch):
    work_ahead(own_desk)
    monkeypatch.setattr(what_if, "make_plan", None)
    club = own_desk.club()
    following = own_desk.coming(club).table[c.GAME_ID][0]
    plan = what_if.planned_as_it_is(own_desk, own_desk.forecaster(), club, following)
    assert following in plan.games[c.GAME_ID]


def test_an_empty_desk_asks_for_none(empty_desk):
    work_ahead(empty_desk)


class EndedError(Exception):
    """Ends what goes on and on."""


def test_it_is_done_again_when_something_changed_and_nobody_asks_though_it_failed(sample_desk, monkeypatch):
    done, quiet = [], iter([0.5 * QUIET_S, QUIET_S, QUIET_S, 0.5 * QUIET_S, QUIET_S, QUIET_S])

    def silence():
        seconds = next(quiet, None)
        if seconds is None:
            raise EndedError
        looked.append(seconds)
        if len(looked) == 4:
            sample_desk.store.save_setting("units", "metric")
        return seconds

    def work(desk):
        done.append(len(looked))
        raise ZeroDivisionError

    looked = []
    monkeypatch.setattr(ahead, "work_ahead", work)
    with pytest.raises(EndedError):
        work_ahead_when_quiet(sample_desk, silence, wait=lambda _: None)
    assert done == [2, 5]
