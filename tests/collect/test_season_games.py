"""Games that are none of the season at home: called off, on neutral ground, playoffs; and values beyond belief."""

import datetime as dt

import polars as pl
import pytest

from gatecast.collect import read_games_with_report
from gatecast.collect.read import read_frame
from gatecast.errors import DataError, ReadingWarning

D = dt.date


def read(tmp_path, text, mapping="", **how):
    path = tmp_path / "games.csv"
    path.write_text(text, encoding="utf-8")
    columns = None
    if mapping:
        columns = tmp_path / "columns.toml"
        columns.write_text(mapping, encoding="utf-8")
    return read_games_with_report(path, columns, **how)


def said(report, *words):
    return any(all(word in note for word in words) for note in report.notes)


@pytest.mark.parametrize(
    ("header", "off", "on"),
    [
        ("canceled", "1", "0"),
        ("Postponed", "yes", ""),
        ("Status", "Postponed: Rain", "Final"),
        ("game_status", "취소", "FE"),
    ],
)
def test_games_called_off_are_left_out_and_counted(tmp_path, header, off, on):
    rows = f"2024-04-06,BRS,FOX,0,{off}\n2024-04-07,BRS,FOX,15200,{on}\n2024-04-08,BRS,OWL,9100,{on}\n"
    games, report = read(tmp_path, f"date,home,visitor,attendance,{header}\n{rows}")
    assert games.table["attendance"].to_list() == [15200, 9100]
    assert (report.rows.called_off, report.rows.in_file) == (1, 3)
    assert said(report, "1 game called off", "row 2")


def test_a_flag_of_neutral_sites(tmp_path):
    rows = "2024-04-06,BRS,FOX,49000,True\n2024-04-07,BRS,FOX,15200,False\n"
    games, report = read(tmp_path, f"date,home,visitor,attendance,neutralSite\n{rows}")
    assert games.table["attendance"].to_list() == [15200]
    assert report.rows.neutral == 1
    kept, _ = read(
        tmp_path, f"date,home,visitor,attendance,neutralSite\n{rows}", '[keep]\nneutralSite = ["True", "False"]'
    )
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("header", "outside", "regular"),
    [
        ("Segment", "Eastern Conference Finals", "Regular season"),
        ("seasonType", "postseason", "regular"),
        ("Round", "QF,2017", "R22,2017"),
        ("Week", "SuperBowl", "17"),
        ("Competition", "U.S. Open Cup", "MLS Regular Season"),
        ("大会", "ルヴァンカップ", "J1"),
    ],
)
def test_playoffs_and_cups_are_kept_apart_unless_asked_for(tmp_path, header, outside, regular):
    rows = "".join(f'2024-04-0{day},BRS,FOX,1520{day},"{regular}"\n' for day in range(1, 5))
    text = f'date,home,visitor,attendance,{header}\n{rows}2024-04-05,BRS,OWL,31000,"{outside}"\n'
    games, report = read(tmp_path, text)
    assert 31000 not in games.table["attendance"].to_list()
    assert (len(games), report.rows.playoffs) == (4, 1)
    assert said(report, "1 of 5 games are playoffs", header, "were left out", 'playoffs = "keep"')
    kept, report = read(tmp_path, text, '[rows]\nplayoffs = "keep"')
    assert (len(kept), report.rows.playoffs) == (5, 0)
    assert said(report, "kept, as the mapping says")


def test_playoffs_to_come_are_forecast(tmp_path):
    text = "date,home,visitor,attendance,gametype\n2024-04-05,BRS,OWL,900,regular\n2024-04-06,BRS,OWL,,playoff\n"
    games, _ = read(tmp_path, text, upcoming=True)
    assert len(games) == 2


def test_figures_far_from_the_usual_are_asked_about(tmp_path):
    rows = "".join(f"2024-04-{day:02d},BRS,FOX,{16 if day == 7 else 19000 + day}\n" for day in range(1, 12))
    games, report = read(tmp_path, f"date,home,visitor,attendance\n{rows}")
    assert len(games) == 11
    assert "16 in row 8" in report.doubts[0].text
    with pytest.raises(DataError, match="far from the usual"):
        read(tmp_path, f"date,home,visitor,attendance\n{rows}", strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "Date,HomeTeam,home,AwayTeam,away,Attendance\n2024-04-01,BRS,3,FOX,2,900\n2024-04-02,BRS,1,OWL,5,800\n",
        "Date,home_team,Home,visitor_team,Visitor,Attendance\n2024-04-01,BRS,87,FOX,90,900\n2024-04-02,BRS,87,OWL,1,800\n",
    ],
)
def test_scores_under_home_and_away_are_no_clubs(tmp_path, text):
    games, report = read(tmp_path, text.replace("visitor_team", "away_team"))
    assert games.table["home"].to_list() == ["BRS", "BRS"]
    assert games.table["visitor"].to_list() == ["FOX", "OWL"]
    assert said(report, "its cells are numbers")


def test_ranks_and_footnotes_are_no_part_of_a_name(tmp_path):
    rows = "9/29/2018,State,No. 4 Ohio,900\n9/14/2019,State,Ohio*,800\n9/21/2019,State,(12) Ohio,700\n9/28/2019,State,#1 Ohio,1\n"
    games, report = read(tmp_path, f"Date,Team,Opponent,Attendance\n{rows}")
    assert set(games.table["visitor"]) == {"Ohio"}
    assert said(report, "took", "No. 4 Ohio as Ohio")


def test_years_of_two_digits_beside_months_by_name(tmp_path):
    games, report = read(tmp_path, "date,home,attendance\n24-Aug-18,Port,900\n7-Sep-99,Port,800\n")
    assert games.table["date"].to_list() == [D(1999, 9, 7), D(2018, 8, 24)]
    assert said(report, "years of two digits")
    with pytest.raises(DataError, match="a date such as"):
        read(tmp_path, "date,home,attendance\n24/08/18,Port,900\n")


@pytest.mark.parametrize(
    ("season", "days", "dates"),
    [
        ("2018", ("Thursday, Mar 30", "Aug 7"), [D(2018, 3, 30), D(2018, 8, 7)]),
        ("2018-19", ("Oct 30", "Apr 7"), [D(2018, 10, 30), D(2019, 4, 7)]),
        ("2018/2019", ("30 Dec", "1 Jan"), [D(2018, 12, 30), D(2019, 1, 1)]),
    ],
)
def test_a_date_without_a_year_takes_that_of_its_season(tmp_path, season, days, dates):
    rows = "".join(f'{season},"{day}",FOX,90{i}\n' for i, day in enumerate(days))
    games, report = read(tmp_path, f"Season,Date,Opponent,Attendance\n{rows}")
    assert games.table["date"].to_list() == dates
    assert said(report, "took the years of Date from season")
    bare = "".join(f'"{day}",FOX,90{i}\n' for i, day in enumerate(days))
    with pytest.raises(DataError, match="say the year in a mapping file"):
        read(tmp_path, f"Date,Opponent,Attendance\n{bare}")


def test_a_winter_season_of_one_year_does_not_tell_the_year_of_a_date(tmp_path):
    with pytest.raises(DataError, match="seasons as 2018-19"):
        read(tmp_path, "Season,Date,Opponent,Attendance\n2019,Oct 30,FOX,900\n2019,Jan 7,FOX,901\n")


def test_offsets_of_several_time_zones_are_local_times(tmp_path):
    rows = "2023-04-07T02:10Z,2023-04-06T19:10:00-07:00,LAD,ARI,900\n2023-04-07T23:20Z,2023-04-07T19:20:00-04:00,SD,ATL,800\n"
    games, _ = read(tmp_path, f"game_dt,game_dt_local,opponent_team_abbr,team_abbr,attendance\n{rows}")
    assert games.table.select("date", "start_time", "home", "visitor").rows() == [
        (D(2023, 4, 6), dt.time(19, 10), "ARI", "LAD"),
        (D(2023, 4, 7), dt.time(19, 20), "ATL", "SD"),
    ]


def test_seats_of_many_ballparks_without_clubs_are_refused(tmp_path):
    rows = "".join(f"{900 + seats // 10},{seats},{int(seats < 9000)}\n" for seats in (5000, 7000, 9000, 15000, 33000))
    with pytest.raises(DataError, match="5 different numbers of seats and no column of home clubs"):
        read(tmp_path, f"attendance,capacity,home_team_Owls\n{rows}")


def test_venues_that_stand_for_clubs_are_said(tmp_path):
    _, report = read(tmp_path, "Date,Arena,Opponent,Attendance\n2024-04-01,Fox Dome,OWL,900\n")
    assert said(report, "each venue counts as a club", "[constants]")


def test_a_frame_of_games_to_come_keeps_its_rows():
    frame = pl.DataFrame({"Game Date": ["2024-05-08", "2024-05-01"], "Opp": ["OWL", "FOX"], "Team": ["BRS", "BRS"]})
    with pytest.warns(ReadingWarning, match="read Game Date as date"):
        games = read_frame(frame, upcoming=True)
    assert games.table["visitor"].to_list() == ["OWL", "FOX"]
    away = frame.with_columns(pl.Series("H/A", ["H", "A"]))
    with pytest.warns(ReadingWarning), pytest.raises(DataError, match=r"row 3.*no game of the season at home"):
        read_frame(away, upcoming=True)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Match", ("Blues v Natal", "Reds vs. Blues")),
        ("Fixture", ("Blues versus Natal", "Reds vs Blues")),
        ("short_name", ("Natal @ Blues", "Blues at Reds")),
    ],
)
def test_two_clubs_in_one_column_are_taken_apart(tmp_path, header, cells):
    text = f"Date,{header},Crowd\n2024-05-01,{cells[0]},12031\n2024-05-08,{cells[1]},9021\n"
    games, report = read(tmp_path, text)
    assert games.table.select("home", "visitor").rows() == [("Blues", "Natal"), ("Reds", "Blues")]
    assert "two clubs" in report.doubts[0].text


def test_two_columns_of_attendance_are_asked_about(tmp_path):
    games, report = read(tmp_path, "Date,Paid Attendance,Attendance\n2024-04-01,9100,7300\n2024-04-02,9500,7700\n")
    assert games.table["attendance"].to_list() == [7300, 7700]
    assert report.doubts[0].text == "took Attendance for attendance, not Paid Attendance"


def test_totals_of_several_games_are_no_attendance(tmp_path):
    rows = "April,10,4200,42000\nMay,12,5100,61200\nJune,13,6107,79391\n"
    with pytest.raises(DataError, match="the attendance of several games, as Games says"):
        read(tmp_path, f"Month,Games,Average Attendance,Total Attendance\n{rows}")


@pytest.mark.parametrize(("said_first", "date"), [("true", D(2023, 8, 6)), ("false", D(2023, 6, 8))])
def test_a_mapping_says_which_of_two_numbers_is_the_day(tmp_path, said_first, date):
    text = "Datum,Gast,Zuschauer\n06.08.2023,Eulen,4210\n07.08.2023,Elche,1950\n"
    with pytest.raises(DataError, match="day_first = true or false"):
        read(tmp_path, text)
    games, _ = read(tmp_path, text, f"day_first = {said_first}")
    assert games.table["date"][0] == date
    with pytest.raises(DataError, match="the month first, as the mapping says"):
        read(tmp_path, text + "24.08.2023,Elche,1950\n", "day_first = false")


def test_the_second_part_of_a_split_season_is_of_the_season(tmp_path):
    rows = "".join(f"2024-04-0{day},BRS,FOX,1520{day},Regular Season\n" for day in range(1, 5))
    text = f"date,home,visitor,attendance,stage\n{rows}2024-05-05,BRS,OWL,31000,Championship Group\n"
    assert len(read(tmp_path, text)[0]) == 5


def test_games_counted_through_a_season_tell_the_two_of_a_day_apart(tmp_path):
    rows = "2011-7-29,103,BAL,46499\n2011-7-30,104,BAL,46469\n2011-7-30,105,BAL,43190\n2011-7-31,106,BAL,46913\n"
    games, _ = read(tmp_path, f"Date,Gm#,Opp,Attendance\n{rows}")
    assert games.table["number"].to_list() == [0, 1, 2, 0]
    assert games.table["attendance"].to_list() == [46499, 46469, 43190, 46913]
    with pytest.raises(DataError, match="second row for the game"):
        read(tmp_path, f"Date,Gm#,Opp,Attendance\n{rows.replace(',105,', ',104,')}")
