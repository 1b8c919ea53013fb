"""Work done before anybody asks for it."""

from gatecast.desk import reasons
from gatecast.desk.ahead import work_ahead
from gatecast.desk.game import game_view
from gatecast.games import columns as c


def test_the_reasons_of_the_next_game_are_there(sample_desk, monkeypatch):
    work_ahead(sample_desk)
    monkeypatch.setattr(reasons, "_worked_out", None)
    following = sample_desk.coming("Quillport Lanterns").table[c.GAME_ID][0]
    assert reasons.reasons_of(sample_desk, game_view(sample_desk, following)).drivers


def test_an_empty_desk_asks_for_none(empty_desk):
    work_ahead(empty_desk)
