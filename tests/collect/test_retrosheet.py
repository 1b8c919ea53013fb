import datetime as dt
import gzip
import random
import zipfile

import polars as pl
import pytest

from gatecast.collect import archive
from gatecast.collect.retrosheet import RETROSHEET_NOTICE, retrosheet
from gatecast.errors import DataError
from gatecast.games import columns as c

HEADER = "gid,visteam,hometeam,site,date,number,starttime,attendance,temp,Capacity,gametype\n"


def log_line(date="20190404", number="0", visitor="TEX", home="ANA", park="ANA01", gate="42027", day_night="N"):
    fields = [""] * 161
    for field, cell in {
        1: date,
        2: number,
        4: visitor,
        7: home,
        10: "4",
        11: "11",
        13: day_night,
        17: park,
        161: "Y",
    }.items():
        fields[field - 1] = f'"{cell}"'
    fields[17] = gate
    return ",".join(fields) + "\n"


def put(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="latin-1")
    return path


def put_zip(folder, name, **members):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for member, text in members.items():
            packed.writestr(member.replace("_", "."), text)
    return path


def values(games, *names):
    return games.table.select(names).rows()


def test_gameinfo_adds_what_the_game_log_does_not_say(tmp_path):
    put_zip(tmp_path, "GL2019.ZIP", GL2019_TXT=log_line())
    put(tmp_path, "gameinfo.csv", HEADER + 'ANA201904040,TEX,ANA,ANA01,20190404,0,7:08PM,17,77,"45,517",regular\n')
    (game,) = retrosheet([tmp_path]).table.to_dicts()
    assert (game[c.ATTENDANCE], game[c.VENUE], game[c.SEASON], game[c.HOME_RUNS]) == (42027, "ANA01", 2019, 11)
    assert (game[c.START_TIME], game[c.TEMPERATURE], game[c.CAPACITY]) == (dt.time(19, 8), 25.0, 45517)


def test_a_folder_a_text_and_a_gz_are_read_alike_and_in_order_of_play(tmp_path):
    (tmp_path / "logs").mkdir()
    put(tmp_path / "logs", "gl2020.txt", log_line("20200801", gate=""))
    put(tmp_path / "logs", "readme.txt", "not a game log")
    late = put(tmp_path, "any-name.txt", log_line("20190405"))
    info = tmp_path / "gameinfo.csv.gz"
    info.write_bytes(gzip.compress((HEADER + "ANA201904030,TEX,ANA,ANA01,20190403,0,,9000,0,,regular\n").encode()))
    games = retrosheet([tmp_path / "logs", str(late), info])
    assert values(games, c.GAME_ID, c.ATTENDANCE) == [
        ("ANA201904030", 9000),
        ("ANA201904050", 42027),
        ("ANA202008010", None),
    ]


def test_the_wins_expected_of_the_home_club_come_with_the_package(tmp_path):
    put(tmp_path, "gl2019.txt", log_line() + log_line(date="20190405", home="XXX"))
    assert values(retrosheet(tmp_path), c.EXPECTED_WINS) == [(pytest.approx(0.5, abs=0.1),), (None,)]


def test_one_path_need_not_stand_in_a_list(tmp_path):
    assert len(retrosheet(str(put(tmp_path, "gl.txt", log_line())))) == 1


def test_the_later_file_wins_and_the_earlier_fills_in(tmp_path):
    first = put(tmp_path, "1.txt", log_line(gate="100") + log_line("20190405", gate="200"))
    second = put(tmp_path, "2.txt", log_line(gate="150") + log_line("20190405", gate=""))
    assert values(retrosheet([first, second]), c.ATTENDANCE) == [(150,), (200,)]
    assert values(retrosheet([second, first]), c.ATTENDANCE) == [(100,), (200,)]


def test_the_gate_of_a_doubleheader_is_not_counted_twice(tmp_path):
    log = put(tmp_path, "gl.txt", log_line(number="1", gate="28621") + log_line(number="2", gate="-1"))
    info = put(
        tmp_path,
        "gameinfo.csv",
        HEADER
        + "ANA201904041,TEX,ANA,ANA01,20190404,1,12:05PM,0,70,,regular\n"
        + "ANA201904042,TEX,ANA,ANA01,20190404,2,5:20PM,28621,71,,regular\n",
    )
    assert values(retrosheet([log, info]), c.NUMBER, c.ATTENDANCE) == [(1, 28621), (2, None)]


def test_the_gate_of_a_single_game_that_the_log_lacks_comes_from_gameinfo(tmp_path):
    log = put(tmp_path, "gl.txt", log_line(gate=""))
    info = put(tmp_path, "gameinfo.csv", HEADER + "ANA201904040,TEX,ANA,ANA01,20190404,0,,39911,0,,regular\n")
    assert values(retrosheet([log, info]), c.ATTENDANCE) == [(39911,)]


def test_a_game_moved_to_the_visitors_park_is_one_game(tmp_path):
    log = put(tmp_path, "gl.txt", log_line("20170915", visitor="MIL", home="MIA", park="MIL06", gate="19369"))
    info = put(tmp_path, "gameinfo.csv", HEADER + "MIL201709150,MIA,MIL,MIL06,20170915,0,7:10PM,19369,75,,regular\n")
    games = retrosheet([log, info])
    assert values(games, c.GAME_ID, c.HOME, c.START_TIME) == [("MIA201709150", "MIA", dt.time(19, 10))]


@pytest.mark.parametrize(
    ("start", "day_night", "expected"),
    [
        ("4:03AM", "D", None),
        ("11:05PM", "D", None),
        ("11:06PM", "N", dt.time(23, 6)),
        ("10:35AM", "D", dt.time(10, 35)),
        ("7:50PM", "D", dt.time(19, 50)),
    ],
)
def test_a_start_with_am_and_pm_confused_is_unknown(tmp_path, start, day_night, expected):
    log = put(tmp_path, "gl.txt", log_line(day_night=day_night))
    info = put(tmp_path, "gameinfo.csv", HEADER + f"ANA201904040,TEX,ANA,ANA01,20190404,0,{start},0,0,,regular\n")
    assert values(retrosheet([log, info]), c.START_TIME) == [(expected,)]


def test_seats_that_a_gate_proves_wrong_are_dropped_for_the_park_and_no_other(tmp_path):
    rows = [("20190403", "ANA01", 4517, 4000), ("20190404", "ANA01", 4517, 42027), ("20190405", "SEA03", 4517, 9034)]
    lines = (f"ANA{day}0,TEX,ANA,{park},{day},0,,{gate},0,{seats},regular\n" for day, park, seats, gate in rows)
    games = retrosheet([put(tmp_path, "gameinfo.csv", HEADER + "".join(lines))])
    assert values(games, c.CAPACITY, c.ATTENDANCE) == [(None, 4000), (None, 42027), (4517, 9034)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date": "20990404"}, r"^gl2\.txt, row 2, attendance: .*2099.*expected results only of games already played"),
        (
            {"gate": "900000"},
            r"^gl2\.txt, row 2, attendance: got '900000', expected a whole number from 0 to 250000",
        ),
        ({"gate": "-40"}, r"^gl2\.txt, row 2, attendance: got '-40'"),
        ({"gate": "x"}, r"^gl2\.txt, row 2, attendance \(field 18\): got 'x'"),
    ],
)
def test_an_error_names_the_published_file_and_row(tmp_path, change, message):
    put(tmp_path, "gl1.txt", log_line("20190401") + log_line("20190402"))
    put(tmp_path, "gl2.txt", log_line("20180402") + log_line(**change))
    with pytest.raises(DataError, match=message):
        retrosheet([tmp_path])


def test_a_zip_of_several_seasons_names_the_text(tmp_path):
    path = put_zip(tmp_path, "gl2010_19.zip", gl2018_txt=log_line("20180402"), gl2019_txt=log_line("20190431"))
    with pytest.raises(DataError, match=r"^gl2010_19\.zip/gl2019\.txt, row 1, date"):
        retrosheet([path])


def truncated(folder):
    path = put_zip(folder, "gl2019.zip", gl2019_txt=log_line() * 50)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def damaged(folder):
    path = put_zip(folder, "gl2019.zip", gl2019_txt="".join(log_line(f"201904{day:02}") for day in range(1, 29)))
    raw = bytearray(path.read_bytes())
    raw[80:120] = bytes(40)
    path.write_bytes(raw)
    return path


def bomb(folder):
    return put_zip(folder, "gl2019.zip", gl2019_txt="0" * (archive.LARGEST_TEXT + 1))


def gz_bomb(folder):
    path = folder / "gameinfo.csv.gz"
    path.write_bytes(gzip.compress(b"0" * (archive.LARGEST_TEXT + 1), 1))
    return path


def empty_folder(folder):
    (folder / "nothing").mkdir()
    return folder / "nothing"


def postseason(folder):
    return put(folder, "gameinfo.csv", HEADER + "ANA201904040,TEX,ANA,ANA01,20191004,0,,1,0,,lcs\n")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (truncated, r"^gl2019\.zip: got a damaged file.*download it again"),
        (damaged, r"^gl2019\.zip: got a damaged file"),
        (bomb, r"^gl2019\.zip: got more than 1 MB unpacked"),
        (gz_bomb, r"^gameinfo\.csv\.gz: got more than 1 MB unpacked"),
        (lambda folder: put(folder, "gl2019.zip", "<html>"), r"^gl2019\.zip: got a damaged file, or another kind"),
        (lambda folder: put(folder, "gameinfo.csv.gz", "gid,date"), r"^gameinfo\.csv\.gz: got a damaged file"),
        (lambda folder: put_zip(folder, "gl2019.zip", photo_jpg="x"), r"^gl2019\.zip: got a zip without a text"),
        (empty_folder, "^nothing: got a folder without games"),
        (lambda folder: folder / "gl1999.zip", r"^gl1999\.zip: got a path that does not exist"),
        (lambda folder: put(folder, "gl.pdf", ""), r"^gl\.pdf: got ending '\.pdf'"),
        (postseason, "no regular-season games"),
    ],
)
def test_a_path_that_cannot_be_used_is_refused_in_one_line(tmp_path, monkeypatch, make, message):
    monkeypatch.setattr(archive, "LARGEST_TEXT", 1_000_000)
    with pytest.raises(DataError, match=message) as refused:
        retrosheet([make(tmp_path)])
    assert "\n" not in str(refused.value)


def test_no_paths_are_refused():
    with pytest.raises(DataError, match="no paths"):
        retrosheet([])


def test_bytes_changed_at_random_never_end_in_another_error(tmp_path):
    whole = put_zip(
        tmp_path, "gl.zip", gl_txt="".join(log_line(f"201904{day:02}") for day in range(1, 11))
    ).read_bytes()
    draw = random.Random(7)
    refused = 0
    for _ in range(150):
        raw = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            raw[draw.randrange(len(raw))] = draw.randrange(256)
        (tmp_path / "changed.zip").write_bytes(raw)
        try:
            retrosheet([tmp_path / "changed.zip"])
        except DataError:
            refused += 1
    assert refused > 75


@pytest.fixture(scope="module")
def published(shared_data):
    return retrosheet([shared_data / "retrosheet"])


def test_every_published_game_is_read(published):
    table = published.table
    assert len(published) == 65_755
    assert table[c.SEASON].unique().sort().to_list() == list(range(1995, 2023))
    assert table.filter(pl.col(c.SEASON) == 2020)[c.ATTENDANCE].null_count() == 898
    nameless = table.select(c.VENUE, c.HOME, c.VISITOR, c.HOME_LEAGUE, c.DAY_NIGHT, c.HOME_STARTER, c.HOME_RUNS)
    assert nameless.null_count().sum_horizontal().item() == 0


def test_known_traps_of_the_published_games(published):
    def game(game_id, *names):
        return published.table.filter(pl.col(c.GAME_ID) == game_id).select(names).row(0)

    assert game("BAL201504290", c.ATTENDANCE, c.HOME_RUNS) == (None, 8)
    assert game("SFN200408182", c.START_TIME, c.ATTENDANCE) == (None, 42296)
    assert game("BOS199704210", c.START_TIME, c.DAY_NIGHT) == (None, "day")
    assert game("DET200708240", c.START_TIME) == (dt.time(23, 6),)
    assert game("NYA201706210", c.ATTENDANCE) == (39911,)
    assert [game(f"ATL20210721{n}", c.ATTENDANCE)[0] for n in (1, 2)] == [28621, None]
    assert game("TOR201006250", c.VENUE, c.ATTENDANCE) == ("PHI13", 43076)
    assert game("TBA199804270", c.ATTENDANCE) == (25484,)
    assert published.table[c.TEMPERATURE].drop_nulls().is_between(-10, 46).all()


def test_a_club_file_alone_makes_games_and_fits_the_game_logs(shared_data, published):
    club = shared_data / "clubs" / "milwaukee-gameinfo-1969-2022.csv"
    alone = retrosheet([club])
    assert len(alone) == 8517
    assert (
        alone.table.select(c.VENUE, c.HOME, c.VISITOR, c.HOME_RUNS, c.DAY_NIGHT).null_count().sum_horizontal().item()
        == 0
    )
    assert alone.table[c.WIND].drop_nulls().min() == 0
    both = retrosheet([shared_data / "retrosheet", club])
    before_1995 = alone.table.filter(pl.col(c.SEASON) < 1995).height
    assert len(both) == len(published) + before_1995


def test_the_notice_is_retrosheets_own(shared_data):
    readme = (shared_data / "README.md").read_text(encoding="utf-8").replace("\n> ", " ")
    assert RETROSHEET_NOTICE in readme
