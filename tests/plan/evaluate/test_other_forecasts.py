import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.forecast.scenarios import marginal_points
from gatecast.games.forecast_columns import QUANTILE_COLUMNS
from gatecast.plan.evaluate.other_forecasts import checked_others, completed_quantiles, read_others

from ..normal import LEVELS, SCORES

FIVE = ["q10", "q25", "q50", "q75", "q90"]


def others(**columns):
    table = {"game_id": ["A1", "B1"], "lead": "7", "q10": [1000, 2000], "q50": [2000, 3000], "q90": [2500, 5000]}
    return pl.DataFrame(table | columns)


def test_quantiles_left_out_of_a_normal_distribution_are_found_again():
    whole = 20_000 + 3000 * SCORES[None, :]
    for kept in (FIVE, ["q10", "q50", "q90"], ["q05", "q50", "q75"], list(LEVELS)):
        given = whole[:, [LEVELS.index(name) for name in kept]]
        assert completed_quantiles(given, kept, np.array([np.nan])) == pytest.approx(whole, rel=1e-4)


def test_plans_read_a_completed_forecast_as_its_own_quantiles_go_on():
    draw = np.random.default_rng(0)
    given = np.sort(20_000 + 4000 * draw.standard_normal((50, 5)), axis=1)
    points = marginal_points(completed_quantiles(given, FIVE, np.full(50, np.nan)), count=2000)
    for level, column in zip((0.1, 0.25, 0.5, 0.75, 0.9), given.T, strict=True):
        assert (points <= column[:, None] + 1e-6).mean(axis=1) == pytest.approx(level, abs=2e-3)


def test_what_is_added_stays_between_nobody_and_the_seats():
    given = np.array([[100.0, 5000, 20_000, 24_000, 24_900], [0.0, 100, 200, 300, 400]])
    found = completed_quantiles(given, FIVE, np.array([25_000.0, 350.0]))
    assert found[:, 1:-1] == pytest.approx(given)
    assert found[0, 0] == 0
    assert found[0, -1] == 25_000
    assert found[1, -1] == 400
    assert (np.diff(found, axis=1) >= 0).all()


def test_a_table_with_fewer_quantiles_is_read(tmp_path):
    others(point=1.0).write_csv(tmp_path / "others.csv")
    found = read_others(tmp_path / "others.csv")
    assert found.columns == ["game_id", "lead", "q10", "q50", "q90"]
    assert found["q90"].to_list() == [2500.0, 5000.0]


def test_a_decimal_comma_is_read(tmp_path):
    text = "game_id;lead;q25;q50;q75\nA1;7;1000,5;2000,5;3000,5\n"
    (tmp_path / "others.csv").write_text(text)
    assert read_others(tmp_path / "others.csv").row(0) == ("A1", "7", 1000.5, 2000.5, 3000.5)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (others().drop("lead"), "no column lead"),
        (others().drop("q50"), "no column q50"),
        (others().drop("q90"), "quantiles on both sides"),
        (others().drop("q10", "q90"), "quantiles on both sides"),
        (others(q10=[1000, -4]), "row 3"),
        (others(q10=[1000, None]), "row 3"),
        (others(q90=[2500, 100]), "cross"),
        (others(game_id="A1"), "second time"),
    ],
)
def test_what_cannot_be_compared_with_is_refused(frame, words):
    with pytest.raises(DataError, match=words):
        checked_others(frame)


def test_a_full_table_is_left_as_it_is():
    whole = others(q05=500, q25=[1500, 2500], q75=[2200, 4000], q95=6000)
    assert checked_others(whole).columns == ["game_id", "lead", *QUANTILE_COLUMNS]
