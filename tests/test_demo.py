import openpyxl
import polars as pl
import pytest

from gatecast.collect import SIMULATED_NOTICE, notice_of, read_games, sample_league
from gatecast.demo import DEMO_FILES, make_demo
from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.plan import make_plan, read_forecast, read_operations

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "gatecast-demo"
    told = []
    return folder, make_demo(folder, note=told.append), told


def test_the_files_and_no_others(made):
    folder, demo, _ = made
    assert sorted(path.name for path in folder.iterdir()) == sorted(DEMO_FILES)
    assert demo.files == DEMO_FILES


def test_it_is_called_simulated_wherever_it_is_shown(made):
    folder, _, told = made
    assert SIMULATED_NOTICE in told
    assert SIMULATED_NOTICE in (folder / "report.html").read_text(encoding="utf-8")
    assert notice_of(folder / "games.parquet") == SIMULATED_NOTICE
    for sheet in openpyxl.load_workbook(folder / "plan.xlsx"):
        assert sheet["A2"].value.startswith(SIMULATED_NOTICE), sheet.title


def test_the_files_are_read_back_by_the_commands(made):
    folder, demo, _ = made
    games = read_games(folder / "games.parquet")
    upcoming = read_games(folder / "upcoming.csv", upcoming=True, custom_columns=games.custom_columns)
    league = sample_league()
    assert games.table.equals(league.games.table)
    assert upcoming.table[c.GAME_ID].to_list() == league.upcoming.table[c.GAME_ID].to_list()
    assert upcoming.table["tickets_sold_7"].equals(league.upcoming.table["tickets_sold_7"])
    plan = make_plan(read_forecast(folder / "forecast.csv"), read_operations(folder / "operations.toml"))
    assert plan.table.equals(demo.plan.table)


def test_a_small_club_runs_no_trains(made):
    folder, demo, _ = made
    names = demo.plan.table["name"].unique()
    assert "extra trains" not in names
    assert {"shuttle buses", "late buses", "ushers"} <= set(names)
    assert "extra trains" not in (folder / "operations.toml").read_text()


def test_the_report_holds_forecast_plan_and_accuracy(made):
    page = (made[0] / "report.html").read_text(encoding="utf-8")
    for words in ("Quillport Lanterns", "Next homestand", "ushers (shifts)", "through the gate", "fireworks", "ridge"):
        assert words in page


def test_accuracy_is_of_the_last_whole_season_beside_simple_methods(made):
    scores = made[1].scores
    assert scores["lead"].unique().sort().to_list() == ["1", "7"]
    assert set(scores["model"]) >= {"gatecast", "ridge", "last gate"}
    season = sample_league().games.filter(pl.col(c.SEASON) == 2024)
    assert scores["games"].unique().to_list() == [season.table.filter(pl.col(c.ATTENDANCE) > 500).height]


@pytest.mark.parametrize("place", ["gatecast-demo", "nowhere/gatecast-demo"])
def test_a_place_where_no_folder_can_be_is_refused_before_the_work(tmp_path, place):
    (tmp_path / "gatecast-demo").write_text("mine")
    told = []
    with pytest.raises(InputError, match="gatecast-demo"):
        make_demo(tmp_path / place, note=told.append)
    assert told == []
    assert [path.name for path in tmp_path.iterdir()] == ["gatecast-demo"]
