from hypothesis import given
from hypothesis import strategies as st

from gatecast.web.drawing import axis, range_bar

FORECAST = {"q10": 1000.0, "q25": 2000.0, "q50": 3000.0, "q75": 4000.0, "q90": 5000.0}


def test_a_range_stands_where_its_people_are():
    bar = range_bar(FORECAST, axis(0, 10_000, 0, 100), seats=6000, gate=4500)
    assert bar.wide == (10.0, 40.0)
    assert bar.narrow == (20.0, 20.0)
    assert (bar.middle, bar.seats, bar.gate) == (30.0, 60.0, 45.0)


def test_without_seats_or_gate():
    bar = range_bar(FORECAST, axis(0, 10_000, 0, 100))
    assert (bar.seats, bar.gate) == (None, None)


def test_heights_run_upwards():
    scale = axis(0, 100, 200, 0)
    assert (scale.at(0), scale.at(100), scale.at(50)) == (200, 0, 100)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(2, 10))
def test_ticks_are_few_in_order_and_within(low, span, most):
    scale = axis(low, low + span, 0, 100, most)
    places = [place for place, _ in scale.ticks]
    assert places == sorted(places)
    assert len(places) <= most + 1
    assert all(0 <= place <= 100 for place in places)
