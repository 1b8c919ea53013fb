import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.prepare.prefix_sums import PrefixSums, RangeMaximum, Ranges, ratio

ENTRIES = st.lists(st.tuples(st.integers(-1, 4), st.integers(-30, 30), st.integers(-(2**56), 2**56)), max_size=40)
QUERIES = st.lists(st.tuples(st.integers(-1, 5), st.integers(-35, 35), st.integers(-5, 40)), min_size=1, max_size=12)
MOST = st.integers(1, 6)


def sums_of(entries):
    keys, days, values = ([entry[i] for entry in entries] for i in range(3))
    return PrefixSums(keys, days, np.array([[value, 1] for value in values], np.int64).reshape(len(entries), 2))


def looked_up(entries, key, first, last):
    """Values of a key between two days, in order of day and then of entry."""
    found = [
        (day, place, value) for place, (k, day, value) in enumerate(entries) if k == key >= 0 and first <= day <= last
    ]
    return [value for _, _, value in sorted(found)]


@given(ENTRIES, QUERIES, MOST)
def test_sums_between_days_are_those_of_a_loop(entries, queries, most):
    table = sums_of(entries)
    keys, first, length = (np.array([query[i] for query in queries]) for i in range(3))
    ranges = table.between(keys, first, first + length)
    for i, (key, begin, days) in enumerate(queries):
        values = looked_up(entries, key, begin, begin + days)
        assert table.sums(ranges)[i].tolist() == [sum(values), len(values)]
        assert ranges.count[i] == len(values)
        latest = values[-most:]
        assert table.sums(ranges.latest(most))[i].tolist() == [sum(latest), len(latest)]


@given(ENTRIES, QUERIES)
def test_sums_until_a_day_are_those_of_a_loop(entries, queries):
    table = sums_of(entries)
    ranges = table.until([query[0] for query in queries], [query[1] for query in queries])
    for i, (key, last, _) in enumerate(queries):
        assert table.sums(ranges)[i, 0] == sum(looked_up(entries, key, -100, last))


@given(ENTRIES)
def test_entries_keep_their_days_and_their_order(entries):
    table = sums_of(entries)
    kept = sorted((key, day, place) for place, (key, day, _) in enumerate(entries) if key >= 0)
    assert table.order.tolist() == [place for _, _, place in kept]
    assert table.days_of(np.arange(len(kept))).tolist() == [day for _, day, _ in kept]


def test_a_day_is_asked_of_an_empty_ledger():
    assert sums_of([]).days_of(np.array([-1, 0, 3])).tolist() == [0, 0, 0]


@given(ENTRIES, st.integers(0, 4), st.integers(-30, 30), st.integers(-(2**56), 2**56))
def test_what_comes_after_a_day_changes_no_sum_until_then(entries, key, last, value):
    later = [*entries, (key, last + 1, value)]
    keys, days = np.arange(5), np.full(5, last)
    before, after = sums_of(entries), sums_of(later)
    assert after.sums(after.until(keys, days)).tolist() == before.sums(before.until(keys, days)).tolist()


@given(st.lists(st.integers(0, 10**6), max_size=40), st.data())
def test_the_maximum_of_a_range_is_that_of_a_loop(values, data):
    ends = st.integers(0, len(values))
    ranges = [sorted(pair) for pair in data.draw(st.lists(st.tuples(ends, ends), min_size=1, max_size=20))]
    begin, end = (np.array([pair[i] for pair in ranges]) for i in (0, 1))
    largest = RangeMaximum(np.array(values, np.int64)).over(Ranges(begin, end))
    assert largest.tolist() == [max(values[a:b], default=0) for a, b in ranges]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-3, 9)), min_size=1))
def test_a_ratio_is_unknown_without_a_positive_denominator(pairs):
    out = ratio([top for top, _ in pairs], [bottom for _, bottom in pairs])
    wanted = [top / bottom if bottom > 0 else float("nan") for top, bottom in pairs]
    np.testing.assert_array_equal(out, wanted)


def test_a_ratio_of_unknowns_is_unknown():
    assert np.isnan(ratio([np.nan, 1.0], [2.0, np.nan])).all()


def test_a_ratio_takes_one_denominator_for_all():
    assert ratio([1.0, 2.0], 4).tolist() == pytest.approx([0.25, 0.5])
