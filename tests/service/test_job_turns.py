import threading
import time

from gatecast.service.job_turns import JobTurns


def test_jobs_take_turns_in_the_order_they_were_asked_for():
    turns, order, running = JobTurns(most=1, look_s=0.01), [], []
    hold = threading.Event()

    def job(name):
        with turns.turn(lambda: True) as given:
            assert given
            running.append(name)
            assert len(running) == 1
            if name == "first":
                hold.wait(5)
            order.append(name)
            running.remove(name)

    threads = []
    for name in ("first", "second", "third"):
        threads.append(threading.Thread(target=job, args=(name,)))
        threads[-1].start()
        until = time.monotonic() + 5
        while len(turns._waiting) + len(running) < len(threads) and time.monotonic() < until:
            time.sleep(0.005)
    hold.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second", "third"]


def test_a_job_that_was_cancelled_gives_its_place_up():
    turns = JobTurns(most=1, look_s=0.01)
    asked = []
    with turns.turn(lambda: True):
        with turns.turn(lambda: asked.append(1) or len(asked) < 3) as given:
            assert not given
        assert len(asked) == 3
    with turns.turn(lambda: True) as given:
        assert given


def test_a_job_whose_store_fails_while_it_waits_blocks_nobody():
    turns = JobTurns(most=1, look_s=0.01)

    def fails():
        raise RuntimeError("the store is gone")

    try:
        with turns.turn(fails):
            raise AssertionError
    except RuntimeError:
        pass
    with turns.turn(lambda: True) as given:
        assert given
