import signal

import pytest

from gatecast.web.interrupts import Interrupts


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
