import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.evaluate import QUANTILE_COLUMNS
from gatecast.forecast import Forecaster
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN

PAST = pl.DataFrame(
    {
        c.VISITOR: ["1", "2", "3", "1", "4", "2"],
        c.PRECIPITATION: ["none", "rain", "none", "none", "rain", "none"],
        c.HOME_STARTER: ["3", "1", "5", "2", "4", "1"],
        c.ATTENDANCE: [32_000, 25_000, 41_000, 28_000, 22_000, 35_000],
    }
)
NEW = pl.DataFrame({c.VISITOR: ["3", "5"], c.PRECIPITATION: ["rain", "none"], c.HOME_STARTER: ["2", None]})


@pytest.fixture(scope="module")
def fitted(compiled_once, quick):
    return Forecaster(settings=quick).fit(PAST)


def test_rows_in_order_of_play_are_enough(fitted):
    told = fitted.forecast(PAST, NEW)
    assert told[c.GAME_ID].to_list() == ["game-000007", "game-000008"]
    assert told[LEAD].to_list() == ["1", "2"]
    assert told[AS_OF].to_list() == told[c.DATE].to_list() == [None, None]
    quantiles = told.select(QUANTILE_COLUMNS).to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert ((quantiles >= 0) & (quantiles <= told[c.CAPACITY].to_numpy()[:, None])).all()
    assert told[c.CAPACITY].is_between(41_000, 60_000).all()
    assert told[MEAN].is_between(22_000, 41_000).all()
    assert fitted.model.through == ""


def test_every_past_gate_counts(fitted):
    without_first = fitted.forecast(PAST[1:], NEW)
    assert not fitted.forecast(PAST, NEW).select(QUANTILE_COLUMNS).equals(without_first.select(QUANTILE_COLUMNS))


def test_dates_on_one_side_only_are_refused(fitted):
    dated = NEW.with_columns(pl.date(2019, 5, 30).alias(c.DATE))
    with pytest.raises(DataError, match="got upcoming games with dates, expected no dates"):
        fitted.forecast(PAST, dated)
