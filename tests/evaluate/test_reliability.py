import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.evaluate.reliability import place_in_range, reliability
from gatecast.games import Games
from gatecast.games.forecast_columns import QUANTILE_COLUMNS, QUANTILE_LEVELS


def season(gates, quantiles):
    ids = [f"g{i:05d}" for i in range(len(gates))]
    dates = [dt.date(2010, 4, 1) + dt.timedelta(days=i) for i in range(len(gates))]
    games = Games.from_frame(
        pl.DataFrame({"game_id": ids, "date": dates, "home": "HAR", "attendance": gates.astype(int)})
    )
    columns = dict(zip(QUANTILE_COLUMNS, quantiles.T, strict=True))
    return pl.DataFrame({"game_id": ids, "lead": "1", **columns}), games


def calibrated(spread=1.0, capacity=np.inf, count=5000):
    """Gates drawn uniformly, and forecasts that know it, or think the spread is another."""
    rng = np.random.default_rng(8)
    middle = rng.uniform(20_000, 40_000, count)
    gates = np.minimum(middle + rng.uniform(-9000, 9000, count), capacity)
    offsets = 18_000 * (np.array(QUANTILE_LEVELS) - 0.5)
    return season(gates.round(), np.minimum(middle[:, None] + spread * offsets, capacity))


@pytest.mark.parametrize("capacity", [np.inf, 38_000, 25_000])
def test_a_calibrated_forecast_lies_on_the_diagonal_even_where_games_sell_out(capacity):
    table = reliability(*calibrated(capacity=capacity))
    assert table["observed"].to_list() == pytest.approx(table["level"].to_list(), abs=0.03)
    assert table["games"].to_list() == [5000] * len(QUANTILE_LEVELS)


def test_ranges_too_narrow_show_as_too_many_gates_at_the_ends():
    observed = dict(reliability(*calibrated(spread=0.5)).select("level", "observed").rows())
    assert observed[0.05] > 0.2 and observed[0.95] < 0.8


def test_rows_without_quantiles_are_left_out():
    forecasts, games = calibrated(count=10)
    assert reliability(forecasts.with_columns(pl.lit(None, pl.Float64).alias("q25")), games).height == 0
    assert reliability(forecasts.drop("q25"), games, by=()).height == 0


@given(
    st.lists(st.integers(0, 30), min_size=7, max_size=7).map(sorted),
    st.integers(0, 30),
)
def test_a_place_lies_between_the_levels_around_the_gate(quantiles, gate):
    low, high = place_in_range(np.array([float(gate)]), np.array([quantiles], float))
    under = [level for level, q in zip(QUANTILE_LEVELS, quantiles, strict=True) if q < gate - 1]
    over = [level for level, q in zip(QUANTILE_LEVELS, quantiles, strict=True) if q > gate + 1]
    assert max(under, default=0) <= low[0] < high[0] <= min(over, default=1)
