import openpyxl
import polars as pl
import pytest

from gatecast.collect import read_games
from gatecast.errors import InputError
from gatecast.service.ballpark import Ballpark, ballpark, fill_ballpark, save_ballpark
from gatecast.service.first_steps import (
    TEMPLATE_COLUMNS,
    add_sample,
    first_steps,
    has_sample,
    remove_sample,
    write_template,
)

GAMES = pl.DataFrame(
    {
        "game_id": ["a", "b", "c"],
        "date": ["2025-06-01", "2025-06-02", "2025-06-20"],
        "home": ["Hens"] * 3,
        "visitor": ["Kites"] * 3,
        "capacity": [None, 500, None],
        "attendance": [400, 450, None],
    }
).with_columns(pl.col("date").str.to_date())


def test_steps_are_done_one_after_the_other(empty_service):
    assert first_steps(empty_service).played == 0
    empty_service.store.import_games(GAMES)
    steps = first_steps(empty_service)
    assert (steps.played, steps.upcoming, steps.forecast) == (2, 1, 0)
    assert steps.can_forecast
    assert not steps.done


def test_a_full_service_has_done_them_all(sample_club):
    assert first_steps(sample_club).done
    assert not has_sample(sample_club)


def test_the_sample_comes_and_goes(empty_service):
    add_sample(empty_service)
    assert has_sample(empty_service)
    assert first_steps(empty_service).done
    with pytest.raises(InputError, match="expected an empty one"):
        add_sample(empty_service)
    remove_sample(empty_service)
    assert not has_sample(empty_service)
    assert not empty_service.club()
    assert not empty_service.notice()
    assert empty_service.model_id() is None


def test_the_template_filled_in_is_read_whole(tmp_path):
    write_template(tmp_path / "games.xlsx")
    book = openpyxl.load_workbook(tmp_path / "games.xlsx")
    book["Games"].append([example for _, example, _ in TEMPLATE_COLUMNS])
    book["Games"].append(["2026-06-13", "18:05", "Rivertown", None, 8000, None])
    book.save(tmp_path / "filled.xlsx")
    (played, coming) = read_games(tmp_path / "filled.xlsx", upcoming=True).table.to_dicts()
    assert (played["visitor"], played["promotion"], played["capacity"]) == ("Rivertown", "fireworks", 8000)
    assert played["attendance"] == 5312
    assert coming["attendance"] is None


def test_a_ballpark_is_stated_once(empty_service):
    empty_service.store.import_games(GAMES)

    def seats():
        return empty_service.home_games("Hens").table["capacity"].to_list()

    save_ballpark(empty_service, Ballpark("Mill Park", 600))
    assert seats() == [600, 500, 600]
    assert empty_service.home_games("Hens").table["venue"].unique().to_list() == ["Mill Park"]
    save_ballpark(empty_service, Ballpark("Mill Park", 650))
    assert seats() == [650, 500, 650]
    empty_service.store.import_games(GAMES.head(1).with_columns(game_id=pl.lit("d")))
    fill_ballpark(empty_service)
    assert sorted(seats()) == [500, 650, 650, 650]
    assert ballpark(empty_service) == Ballpark("Mill Park", 650)
