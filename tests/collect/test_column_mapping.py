import pytest

from gatecast.collect import ColumnMapping, read_games, read_mapping, write_games
from gatecast.collect.column_mapping import CustomColumn, Source
from gatecast.errors import SettingsError
from gatecast.games import AFTER, ALWAYS, Knowability, League, Role

EVERYTHING = """
sheet = "Games"
guess = false
[columns]
attendance = "gate"
temperature_c = { column = "temp", unit = "f" }
date = "{SEP} {day of month} 2012"
promotion = ["cap", "shirt"]
[constants]
home = "LAN"
capacity = 56000
[values.sky]
"Bright" = "sunny"
"?" = ""
[keep]
gametype = ["regular", 1]
league = "A"
[further.price]
known = "always"
column = "Ticket price"
low = 0
unit = "USD"
[further.sold]
type = "whole_number"
known = "7 days"
[further.fans]
type = "yes_no"
known = "after"
"""


def mapping(tmp_path, text):
    path = tmp_path / "columns.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_everything_a_mapping_can_say(tmp_path):
    read = mapping(tmp_path, EVERYTHING)
    assert (read.sheet, read.guess, read.file) == ("Games", False, "columns.toml")
    assert read.columns == {
        "attendance": Source(("gate",)),
        "temperature_c": Source(("temp",), unit="F"),
        "date": Source(("SEP", "day of month"), template="{SEP} {day of month} 2012"),
        "promotion": Source(("cap", "shirt"), marks=True),
    }
    assert read.constants == {"home": "LAN", "capacity": "56000"}
    assert read.values == {"sky": {"Bright": "sunny", "?": ""}}
    assert read.keep == {"gametype": ("regular", "1"), "league": ("A",)}
    price, sold, fans = read.custom_columns
    assert isinstance(price, CustomColumn)
    assert (price.header, price.column.known, price.column.unit, price.column.low) == (
        "Ticket price",
        ALWAYS,
        "USD",
        0.0,
    )
    assert (sold.header, sold.column.known, sold.column.role) == ("sold", Knowability(7.0), Role.NUMBER)
    assert (fans.column.known, fans.column.role, fans.column.high) == (AFTER, Role.RESULT, 1.0)


def test_an_empty_mapping_says_nothing(tmp_path):
    assert mapping(tmp_path, "") == ColumnMapping(file="columns.toml")


def test_a_mark_of_byte_order_does_no_harm(tmp_path):
    assert mapping(tmp_path, '\ufeffsheet = "a"').sheet == "a"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("sheet = 3", "sheet", "the name of a sheet"),
        ('guess = "yes"', "guess", "true or false"),
        ("columns = 3", "columns", r"a section \[columns\]"),
        ("[columns]\nhome = 3", "columns.home", "in quotation marks"),
        ('[columns]\nhome = {colum = "x"}', "columns.home.colum", "did you mean 'column'"),
        ('[columns]\nhome = {unit = "F"}', "columns.home.column", "the name of a column"),
        ('[columns]\ndate = "{}"', "columns.date", "a template"),
        ('[columns]\ndate = "{day:02d}"', "columns.date", "a template"),
        ('[columns]\nprice = "x"', "columns.price", r"declared under \[further\]"),
        ("[constants]\nhome = [1]", "constants.home", "one text"),
        ('[values]\nsky = "x"', "values.sky", "lines such as"),
        ("[keep]\ngametype = []", "keep.gametype", "rows to keep"),
        ("[further]\nprice = 3", "further.price", "with type and known"),
        ('[further.price]\nknwn = "always"', "further.price.knwn", "did you mean 'known'"),
        ('[further.price]\nknown = "always"\nlow = "a"', "further.price.low", "a number"),
        ('[further.price]\nknown = "always"\nvalues = "a"', "further.price.values", "a list"),
        ('[further.price]\nknown = "always"\ncolumn = 1', "further.price.column", "a text"),
    ],
)
def test_what_a_mapping_cannot_say(tmp_path, text, key, words):
    with pytest.raises(SettingsError, match=words) as refused:
        mapping(tmp_path, text)
    assert refused.value.key == key
    assert str(refused.value).startswith("columns.toml, ")


def test_files_that_are_no_mapping(tmp_path):
    with pytest.raises(SettingsError, match="a folder"):
        read_mapping(tmp_path)
    with pytest.raises(SettingsError, match="No such file"):
        read_mapping(tmp_path / "absent.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="no UTF-8"):
        read_mapping(tmp_path / "x.toml")


def test_the_league_of_a_table_is_read(tmp_path):
    assert mapping(tmp_path, 'league = "NPB"\ncountry = "JP"').league == League("NPB", "JP")
    assert mapping(tmp_path, "restricted_attendance = true").league == League(restricted=True)
    assert mapping(tmp_path, EVERYTHING).league is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('country = "Japan"', r"columns\.toml, country: got 'Japan', expected two letters such as US, CA or JP"),
        ("country = 3", r"columns\.toml, country: got 3, expected two letters"),
        ("league = 3", r"columns\.toml, league: got 3, expected the name of the league in quotation marks"),
        ('restricted_attendance = "no"', "restricted_attendance: got 'no', expected true or false"),
    ],
)
def test_a_league_that_cannot_be_used_is_refused(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        mapping(tmp_path, text)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_league_stays_with_the_games_in_a_file(tmp_path, ending):
    table, league = tmp_path / "games.csv", League("NPB", "JP", restricted=False)
    table.write_text("date,home,attendance\n2023-05-04,Owls,4000\n2023-05-05,Owls,4100\n", encoding="utf-8")
    (tmp_path / "games.columns.toml").write_text(
        'league = "NPB"\ncountry = "JP"\nrestricted_attendance = false', "utf-8"
    )
    games = read_games(table, note=lambda text: None)
    assert games.league == league
    write_games(games, tmp_path / f"again.{ending}")
    assert read_games(tmp_path / f"again.{ending}", note=lambda text: None).league == league
