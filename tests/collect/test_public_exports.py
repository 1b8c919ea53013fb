"""Tables shaped as the exports of public statistics sites are; clubs and figures are made up."""

import datetime as dt

import pytest

from gatecast.collect import read_games_with_report

D = dt.date
EXPORTS = {
    "hockey-reference, a team's season": (
        "GP,Date,,Opponent,GF,GA,,,Att.,LOG,Notes\n"
        "1,2023-10-10,@,Elks,4,2,W,,18532,2:31,\n2,2023-10-12,,Owls,3,4,L,OT,17850,2:40,\n3,2023-10-14,,Foxes,1,0,W,,16901,2:25,\n",
        {"date": [D(2023, 10, 12), D(2023, 10, 14)], "visitor": ["Owls", "Foxes"], "attendance": [17850, 16901]},
    ),
    "baseball-reference, a team's season": (
        "Gm#,Date,,Tm,,Opp,W/L,R,RA,Inn,Time,D/N,Attendance\n"
        '1,"Thursday, Mar 30 2023",boxscore,BRS,@,ELK,W,5,3,,2:38,D,45017\n'
        '2,"Friday, Apr 7 2023",boxscore,BRS,,OWL,L,2,3,,2:51,N,41003\n3,"Saturday, Apr 8 2023",boxscore,BRS,,OWL,W,4,1,,2:29,D,38007\n',
        {"home": ["BRS", "BRS"], "visitor": ["OWL", "OWL"], "attendance": [41003, 38007], "start_time": [None, None]},
    ),
    "football-data": (
        "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,Attendance\nE0,11/08/2023,20:00,Bears,Owls,0,3,A,21572\nE0,13/08/2023,14:00,Foxes,Elks,2,1,H,59984\n",
        {"date": [D(2023, 8, 11), D(2023, 8, 13)], "home_runs": [0, 2], "attendance": [21572, 59984]},
    ),
    "FBref": (
        "Wk,Day,Date,Time,Home,xG,Score,xG,Away,Attendance,Venue,Referee\n"
        '1,Fri,2023-08-11,20:00,Bears,0.3,0–3,1.9,Owls,"21,572",Bear Lane,A B\n1,Sat,2023-08-12,12:30,Foxes,0.8,2–1,1.2,Elks,"59,984",Fox Dome,C D\n',
        {"home": ["Bears", "Foxes"], "venue": ["Bear Lane", "Fox Dome"], "attendance": [21572, 59984]},
    ),
    "MLB Stats": (
        "gamePk,gameDate,officialDate,gameType,doubleHeader,gameNumber,venue.name,teams.home.team.name,teams.away.team.name,gameInfo.attendance\n"
        "718780,2023-03-30T17:05:00Z,2023-03-30,R,N,1,Bear Park,Bears,Owls,46172\n718781,2023-04-02T20:10:00Z,2023-04-02,R,N,1,Bear Park,Bears,Owls,32078\n",
        "local time",
    ),
    "ESPN, a team's schedule": (
        "DATE,OPPONENT,TIME,RESULT,ATTENDANCE\n2024-03-28,vs Owls,1:05 PM,W 5-2,41000\n2024-04-01,@ Elks,7:05 PM,L 1-2,20500\n2024-04-05,vs Foxes,7:05 PM,W 3-1,38200\n",
        {"visitor": ["Owls", "Foxes"], "attendance": [41000, 38200]},
    ),
    "KBO": (
        "날짜,시간,홈팀,원정팀,구장,관중수\n2024-03-23,14:00,두산,한화,잠실,23750\n2024-03-24,14:00,두산,한화,잠실,21305\n",
        {"home": ["두산", "두산"], "venue": ["잠실", "잠실"], "attendance": [23750, 21305]},
    ),
    "NPB": (
        '試合日,開始,ホーム,ビジター,球場,観客数\n2024-03-29,18:30,巨人,阪神,東京ドーム,"42,011"\n2024-03-30,14:00,巨人,阪神,東京ドーム,"42,143"\n',
        {"visitor": ["阪神", "阪神"], "start_time": [dt.time(18, 30), dt.time(14)], "attendance": [42011, 42143]},
    ),
    "J.League": (
        "年度,大会,節,試合日,K/O時刻,ホーム,スコア,アウェイ,スタジアム,入場者数\n2024,J1,第1節,2024/02/23,14:03,横浜FM,2-1,東京V,国立,53026\n2024,J1,第1節,2024/02/24,13:02,札幌,0-0,福岡,ベスト,9065\n",
        {"home": ["横浜FM", "札幌"], "season": [2024, 2024], "attendance": [53026, 9065]},
    ),
    "Bundesliga, with points between thousands": (
        "Datum;Anpfiff;Heim;Gast;Zuschauer\n18.08.2023;20:30;Bären;Eulen;42.100\n19.08.2023;15:30;Füchse;Elche;9.500\n",
        {"home": ["Bären", "Füchse"], "attendance": [42100, 9500]},
    ),
    "fixtures in universal time": (
        "Match Number,Round Number,Date (UTC),Location,Home Team,Away Team,Attendance\n1,1,2023-10-24 23:30,Bear Hall,Bears,Owls,19842\n",
        "local time",
    ),
    "a winter league by season label": (
        "season,date,home_team,away_team,attendance\n2021-22,2021-10-19,Bears,Owls,17341\n2021-22,2022-02-19,Bears,Owls,16020\n",
        {"season": [2021, 2021], "attendance": [17341, 16020]},
    ),
}
"""The text of each export, and what it comes to: columns of the games, or a word of the refusal."""


@pytest.mark.parametrize("name", EXPORTS)
def test_public_exports(tmp_path, name):
    text, right = EXPORTS[name]
    path = tmp_path / "games.csv"
    path.write_text(text, encoding="utf-8")
    if isinstance(right, str):
        with pytest.raises(ValueError, match=right):
            read_games_with_report(path)
        return
    games, _ = read_games_with_report(path)
    for column, values in right.items():
        assert games.table[column].to_list() == values
