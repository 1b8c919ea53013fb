import datetime as dt

import polars as pl
import pytest

from gatecast.collect import RETROSHEET_NOTICE, notice_of, read_games, retrosheet
from gatecast.games import Games
from gatecast.games import columns as c

from .conftest import left_in, refused

SHEET = "Date;Opponent;Gate;Price\n14.04.2023;OAK;4210;12,50\n15.04.2023;OAK;;13,00\n"
MAPPING = '[constants]\nhome = "RIV"\n[further.price]\ntype = "number"\nknown = "always"\n'


@pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
def test_a_clubs_sheet(run, tmp_path, ending):
    (tmp_path / "club.csv").write_text(SHEET)
    (tmp_path / "columns.toml").write_text(MAPPING)
    ended = run("collect", "file", "club.csv", "--columns", "columns.toml", "--out", f"games.{ending}")
    assert ended.code == 0
    assert ended.out == f"games.{ending}: 2 games from Fri 14 April 2023 to Sat 15 April 2023, 1 with attendance\n"
    assert "read" in ended.err
    assert "Opponent as visitor" in ended.err
    games = read_games(tmp_path / f"games.{ending}")
    assert games.table["price"].to_list() == [12.5, 13.0]
    assert [column.name for column in games.custom_columns] == ["price"]


def test_games_without_dates(run, tmp_path):
    (tmp_path / "six.csv").write_text("visitor,attendance\n1,32000\n")
    assert (
        run("collect", "file", "six.csv", "--out", "games.csv").out
        == "games.csv: 1 game, no dates, 1 with attendance\n"
    )


def test_published_files(run, tmp_path, shared_data):
    log = shared_data / "retrosheet" / "gl2019.zip"
    ended = run("collect", "retrosheet", log, "--out", "games.parquet")
    assert ended.code == 0
    assert ended.out.startswith("games.parquet: 2,429 games from Wed 20 March 2019 to Sun 29 September 2019, 2,4")
    assert ended.err == f"{RETROSHEET_NOTICE}\n"
    games = read_games(tmp_path / "games.parquet")
    assert games.table.equals(retrosheet(log).table)
    assert notice_of(tmp_path / "games.parquet") == RETROSHEET_NOTICE


def test_downloaded_seasons_are_read(run, tmp_path, monkeypatch):
    asked = []

    def download(seasons, folder, progress):
        asked.append((list(seasons), folder.name))
        return ["kept.zip"]

    def read(paths, progress):
        asked.append([str(path) for path in paths])
        table = {c.DATE: [dt.date(2019, 4, 1)], c.HOME: ["ANA"], c.ATTENDANCE: [9000]}
        return Games.from_frame(pl.DataFrame(table))

    monkeypatch.setattr("gatecast.collect.download_seasons", download)
    monkeypatch.setattr("gatecast.collect.retrosheet", read)
    ended = run("collect", "retrosheet", "--seasons", "2018, 2019", "--cache", "kept", "--out", "games.csv")
    assert ended.code == 0
    assert asked == [([2018, 2019], "kept"), ["kept.zip"]]
    assert left_in(tmp_path) == ["games.csv"]


def test_nothing_is_read_when_it_cannot_be_written(run, monkeypatch):
    monkeypatch.setattr("gatecast.collect.retrosheet", lambda *a, **k: pytest.fail("read first"))
    refused(run("collect", "retrosheet", ".", "--out", "games.doc"), ".doc")


def test_what_is_in_doubt_is_refused_on_request(run, tmp_path):
    (tmp_path / "six.csv").write_text("visitor,attendance\nFoxes,32000\n")
    refused(run("collect", "file", "six.csv", "--out", "games.csv", "--strict"), "a doubtful reading", "no dates")
    assert left_in(tmp_path) == ["six.csv"]


def test_the_reading_report_is_a_page(run, tmp_path):
    (tmp_path / "club.csv").write_text(SHEET)
    ended = run("collect", "file", "club.csv", "--out", "games.parquet", "--report", "report.html")
    assert ended.code == 0
    assert "2 games of 1 club; season 2023; 1 with attendance; no seats stated" in ended.err
    page = (tmp_path / "report.html").read_text()
    assert "How club.csv was read" in page
    assert "Opponent" in page


def test_a_mapping_is_not_applied_to_what_it_made(run, tmp_path):
    (tmp_path / "games.csv").write_text("Tag;Leute\n2023-04-14;4210\n")
    (tmp_path / "games.columns.toml").write_text('[columns]\ndate = "Tag"\nattendance = "Leute"\n')
    assert run("collect", "file", "games.csv", "--out", "games.parquet").code == 0
    assert read_games(tmp_path / "games.parquet").table["attendance"].to_list() == [4210]
