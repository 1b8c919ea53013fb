import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.games.forecast_columns import P_SELLOUT, QUANTILE_COLUMNS
from gatecast.service.game import Issue
from gatecast.service.tickets import Pace, UsualShare
from gatecast.web.charts import DOTS, axis, chances, chances_scale, over_time, range_bar, sales, two_chances

FORECAST = {"q10": 1000.0, "q25": 2000.0, "q50": 3000.0, "mean": 3000.0, "q75": 4000.0, "q90": 5000.0}


def test_a_range_stands_where_its_people_are():
    bar = range_bar(FORECAST, axis(0, 10_000, 0, 100), seats=6000, attendance=4500)
    assert bar.wide == (10.0, 40.0)
    assert bar.narrow == (20.0, 20.0)
    assert (bar.middle, bar.seats, bar.attendance) == (30.0, 60.0, 45.0)


def test_without_seats_or_attendance():
    bar = range_bar(FORECAST, axis(0, 10_000, 0, 100))
    assert (bar.seats, bar.attendance) == (None, None)


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


def forecast(values, sell_out=None):
    return {**dict(zip(QUANTILE_COLUMNS, values, strict=True)), "mean": float(values[3]), P_SELLOUT: sell_out}


WIDE = forecast([3000, 3400, 3900, 4500, 5200, 5800, 6100], 0.0)
FULL = forecast([5000, 5300, 5700, 6000, 6200, 6200, 6200], 0.4)


def test_one_dot_for_each_equal_chance_and_as_many_at_the_seats_as_may_sell_out():
    drawn = chances(FULL, chances_scale([FULL], 6200.0), 6200.0)
    assert len(drawn.dots) == DOTS
    assert sum(dot.full for dot in drawn.dots) == 8
    assert [dot.x for dot in drawn.dots if dot.full] == pytest.approx([drawn.seats] * 8, abs=0.1)
    assert all(dot.y > 0 for dot in drawn.dots)
    assert not any(dot.full for dot in chances(WIDE, chances_scale([WIDE], 20_000.0), 20_000.0).dots)


def test_seats_far_off_are_not_drawn_and_the_attendance_always_is():
    scale = chances_scale([WIDE], 40_000.0, attendance=9000)
    drawn = chances(WIDE, scale, 40_000.0, 9000)
    assert drawn.seats is None
    assert scale.high < 40_000
    assert drawn.attendance == pytest.approx(scale.at(9000))
    assert scale.low < 3000 < 9000 < scale.high


def test_two_forecasts_on_one_scale_with_dots_of_one_size():
    first, second = two_chances(WIDE, FULL, 6200.0)
    assert first.scale == second.scale
    assert first.radius == second.radius
    assert first.bar.middle < second.bar.middle


@given(
    st.lists(st.floats(0, 60_000), min_size=7, max_size=7).map(sorted),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(1, 60_000),
)
def test_any_forecast_can_be_drawn(values, sell_out, seats):
    each = forecast(values, sell_out)
    scale = chances_scale([each], seats)
    drawn = chances(each, scale, seats)
    assert len(drawn.dots) == DOTS
    assert all(scale.start <= dot.x <= scale.end for dot in drawn.dots)


def issue(days, middle):
    values = [middle + step for step in (-300, -200, -100, 0, 100, 200, 300)]
    return Issue(dt.datetime(2025, 6, 1, tzinfo=dt.UTC), None, days, "m", forecast(values, 0.1))


def test_forecasts_over_time():
    drawn = over_time([issue(30, 4000), issue(7, 4500), issue(7, 4600), issue(1, 5000)], 5500.0, 5200)
    assert [words for _, _, words in drawn.points] == ["4,000 expected", "4,600 expected", "5,000 expected"]
    places = [x for x, _, _ in drawn.points]
    assert places == sorted(places)
    assert drawn.attendance[0] > places[-1]
    assert drawn.attendance[1] > drawn.seats
    assert drawn.days[0][1] == "game"


def test_one_forecast_is_no_course():
    assert over_time([issue(7, 4000)], None, None) is None
    assert over_time([issue(7, 4000), issue(7, 4500), issue(None, 1)], None, None) is None


def test_sales_beside_the_usual_pace():
    pace = Pace(((30, 900), (7, 2500)), (UsualShare(30, 0.1, 0.2, 0.3, 9), UsualShare(7, 0.5, 0.6, 0.7, 9)), None)
    drawn = sales(pace, 4000)
    assert [words for _, _, words in drawn.points] == ["900", "2,500"]
    assert drawn.points[1][1] > drawn.towards[1]
    assert drawn.usual.endswith("Z")
    bare = sales(Pace(((0, 900),), (), None), 4000)
    assert (bare.usual, bare.middle) == ("", "")
