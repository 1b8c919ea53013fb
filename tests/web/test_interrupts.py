import signal

import pytest

from gatecast.web import serve
from gatecast.web.interrupts import Interrupts, interrupts


@pytest.fixture
def usual():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual")
def test_one_whose_exception_was_lost_is_remembered():
    interrupts = Interrupts()
    interrupts.remember()
    interrupts.check()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()


@pytest.mark.usefixtures("usual")
def test_a_process_that_ignores_them_goes_on_ignoring_them():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupts = Interrupts()
    interrupts.remember()
    signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    interrupts.check()


def test_a_server_does_not_start_after_one_whose_exception_was_lost(own_service, monkeypatch):
    import uvicorn

    monkeypatch.setattr(interrupts, "seen", True)
    monkeypatch.setattr(uvicorn.Server, "run", lambda *given, **more: pytest.fail("it serves"))
    with pytest.raises(KeyboardInterrupt):
        serve(own_service, "127.0.0.1", 0, note=lambda line: None)
