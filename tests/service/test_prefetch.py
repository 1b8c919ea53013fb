"""Work done before anybody asks for it."""

import pytest

from gatecast.games import columns as c
from gatecast.service import prefetch as ahead
from gatecast.service import reasons, what_if
from gatecast.service.game import game_view
from gatecast.service.prefetch import QUIET_S, prefetch_when_idle, work_ahead


def test_the_reasons_of_the_next_game_are_there(own_service, monkeypatch):
    work_ahead(own_service)
    monkeypatch.setattr(reasons, "_reasons", None)
    following = own_service.upcoming("Quillport Lanterns").table[c.GAME_ID][0]
    assert reasons.reasons_of(own_service, game_view(own_service, following)).drivers


def test_the_plan_that_a_what_if_is_compared_with_is_there(own_service, monkeypatch):
    work_ahead(own_service)
    monkeypatch.setattr(what_if, "make_plan", None)
    club = own_service.club()
    following = own_service.upcoming(club).table[c.GAME_ID][0]
    plan = what_if.current_plan(own_service, own_service.forecaster(), club, following)
    assert following in plan.games[c.GAME_ID]


def test_an_empty_service_asks_for_none(empty_service):
    work_ahead(empty_service)


class EndedError(Exception):
    """Ends what goes on and on."""


def test_it_is_done_again_when_something_changed_and_nobody_asks_though_it_failed(sample_club, monkeypatch):
    done, quiet = [], iter([0.5 * QUIET_S, QUIET_S, QUIET_S, 0.5 * QUIET_S, QUIET_S, QUIET_S])

    def silence():
        seconds = next(quiet, None)
        if seconds is None:
            raise EndedError
        looked.append(seconds)
        if len(looked) == 4:
            sample_club.store.save_setting("units", "metric")
        return seconds

    def work(service):
        done.append(len(looked))
        raise ZeroDivisionError

    looked = []
    monkeypatch.setattr(ahead, "work_ahead", work)
    with pytest.raises(EndedError):
        prefetch_when_idle(sample_club, silence, wait=lambda _: None)
    assert done == [2, 5]


def test_pages_are_rendered_at_the_start_though_requests_come_all_the_time(sample_club):
    rendered, waits = [], iter(range(3))

    def wait(seconds):
        if next(waits, None) is None:
            raise EndedError

    with pytest.raises(EndedError):
        prefetch_when_idle(sample_club, lambda: 0.0, wait, lambda: rendered.append("pages"))
    assert rendered == ["pages"]
