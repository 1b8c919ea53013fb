"""What people really send: each kind of table comes out right, is asked about, or is refused."""

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from gatecast.collect import ColumnMapping, read_games_with_report, read_mapping
from gatecast.errors import DataError, InputError, SettingsError
from gatecast.games import columns as c

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def read(tmp_path, text, mapping="", name="games.csv", **how):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    columns = None
    if mapping:
        columns = tmp_path / "columns.toml"
        columns.write_text(mapping, encoding="utf-8")
    return read_games_with_report(path, columns, **how)


def said(report, *words):
    return any(all(word in note for word in words) for note in report.notes)


def test_gatecasts_own_parquet_is_not_mapped_again(tmp_path):
    from gatecast.collect import read_games, write_games

    (tmp_path / "games.columns.toml").write_text('[columns]\nattendance = "Heads"\n')
    (tmp_path / "games.csv").write_text("Date,Heads\n2024-05-01,1200\n")
    write_games(read_games(tmp_path / "games.csv"), tmp_path / "games.parquet")
    assert read_games(tmp_path / "games.parquet").table["attendance"].to_list() == [1200]


@pytest.mark.parametrize(
    "text",
    [
        "Date,Tm,Where,Opp,Attendance\n2024-04-02,BRS,Home,FOX,15200\n2024-04-09,BRS,Away,OWL,31000\n",
        "Date,Team,,Opponent,Attendance\n2024-04-02,BRS,,FOX,15200\n2024-04-09,BRS,@,OWL,31000\n",
        "Date,Team,H/A,Opponent,Attendance\n2024-04-02,BRS,H,FOX,15200\n2024-04-09,BRS,A,OWL,31000\n",
        "Date,Team,isHome,Opponent,Attendance\n2024-04-02,BRS,1,FOX,15200\n2024-04-09,BRS,0,OWL,31000\n",
        "Date,Team,Opponent,Attendance\n2024-04-02,BRS,v FOX,15200\n2024-04-09,BRS,at OWL,31000\n",
        "Date,Team,Location,Opponent,Attendance\n2024-04-02,BRS,Home,FOX,15200\n2024-04-09,BRS,Neutral,OWL,31000\n",
    ],
)
def test_games_that_are_not_at_home_are_left_out_and_counted(tmp_path, text):
    games, report = read(tmp_path, text)
    assert games.table.select("home", "visitor", "attendance").rows() == [("BRS", "FOX", 15200)]
    assert report.rows.away + report.rows.neutral == 1
    assert said(report, "left out 1")


@pytest.mark.parametrize("rate", ["$120,500", "99.500 €", "£9", "¥1200", "12 000 kr"])
def test_money_is_no_attendance(tmp_path, rate):
    with pytest.raises(DataError, match=r"money, not people.*|may stand in 'Tickets'"):
        read(tmp_path, f'Date,Gate,Tickets\n2024-05-01,"{rate}",8700\n2024-05-02,"{rate}",8100\n')


@pytest.mark.parametrize("header", ["Attendance", "Att"])
def test_a_share_is_no_attendance(tmp_path, header):
    rows = "".join(f"2024-05-0{day},{share},{share * 92}\n" for day, share in enumerate((37, 92, 28, 52, 35, 83), 1))
    with pytest.raises(DataError, match="a share in per cent, or thousands"):
        read(tmp_path, f"Date,{header},People\n{rows}")
    mapped, _ = read(tmp_path, f"Date,{header},People\n{rows}", 'guess = true\n[columns]\nattendance = "People"')
    assert mapped.table["attendance"][0] == 37 * 92


def test_few_people_are_asked_about(tmp_path):
    rows = "".join(f"2024-05-0{day},{people}\n" for day, people in enumerate((37, 92, 28, 52, 35), 1))
    _, report = read(tmp_path, f"Date,Attendance\n{rows}")
    assert "per cent" in report.doubts[0].text
    with pytest.raises(DataError, match="a doubtful reading"):
        read(tmp_path, f"Date,Attendance\n{rows}", strict=True)


@pytest.mark.parametrize("text", ["16.000\n12.000", "42%\n51%"])
def test_numbers_that_may_mean_two_things_are_refused(tmp_path, text):
    days = "\n".join(f"2024-05-0{day},{cell}" for day, cell in enumerate(text.split("\n"), 1))
    with pytest.raises(DataError, match=r"two numbers|a share"):
        read(tmp_path, f"date,attendance\n{days}\n")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("date,time,home,visitor,attendance\n2024-05-01,19:05,B,F,900\n2024-05-01,19:05,B,F,900\n", "row 3"),
        ("date,opponent,kind,attendance\n2024-05-01,F,Season,900\n2024-05-01,F,Single,300\n", "ticket type"),
        ("date,home,visitor,attendance\n2024-05-01,B,F,900\n2024-05-01,F,B,900\n", "clubs exchanged"),
    ],
)
def test_one_game_in_two_rows_is_refused(tmp_path, text, word):
    with pytest.raises(DataError, match=word):
        read(tmp_path, text)


def test_one_game_in_two_rows_is_merged_as_a_mapping_says(tmp_path):
    text = "date,opponent,kind,attendance\n2024-05-01,F,Season,900\n2024-05-01,F,Single,300\n2024-05-02,F,Season,5\n"
    summed, report = read(tmp_path, text, '[rows]\nrepeated = "sum"')
    assert summed.table["attendance"].to_list() == [1200, 5]
    assert report.rows.merged == 1
    first, _ = read(tmp_path, text, '[rows]\nrepeated = "first"')
    assert first.table["attendance"].to_list() == [900, 5]
    with pytest.raises(SettingsError, match="one of refuse, first, sum"):
        read(tmp_path, text, '[rows]\nrepeated = "add"')


@pytest.mark.parametrize(
    "text",
    [
        "date,time,home,visitor,attendance\n2024-05-01,13:05,B,F,900\n2024-05-01,19:05,B,F,800\n",
        "date,number,home,visitor,attendance\n2024-05-01,1,B,F,900\n2024-05-01,2,B,F,800\n",
        "date,Game Number,home,visitor,attendance\n2024-05-01,57,B,F,900\n2024-05-01,58,B,F,800\n2024-05-02,59,B,F,7\n",
    ],
)
def test_two_starts_or_two_numbers_are_a_doubleheader(tmp_path, text):
    games, _ = read(tmp_path, text)
    assert games.table["number"].to_list()[:2] == [1, 2]
    assert games.table["attendance"].to_list()[:2] == [900, 800]


@pytest.mark.parametrize("numbers", [(1, 2, 3, 1, 2), (1, 2, 3, 4, 5), (81, 82, 83, 84, 85)])
def test_numbers_of_a_series_or_season_are_no_doubleheaders(tmp_path, numbers):
    rows = "".join(f"{number},2024-05-0{day},F,900\n" for day, number in enumerate(numbers, 1))
    games, report = read(tmp_path, f"Game Number,Date,Opponent,Attendance\n{rows}")
    assert games.table["number"].to_list() == [0] * 5
    assert said(report, "Game Number", "series or season")


@pytest.mark.parametrize(
    ("home", "visitor"),
    [
        *(("home_team_name", "away_team_name"), ("Home/Neutral", "Visitor/Neutral"), ("Team_1", "Team_2")),
        *(("home_club", "away_club"), ("mandante", "visitante"), ("홈팀", "원정팀"), ("ホーム", "アウェイ")),
        *(("Heim", "Gast"), ("Хозяева", "Гости"), ("Γηπεδούχος", "Φιλοξενούμενος")),
    ],
)
def test_clubs_are_found_under_the_headers_of_real_exports(tmp_path, home, visitor):
    games, _ = read(tmp_path, f"date,{home},{visitor},attendance\n2024-05-01,B,F,900\n2024-05-01,O,L,800\n")
    assert sorted(games.table.select("home", "visitor").rows()) == [("B", "F"), ("O", "L")]


@pytest.mark.parametrize("column", ["hosts_of_the_evening", "equipo_a"])
def test_a_league_is_never_taken_for_one_club(tmp_path, column):
    with pytest.raises(DataError, match="no column of home clubs"):
        read(tmp_path, f"date,{column},opponent,attendance\n2024-05-01,B,F,900\n2024-05-01,O,L,800\n")


@pytest.mark.parametrize(
    "header", ["Match Date", "event_date", "officialDate", "gameday", "Datum", "試合日", "경기일", "Played on"]
)
def test_dates_are_found_by_header_or_cells(tmp_path, header):
    games, _ = read(tmp_path, f"{header},home,attendance\n2024-05-02,B,900\n2024-05-01,B,800\n")
    assert games.table["date"].to_list() == [dt.date(2024, 5, 1), dt.date(2024, 5, 2)]


def test_dates_in_two_columns_are_asked_about(tmp_path):
    with pytest.raises(DataError, match="dates in Sold, Played"):
        read(tmp_path, "Sold,Played,attendance\n2024-05-02,2024-06-02,900\n2024-05-01,2024-06-03,800\n")


@pytest.mark.parametrize(
    "text", ["Year,Month,Day,Attendance\n2024,5,1,900\n", "Season,Mon,Day,yr,Attendance\n2024,May,1,2024,900\n"]
)
def test_a_date_in_three_columns(tmp_path, text):
    games, _ = read(tmp_path, text)
    assert games.table["date"].to_list() == [dt.date(2024, 5, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "Time,Attendance\n2024-05-01 19:05,900\n2024-05-02 19:05,800\n",
        "Datetime,Attendance\n2024-05-01T19:05:00,900\n2024-05-02T19:05:00,800\n",
        "Date,Start,Attendance\n2024-05-01,7:05p,900\n2024-05-02,7:05p,800\n",
    ],
)
def test_starts_in_timestamps_and_short_forms(tmp_path, text):
    games, _ = read(tmp_path, text)
    assert games.table.select("date", "start_time").row(0) == (dt.date(2024, 5, 1), dt.time(19, 5))


UNIVERSAL = ["Datetime,Attendance\n2024-05-02T02:05:00Z,900\n", "Date (UTC),Attendance\n2024-05-02 02:05,900\n"]


@pytest.mark.parametrize("text", UNIVERSAL)
def test_universal_time_is_converted_or_refused(tmp_path, text):
    with pytest.raises(DataError, match="local time"):
        read(tmp_path, text)
    games, _ = read(tmp_path, text, 'time_zone = "America/New_York"')
    assert games.table.select("date", "start_time").row(0) == (dt.date(2024, 5, 1), dt.time(22, 5))


def test_universal_time_of_frames_is_converted_or_refused():
    moments = pl.Series(["2024-05-02T02:05"]).str.to_datetime().dt.replace_time_zone("UTC")
    frame = pl.DataFrame({"date": moments, "attendance": [900]})
    for given in (frame, frame.to_pandas(), frame.to_arrow(), frame.lazy()):
        with pytest.raises(DataError, match="local time"):
            read_games_with_report(given)
        games, _ = read_games_with_report(given, ColumnMapping(time_zone="America/New_York"))
        assert games.table["date"].to_list() == [dt.date(2024, 5, 1)]


def test_an_index_of_dates_is_the_date():
    import pandas as pd

    index = pd.DatetimeIndex(["2024-05-01", "2024-05-02"])
    games, _ = read_games_with_report(pd.DataFrame({"Opponent": ["F", "O"], "Gate": [900, 800]}, index=index))
    assert games.table["date"].to_list() == [dt.date(2024, 5, 1), dt.date(2024, 5, 2)]


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
def test_an_index_column_is_left_out(tmp_path, first):
    games, report = read(tmp_path, f"{first},date,attendance\n0,2024-05-01,900\n1,2024-05-02,800\n")
    assert len(games) == 2
    assert said(report, "only counts the rows")


def test_columns_without_header_and_repeated_ones_matter_only_where_they_are_wanted(tmp_path):
    text = "Date,Visitor/Neutral,PTS,Home/Neutral,PTS,,Attend.\nSun Feb 1 2026,Elks,79,Bears,107,Box Score,19156\n"
    games, report = read(tmp_path, text)
    row = games.table.row(0, named=True)
    assert (row["home"], row["home_runs"], row["visitor_runs"], row["attendance"]) == ("Bears", 107, 79, 19156)
    assert said(report, "left out column 6")


@pytest.mark.parametrize(
    ("text", "gates"),
    [
        ("Date; Attendance, paid\n2024-05-01;  1,000\n2024-05-02;  10,500\n", [1000, 10500]),
        ("Date|Attendance\n2024-05-01|1000\n2024-05-02|10500\n", [1000, 10500]),
        ("sep=;\nDate;Attendance\n2024-05-01;1000\n2024-05-02;10500\n", [1000, 10500]),
    ],
)
def test_separators(tmp_path, text, gates):
    games, _ = read(tmp_path, text)
    assert games.table["attendance"].to_list() == gates


@pytest.mark.parametrize(
    ("encoding", "club"),
    [
        ("cp949", "두산"),
        ("cp932", "阪神"),
        ("cp1250", "Śląsk"),
        ("cp1252", "Málaga"),
        ("cp1251", "Спартак"),
        ("big5", "中信"),
    ],
)
def test_encodings_are_recognised_and_said(tmp_path, encoding, club):
    rows = "".join(f"2024-05-0{day},{club},{900 + day}\n" for day in range(1, 6))
    games, report = read(tmp_path, f"date,home,attendance\n{rows}".encode(encoding))
    assert set(games.table["home"]) == {club}
    assert said(report, "not UTF-8")


@pytest.mark.parametrize("other", ["Montre\u0301al", "MONTRÉAL", "Montréal.", "Ｍontréal"])
def test_spellings_of_one_club_are_one(tmp_path, other):
    games, report = read(
        tmp_path, f"date,home,attendance\n2024-05-01,Montréal,9\n2024-05-02,Montréal,9\n2024-05-03,{other},9\n"
    )
    assert games.table["home"].unique().to_list() == ["Montréal"]
    assert report.entities[0].spellings == (other,)


def test_aliases_join_names(tmp_path):
    text = "date,home,venue,attendance\n2024-05-01,Indians,The Jake,900\n2024-05-02,Guardians,Progressive,800\n"
    games, _ = read(tmp_path, text, '[aliases]\nGuardians = ["Indians"]\nProgressive = "The Jake"')
    assert games.table["home"].unique().to_list() == ["Guardians"]
    assert games.table["venue"].unique().to_list() == ["Progressive"]


@pytest.mark.parametrize(
    "text",
    [
        "Opponent,Attendance\nFoxes,1000\nOwls,850\nTotal,1850\nAverage,925\n",
        "Date,Opponent,Attendance\n2024-05-01,Foxes,1000\nDate,Opponent,Attendance\n2024-05-02,Owls,850\n",
        "Date,Opponent,Attendance\n2024-05-01,Foxes,1000\n2024-05-02,Owls,850\nSource: the club\n",
        "Date,Opponent,Attendance\n2024-05-01,Foxes,1000\n2024-05-02,Owls,850\nSeason total,,1850\n",
    ],
)
def test_rows_that_are_no_games_are_left_out_and_said(tmp_path, text):
    games, report = read(tmp_path, text)
    assert games.table["attendance"].to_list() == [1000, 850]
    assert report.rows.no_games >= 1
    assert said(report, "left out")


@pytest.mark.parametrize(
    ("header", "cells"),
    [("precip", ("0.0", "0.4")), ("doubleheader", ("Y", "N")), ("sky", ("3/8", "7/8")), ("season", ("first", "2nd"))],
)
def test_a_guess_that_is_not_understood_is_left_out(tmp_path, header, cells):
    text = f"date,home,attendance,{header}\n2024-05-01,A,900,{cells[0]}\n2024-05-02,A,800,{cells[1]}\n"
    games, report = read(tmp_path, text)
    assert len(games) == 2
    assert said(report, f"did not take {header}")


@pytest.mark.parametrize("label", ["2021-22", "2021/22", "2021/2022", "2021–2022", "2021"])
def test_season_labels_are_the_year_in_which_the_season_begins(tmp_path, label):
    games, _ = read(tmp_path, f"date,season,attendance\n2021-10-01,{label},900\n2022-02-01,{label},800\n")
    assert games.table["season"].to_list() == [2021, 2021]


def test_a_team_beside_an_opponent_and_a_site_is_the_home_club(tmp_path):
    text = 'Date,Team,Site,Opponent,Attendance\n2023-09-02,State,"Old Field",Tech,54000\n2023-10-14,State,"Old Field (Bucket)",Poly,5\n'
    games, _ = read(tmp_path, text)
    assert games.table.select("home", "venue").unique().rows() == [("State", "Old Field")]


def test_no_attendance_names_numbers_of_people_but_not_those_of_other_games(tmp_path):
    with pytest.raises(DataError) as refused:
        read(tmp_path, "date,home,heads,before_attendance\n2024-05-02,A,9000,8500\n2024-05-03,A,9500,9000\n")
    assert "may stand in 'heads';" in str(refused.value)
    assert "did you mean" not in str(refused.value)


def test_a_mapping_of_an_absent_header_in_another_script_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="'관중수'"):
        read(tmp_path, "date,home,좌석수\n2024-05-01,LG,25000\n", '[columns]\nattendance = "관중수"')


def test_words_of_a_mapping_that_stand_nowhere_are_said(tmp_path):
    _, report = read(tmp_path, "date,sky,attendance\n2024-05-01,sunny,9\n", '[values.sky]\n"Brigth" = "sunny"')
    assert said(report, "Brigth", "values.sky")


def test_playoffs_are_said(tmp_path):
    _, report = read(tmp_path, "date,gametype,attendance\n2024-05-01,Regular,9\n2024-10-01,Playoffs,8\n")
    assert said(report, "1 of 2 games are playoffs", "[keep]")


def test_an_unknown_start_however_it_is_shown(tmp_path):
    for zero in ("0", "0:00", "00:00", "0:00AM"):
        games, _ = read(tmp_path, f"date,start_time,attendance\n2024-05-01,{zero},9\n2024-05-02,{zero},8\n")
        assert games.table["start_time"].null_count() == 2


def test_lengths_of_games_are_no_starts(tmp_path):
    games, report = read(tmp_path, "date,Time,attendance\n2024-05-01,2:45,9\n2024-05-02,3:10,8\n2024-05-03,2:31,7\n")
    assert games.table["start_time"].null_count() == 3
    assert said(report, "did not take Time")


def test_lengths_of_games_in_minutes_are_no_starts(tmp_path):
    rows = [f"2024-05-0{day},{minutes},{900 + day}" for day, minutes in enumerate((168, 202, 151, 147, 317), 1)]
    games, report = read(tmp_path, "\n".join(["date,Time,attendance", *rows]))
    assert games.table["start_time"].null_count() == 5
    assert said(report, "did not take Time", "length of the game")
    games, _ = read(tmp_path, "date,Time,attendance\n2024-05-01,705,9\n2024-05-02,735,8\n2024-05-03,105,7\n")
    assert games.table["start_time"].null_count() == 0


def book(tmp_path, **sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        page = workbook.create_sheet(title)
        for row in rows:
            page.append(row)
    workbook.save(tmp_path / "games.xlsx")
    return tmp_path / "games.xlsx"


def test_sheets_of_one_shape_are_one_table(tmp_path):
    header = ("Date", "Opponent", "Attendance")
    path = book(
        tmp_path,
        A=[header, (dt.date(2024, 5, 1), "F", 900)],
        B=[header, (dt.date(2023, 5, 1), "F", 800), (dt.date(2023, 5, 2), "F", "many")],
        Notes=[("hello",)],
    )
    with pytest.raises(DataError, match=r"games\.xlsx, sheet 'B', row 3, Attendance"):
        read_games_with_report(path)
    page = openpyxl.load_workbook(path)
    page["B"]["C3"] = 700
    page.save(path)
    games, report = read_games_with_report(path)
    assert games.table["attendance"].to_list() == [800, 700, 900]
    assert report.sheets == ("A", "B")
    assert report.other_sheets == ("Notes",)


def test_other_sheets_are_named_where_the_first_one_holds_no_games(tmp_path):
    path = book(tmp_path, Notes=[("about",), ("hello",)], Games=[("date", "attendance"), ("2024-05-01", 9)])
    with pytest.raises(DataError, match='sheet = "Games"'):
        read_games_with_report(path)


def test_the_report_counts_and_names(tmp_path):
    text = "Date,Tm,Where,Opp,Attendance,Shoes\n2024-04-02,BRS,Home,FOX,15200,1\n2024-04-09,BRS,Away,OWL,31000,2\n"
    _, report = read(tmp_path, text)
    assert report.summary.startswith("1 game of 1 club; season 2024; 1 with attendance")
    assert {column.header: column.read_as for column in report.columns} == {
        **{"Date": "date", "Tm": "home", "Where": "", "Opp": "visitor", "Attendance": "attendance", "Shoes": ""}
    }
    page = report.to_html()
    assert "away games left out" in page
    assert "Shoes" in page


RIGHT = {
    "attendance_percent.csv": "share in per cent",
    "away_club_lost.csv": [("home", ["Bears", "Owls"]), ("visitor", ["Foxes", "Foxes"])],
    "away_rows_at.csv": [("home", ["BRS", "BRS"]), ("attendance", [15200, 16100])],
    "away_rows_prefix.csv": [("visitor", ["Foxes", "Owls"]), ("attendance", [15200, 16100])],
    "away_rows_true.csv": [("attendance", [15200, 16100])],
    "away_rows_venue.csv": [("home", ["Bears", "Bears"]), ("attendance", [15200, 16100])],
    "bref_export.csv": [
        ("home", ["Bears"] * 3),
        ("attendance", [19156, 19812, None]),
        ("start_time", [dt.time(15, 30), dt.time(19), dt.time(12, 30)]),
    ],
    "did_you_mean.csv": "입장객",
    "encoding.csv": [("home", ["두산", "두산"])],
    "encoding_cp1250.csv": [("home", ["Śląsk", "Śląsk"])],
    "encoding_sjis.csv": [("home", ["巨人", "巨人"])],
    "gate_money.csv": "money",
    "guessed_precip.csv": [("attendance", [1000, 1100])],
    "league_as_one_club.csv": [("home", ["Ash Kites", "Oak Herons", "Yew Terns", "Elm Larks"])],
    "match_date.csv": [("date", [dt.date(2023, 4, 1), dt.date(2023, 5, 28), dt.date(2023, 8, 12)])],
    "nonlatin_mapping.csv": "'관중수'",
    "pandas_index.csv": [("attendance", [1000, 1100])],
    "point_thousands.csv": "16.000",
    "same_club_unicode.csv": [("home", ["Montréal", "Montréal", "C大阪", "C大阪"])],
    "same_game_rows.csv": "row 3",
    "same_game_rows.upcoming.csv": "row 3",
    "same_game_two_teams.csv": "row 3",
    "same_game_types.csv": "row 3",
    "season_game_number.csv": [("number", [0] * 4)],
    "separator.csv": [("attendance", [1000, 1200, 10500])],
    "series_game_number.csv": [("number", [0] * 5)],
    "sheets_of_seasons.xlsx": [("season", [2022] * 3 + [2023] * 3 + [2024] * 3)],
    "team_and_site.csv": [("home", ["State"] * 3)],
    "undated_totals.csv": [("attendance", [1000, 850, 900])],
}
"""What each shared case comes to: columns of the games, or words of the refusal."""


@pytest.mark.parametrize("name", RIGHT)
def test_shared_cases(name):
    path = CASES / name
    if not path.is_file():
        pytest.skip("the shared cases are absent")
    mapping = path.with_suffix(".toml")
    columns = read_mapping(mapping) if mapping.is_file() else None
    if isinstance(RIGHT[name], str):
        with pytest.raises(InputError, match=RIGHT[name]):
            read_games_with_report(path, columns, upcoming="upcoming" in name)
        return
    games, _ = read_games_with_report(path, columns)
    for column, values in RIGHT[name]:
        found = games.table[column].to_list()
        assert (sorted(found) if column == c.HOME else found) == (sorted(values) if column == c.HOME else values)
