"""Features on real games against those of the analyst's own script, where both mean the same."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.prepare import Preparation

CLUBS = ("CHN", "MIL", "PIT", "SLN")
SEASONS = (2017, 2018, 2019)
SMALLEST_GATE = 500
IN_PEOPLE = {
    **{f"gate_last{k}": f"gate_last{k}" for k in (1, 3, 5, 10, 20, 40, 81)},
    **{f"gate_weekday{k}": f"weekday_last{k}" for k in (1, 2, 4, 8, 13)},
    **{f"gate_visitor{k}": f"visitor_last{k}" for k in (1, 3, 9)},
    "gate_season": "gate_season",
    "gate_last_season": "gate_last_season",
    "gate_weekday_last_season": "weekday_last_season",
    "gate_month_last_season": "month_last_season",
}
AS_THEY_ARE = {
    **{f"{side}_{name}": f"{side}_{name}" for side in ("home", "visitor") for name in ("played", "win_rate", "margin")},
    **{f"{side}_last_season": f"{side}_last_season" for side in ("home", "visitor")},
    "season_gates": "season_gates",
    "days_since_gate": "days_since_gate",
    "day_of_year": "day_of_year",
    "home_game": "home_date",
    "series_game": "series_game",
    "interleague": "interleague",
    "doubleheader": "doubleheader",
}
LAST_TEN = ("home_last10", "visitor_last10")
HOLIDAYS = {
    "days_from_memorial": "from_memorial",
    "days_from_independence": "from_fourth",
    "days_from_labor": "from_labor",
}
FAR = 9


@pytest.fixture(scope="module")
def peer(shared_data: Path) -> ModuleType:
    pytest.importorskip("pandas")
    pytest.importorskip("lightgbm")
    script = shared_data.parent / "peers" / "lightgbm_peer.py"
    if not script.is_file():
        pytest.skip("the script to compare with is absent")
    spec = importlib.util.spec_from_file_location("lightgbm_peer", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules.pop("lightgbm_peer", None)
    return module


@pytest.fixture(scope="module")
def games(real_games: Games) -> Games:
    """A few clubs' home games with one seat, as the script knows no capacity but the largest gate."""
    few = real_games.filter(pl.col(c.HOME).is_in(CLUBS), pl.col(c.SEASON).is_in(SEASONS))
    assert few.table.filter(pl.col(c.ATTENDANCE).is_between(1, SMALLEST_GATE)).is_empty()
    return Games(few.table.with_columns(pl.lit(1, pl.Int32).alias(c.CAPACITY)))


def as_the_script_reads_them(games: Games) -> pl.DataFrame:
    table = games.table
    return table.select(
        "game_id",
        pl.col(c.DATE).cast(pl.Datetime("ns")),
        pl.col(c.NUMBER).cast(pl.String),
        pl.col(c.VISITOR, c.VISITOR_LEAGUE, c.HOME, c.HOME_LEAGUE, c.DAY_NIGHT, c.SEASON),
        pl.col(c.VENUE).alias("park"),
        pl.col(c.VISITOR_RUNS, c.HOME_RUNS).cast(pl.Float64),
        pl.when(pl.col(c.ATTENDANCE) > SMALLEST_GATE).then(pl.col(c.ATTENDANCE)).cast(pl.Float64).alias(c.ATTENDANCE),
    ).sort(c.DATE, c.GAME_ID)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lead", [1, 7, 30, PRESEASON])
def test_features_are_those_of_the_script(peer, games, lead):
    theirs = pl.from_pandas(peer.features(as_the_script_reads_them(games).to_pandas(), lead))
    place = games.table.select(c.GAME_ID).with_row_index()
    rows = theirs.select(c.GAME_ID).join(place, on=c.GAME_ID, how="left", maintain_order="left")["index"].to_numpy()
    arrays = Preparation(games).at_lead(lead)
    assert len(rows) > 900
    ours = {name: arrays.numeric[rows, i].astype(np.float64) for i, name in enumerate(arrays.names)}
    seats = arrays.capacity[rows].astype(np.float64)

    def agree(name, values, script):
        np.testing.assert_allclose(values, theirs[script].cast(pl.Float64).fill_null(np.nan), rtol=1e-5, err_msg=name)

    agree("capacity", np.where(seats > 1, seats, np.nan), "capacity")
    for name, script in AS_THEY_ARE.items():
        agree(name, ours[name], script)
    for name, script in IN_PEOPLE.items():
        agree(name, ours[name] * seats, script)
    for name in LAST_TEN:
        agree(name, np.nan_to_num(ours[name], nan=0.5), name)
    for name, script in HOLIDAYS.items():
        near = theirs[script].to_numpy() != FAR
        assert near.any()
        assert (ours[name][near] == theirs[script].to_numpy()[near]).all()
        assert (np.abs(ours[name][~near]) == 4).all()
    same = np.isclose(ours["weekday_ratio"], theirs["weekday_ratio"].fill_null(np.nan), rtol=1e-5, equal_nan=True)
    assert same.mean() > 0.98
