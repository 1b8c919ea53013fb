import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.games.forecast_columns import P_SELLOUT, QUANTILE_COLUMNS
from gatecast.service.game import Issue
from gatecast.service.pace import Pace, Usual
from gatecast.web.game_drawing import DOTS, chances, chances_scale, over_time, sales, two_chances


def forecast(values, sell_out=None):
    return {**dict(zip(QUANTILE_COLUMNS, values, strict=True)), P_SELLOUT: sell_out}


WIDE = forecast([3000, 3400, 3900, 4500, 5200, 5800, 6100], 0.0)
FULL = forecast([5000, 5300, 5700, 6000, 6200, 6200, 6200], 0.4)


def test_one_dot_for_each_equal_chance_and_as_many_at_the_seats_as_may_sell_out():
    drawn = chances(FULL, chances_scale([FULL], 6200.0), 6200.0)
    assert len(drawn.dots) == DOTS
    assert sum(dot.full for dot in drawn.dots) == 8
    assert [dot.x for dot in drawn.dots if dot.full] == pytest.approx([drawn.seats] * 8, abs=0.1)
    assert all(dot.y > 0 for dot in drawn.dots)
    assert not any(dot.full for dot in chances(WIDE, chances_scale([WIDE], 20_000.0), 20_000.0).dots)


def test_seats_far_off_are_not_drawn_and_the_gate_always_is():
    scale = chances_scale([WIDE], 40_000.0, gate=9000)
    drawn = chances(WIDE, scale, 40_000.0, 9000)
    assert drawn.seats is None
    assert scale.high < 40_000
    assert drawn.gate == pytest.approx(scale.at(9000))
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
    assert [words for _, _, words in drawn.points] == ["4,000", "4,600", "5,000"]
    places = [x for x, _, _ in drawn.points]
    assert places == sorted(places)
    assert drawn.gate[0] > places[-1]
    assert drawn.gate[1] > drawn.seats
    assert drawn.days[0][1] == "game"


def test_one_forecast_is_no_course():
    assert over_time([issue(7, 4000)], None, None) is None
    assert over_time([issue(7, 4000), issue(7, 4500), issue(None, 1)], None, None) is None


def test_sales_beside_the_usual_pace():
    pace = Pace(((30, 900), (7, 2500)), (Usual(30, 0.1, 0.2, 0.3, 9), Usual(7, 0.5, 0.6, 0.7, 9)), None)
    drawn = sales(pace, 4000)
    assert [words for _, _, words in drawn.points] == ["900", "2,500"]
    assert drawn.points[1][1] > drawn.towards[1]
    assert drawn.usual.endswith("Z")
    bare = sales(Pace(((0, 900),), (), None), 4000)
    assert (bare.usual, bare.middle) == ("", "")
