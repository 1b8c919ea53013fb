"""Read public attendance tables of many leagues as a newcomer would, and check every total against the file.

    python benchmarks/public_files.py FOLDER

FOLDER holds the files that `SOURCES` lists, under their names there; none of them is part of gatecast. Whatever of a
file is there counts, so that an excerpt will do. Rows and attendance of each file are added up by Python's csv module
alone. All rows are told if every row of the file became a game or was left out for a reason that was said, and if the
attendance of the rows that became games is that of the games.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared import markdown

from gatecast.collect import ColumnMapping, read_games_with_report, read_mapping, read_table, usable_games
from gatecast.collect.report import RowCounts
from gatecast.errors import InputError
from gatecast.games import columns as c

GITHUB = "https://github.com/"
NEW_YORK = 'time_zone = "America/New_York"\n'
NOT_LEFT_OUT = ("rows in the file", "games", "with an attendance")


@dataclass(frozen=True)
class Source:
    """One public file: its name in the folder, what it is, where it is, its attendance, and the mapping it needs.

    `whole` says that the figures of the documentation are of the whole file, not of an excerpt.
    """

    name: str
    league: str
    address: str
    attendance: str = "attendance"
    mapping: str = ""
    whole: bool = False


SOURCES = (
    Source(
        "fc-tokyo.csv",
        "football, Japan: ten seasons of FC Tokyo, in Japanese",
        "tasskkiu2/J-league-attendance-predict-/blob/8f194e29f64ca9415bffca321594eb09e13e0686/J1_tokyo_home_2015-2024.csv",
        "入場者数",
        whole=True,
    ),
    Source(
        "dodgers-2012.csv",
        "baseball, USA: a season of the Los Angeles Dodgers, months and days apart",
        "TigerInnovate/PredictiveModeling/blob/58034aa34c164d334b11f5a8cb042f5761703116/dodgers.csv",
        "attend",
        mapping='[columns]\ndate = "{month} {day} 2012"\n',
        whole=True,
    ),
    Source(
        "world-cup-2022.csv",
        "football: World Cup in Qatar",
        "anaskouri/Qatar-22-World-Cup-Stadium-Attendance-Insights/blob/46cb5a1330bbb9f55ebbb2422d105115475bd0b1/"
        "dataset/attend_qtr_wc.csv",
        whole=True,
    ),
    Source(
        "baseball-one-day.csv",
        "baseball, USA: one day of all clubs, two clubs in a cell",
        "vincentarelbundock/Rdatasets/blob/aa1ee3f77778e95ac0d8909f2f1cf129f5b49bde/csv/Stat2Data/BaseballTimes2017.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "saudi-league-2010.csv",
        "football, Saudi Arabia: a season of the Pro League, no dates",
        "AmmarHawashem/SPL_Attendance_Prediction/blob/857a4bd2a671a80308ebc67d730f9d20ca346c8e/SPL/10/10A.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "champions-league-finals.csv",
        "football, Europe: finals of the Champions League, seasons and no dates",
        "aronwoost/AI-Champions-League-knowledgebase/blob/896581cb6dbdd73b0007c435f684f10022176d32/finals.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "world-cup-finals.csv",
        "football: finals of the World Cup, years and no dates",
        "zakirangwala/FIFA-World-Cup-Dashboard/blob/fa1a206c5851cc4d2a72faec176bb02b1fabc49b/world_cup_finals.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "super-bowls.csv",
        "American football: Super Bowls",
        "saxenasomil/Mini_Project-TV-Halftime-Shows-and-the-Big-Game/blob/"
        "ae11587c9902b4f54dcd1c3cf8248123e2aa26da/datasets/super_bowls.csv",
        whole=True,
    ),
    Source(
        "pwhl-special-venues.csv",
        "women's ice hockey, North America: PWHL, games away from the clubs' own arenas",
        "365hockeygirl/pwhl-attendance-data-s3/blob/1969c98ace2186f709f03134fa8306e954169c11/data/"
        "special_venue_attendance_data.csv",
        whole=True,
    ),
    Source(
        "pwhl-playoffs.csv",
        "women's ice hockey, North America: PWHL, playoffs",
        "365hockeygirl/pwhl-attendance-data-s3/blob/469c28e5a30dfa93e5c4d4a85b3f37ef1ef69ffe/data/"
        "S3 Playoffs attendances/s3_playoffs_attendance_data.csv",
        whole=True,
    ),
    Source(
        "baseball-one-day-2008.csv",
        "baseball, USA: another day of all clubs",
        "vincentarelbundock/Rdatasets/blob/1c97ab8a1df2469762e635481ba27cf4e80e3e51/csv/Stat2Data/BaseballTimes.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "afl.csv",
        "Australian football: AFL",
        "dvaghjiani/AFL-Attendance-Prediction/blob/701036e82d9cecc5c62c455a6b5e7d3d6fb07750/match_data.csv",
    ),
    Source(
        "college-football-2023.csv",
        "college football, USA, 2023",
        "Break-Through-Tech/Sports-Analytics-1A-assessing-football-stadium-attendance-and-experience/blob/"
        "f9b7a0f206afb2ede32c91bda60862fe90c3ddb3/data/games_2023.csv",
        mapping=NEW_YORK,
    ),
    Source(
        "college-football-largest.csv",
        "college football, USA: the 15 largest crowds of two clubs",
        "dogussaltunnn-ucam/college-football-attendance-analysis/blob/6b5b9015483f735fd67cb5f61963d7a8415e621a/"
        "cfb_top_15_games.csv",
        "Attendance",
        whole=True,
    ),
    Source(
        "championship.csv",
        "football, England: Championship",
        "anouar-bda/championship-attendance-analysis/blob/1d69352e0980dd647bebeefbe4a76a049aa7e437/data/"
        "championship_matches_validated.csv",
        "Attendance",
    ),
    Source(
        "premier-league.csv",
        "football, England: Premier League",
        "OrlinDataAnalyst/Premier-League-Stadium-Attendance/blob/2ebb68287b679e28dafcc595b3dceff5252d3fdf/Data/matches.csv",
        "Attendance",
    ),
    Source(
        "liga-portugal.csv",
        "football, Portugal: Primeira Liga",
        "Munstas/liga-portugal-attendance-forecast/blob/922d5215b34099eb8df435645331af375b592c9b/data/"
        "liga_portugal_fotmob.csv",
        "Attendance",
    ),
    Source(
        "k-league.csv",
        "football, South Korea: K League 1, in Korean",
        "namgilwoo999/kleague-attendance-prediction-prophet/blob/1dcf9e29bf467d5f4ff639f9a4f24f24a4a7c22f/data/"
        "k_league1_2024.csv",
    ),
    Source(
        "mls-2022.csv",
        "football, North America: MLS",
        "bjpark320/mls-messi-attendance-analysis/blob/2a43ed9dce11a2a09b0109763d53c22bc2057aec/"
        "mls_messi_analysis_tableau.csv",
        "Attendance",
    ),
    Source(
        "houston-dynamo.csv",
        "football: one MLS club, with cup games",
        "kghorsak1/Houston-Dynamo-Attendance-Forecast/blob/3bf35a272260f53bb17efdbe47959e5b2b463784/"
        "Final Dynamo Data.csv",
        "Attendance",
    ),
    Source(
        "wnba.csv",
        "women's basketball, USA: WNBA",
        "AshHeinke/WNBA-Attendance/blob/d59399e295e3c5c8c1ae1158ef98ccfa1254d6de/Team_CSVs/Final_csv.csv",
        "Attendance",
    ),
    Source(
        "nhl-2014.csv",
        "ice hockey, North America: NHL",
        "gaversano/NHL-attendance/blob/0759d74d3d2d00a2d68cf94ede06af3ffd9c5a70/game_data.txt",
    ),
    Source(
        "mlb-2023.csv",
        "baseball, USA: MLB",
        "joeeoj/mlb-attendance-data/blob/2cf9976b819acd8635901f40279aad1f7c866992/data/games.csv",
    ),
    Source(
        "nfl-weekly.csv",
        "American football: NFL, a row for each team and week",
        "emilp-tuwien/nfl-attendance-prediction/blob/a9baa38ae7327351b811e404808c4bd9052cef63/data/attendance.csv",
        "weekly_attendance",
    ),
    Source(
        "ekstraklasa.csv",
        "football, Poland: a table of numbers for a model, clubs one-hot",
        "maculewiczmichal/stadium-attendance-prediction/blob/2c148468d0cacd9d8193ed6337ac2dc020174c07/data/final_data.csv",
    ),
    Source(
        "super-rugby.csv",
        "rugby: Super Rugby, results without attendance",
        "thmcmahon/superrugby/blob/1d204ba92523b8f7538cf62a07dcdd775709fd0e/data-raw/superrugby_raw.csv",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the files are")
    folder = parser.parse_args().folder
    present = [source for source in SOURCES if (folder / source.name).is_file()]
    if not present:
        raise SystemExit(f"{folder}: got none of {', '.join(source.name for source in SOURCES)}")
    read, refused = [], []
    for source in present:
        try:
            read.append(checked(source, folder / source.name))
        except InputError as error:
            refused.append([linked(source), str(error)])
    names = [
        "league",
        "file",
        "rows",
        "games",
        "left out",
        "attendance in the file",
        "in the games",
        "in rows left out",
        "all rows told",
    ]
    print(markdown(names, read))
    print()
    print(markdown(["league", "refused, since"], refused))


def checked(source: Source, path: Path) -> list[object]:
    """Return a row of the table: what the file holds, and what was read of it."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        held = [people(row.get(source.attendance) or "") for row in csv.DictReader(lines)]
    mapping = mapping_of(source)
    read_games_with_report(path, mapping)
    usable = usable_games(read_table(path), mapping)
    games = usable.games.table[c.ATTENDANCE].sum()
    used = sum(held[row - 2] for row in usable.rows)
    counts = usable.report.rows
    balance = counts.in_file == len(held) == len(usable.rows) + sum(count for _, count in left_out(counts))
    told = balance and used == games
    reasons = "; ".join(f"{count} {what.removesuffix(' left out')}" for what, count in left_out(counts)) or "none"
    return [
        linked(source),
        "whole" if source.whole else "excerpt",
        len(held),
        len(usable.rows),
        reasons,
        f"{sum(held):,}",
        f"{games:,}",
        f"{sum(held) - used:,}",
        "yes" if told else "NO",
    ]


def left_out(counts: RowCounts) -> list[tuple[str, int]]:
    """Return the reasons for which rows are no games, with their numbers."""
    return [(what, count) for what, count in counts.shown() if what not in NOT_LEFT_OUT]


def people(cell: str) -> int:
    """Return a cell as people; 0 where it is empty."""
    return round(float(cell.replace(",", ""))) if cell.strip() else 0


def mapping_of(source: Source) -> ColumnMapping:
    """Return the mapping that a file needs; an empty one where its own headers are enough."""
    if not source.mapping:
        return ColumnMapping()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "columns.toml"
        path.write_text(source.mapping, encoding="utf-8")
        return read_mapping(path)


def linked(source: Source) -> str:
    """Return the league as a link to its file."""
    return f"[{source.league}]({GITHUB}{source.address.replace(' ', '%20')})"


if __name__ == "__main__":
    main()
