import threading

import pytest

from gatecast.service.cache import MOST, KeyedCache


def test_a_value_is_made_once_for_a_state():
    kept, made = KeyedCache(), []

    def make():
        made.append(len(made))
        return made[-1]

    assert [kept.cached("a", state, make) for state in (1, 1, 2, 2, 1)] == [0, 0, 1, 1, 2]
    assert kept.cached("b", 1, make) == 3


def test_threads_that_want_the_same_value_wait_for_one_making():
    kept, made, begun = KeyedCache(), [], threading.Barrier(8)

    def make():
        made.append(1)
        return len(made)

    def want():
        begun.wait()
        assert kept.cached("a", 1, make) == 1

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_what_could_not_be_made_is_tried_again():
    kept = KeyedCache()
    with pytest.raises(ZeroDivisionError):
        kept.cached("a", 1, lambda: 1 // 0)
    assert kept.cached("a", 1, lambda: 5) == 5


def test_only_so_many_values_are_kept():
    kept, made = KeyedCache(), []
    for key in range(MOST + 1):
        kept.cached(key, 1, lambda key=key: made.append(key))
    made.clear()
    kept.cached(0, 1, lambda: made.append(0))
    kept.cached(MOST, 1, lambda: made.append(MOST))
    assert made == [0]


def test_a_newer_value_serves_where_that_is_said():
    kept = KeyedCache()
    assert kept.cached("games", 2, lambda: "newer", serves=int.__ge__) == "newer"
    assert kept.cached("games", 1, lambda: "older", serves=int.__ge__) == "newer"
    assert kept.cached("games", 3, lambda: "newest", serves=int.__ge__) == "newest"
    assert kept.cached("games", 1, lambda: "older") == "older"
