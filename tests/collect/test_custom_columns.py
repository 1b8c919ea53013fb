"""A club's own columns in the table of games to come, as the table of past games declares them."""

import polars as pl
import pytest

from gatecast.collect import notice_of, read_games, write_games
from gatecast.errors import DataError
from gatecast.games import ALWAYS, Column, Games, Knowability, Role

PRICE = Column("price", pl.Float64, Role.NUMBER, ALWAYS, low=0, high=500)
SOLD = Column("tickets_sold", pl.Int32, Role.NUMBER, Knowability(7.0))


def coming(folder, text):
    path = folder / "coming.csv"
    path.write_text(text)
    return path


def test_those_that_the_table_has_are_read(tmp_path):
    told = []
    path = coming(tmp_path, "date,visitor,Price\n2026-04-14,OAK,12.5\n")
    games = read_games(path, upcoming=True, custom_columns=(PRICE, SOLD), note=told.append)
    assert games.custom_columns == (PRICE,)
    assert games.table["price"].to_list() == [12.5]
    assert told == []


def test_they_are_checked_as_declared(tmp_path):
    path = coming(tmp_path, "date,visitor,price\n2026-04-14,OAK,900\n")
    with pytest.raises(DataError, match=r"coming.csv, row 2, price: got '900', expected a number from 0 to 500"):
        read_games(path, upcoming=True, custom_columns=(PRICE,))


def test_the_tables_own_mapping_says_where_and_the_other_table_what(tmp_path):
    path = coming(tmp_path, "date,visitor,ticket\n2026-04-14,OAK,12.5\n")
    (tmp_path / "coming.columns.toml").write_text(
        '[further.price]\ncolumn = "ticket"\ntype = "category"\nknown = "always"\n'
    )
    games = read_games(path, upcoming=True, custom_columns=(PRICE,))
    assert games.custom_columns == (PRICE,)
    assert games.table["price"].to_list() == [12.5]


def test_a_table_that_gatecast_wrote_agrees_too(tmp_path):
    whole = Column("price", pl.Int32, Role.NUMBER, ALWAYS)
    frame = pl.DataFrame({"date": ["2026-04-14"], "visitor": ["OAK"], "price": [12], "tickets_sold": [900]})
    frame = frame.with_columns(pl.col("date").str.to_date())
    write_games(Games.from_frame(frame, (whole,)), tmp_path / "coming.parquet")
    games = read_games(tmp_path / "coming.parquet", upcoming=True, custom_columns=(PRICE, SOLD))
    assert games.custom_columns == (PRICE,)
    assert games.table["price"].dtype == pl.Float64


def test_the_first_declaration_of_a_name_stands(tmp_path):
    path = coming(tmp_path, "date,visitor,price\n2026-04-14,OAK,12.5\n")
    other = Column("price", pl.String, Role.CATEGORY, ALWAYS)
    assert read_games(path, upcoming=True, custom_columns=(PRICE, other)).custom_columns == (PRICE,)


def test_a_notice_goes_with_the_games(tmp_path):
    games = read_games(coming(tmp_path, "date,visitor\n2026-04-14,OAK\n"), upcoming=True)
    for ending, kept in (("parquet", "Shown by leave."), ("csv", "")):
        write_games(games, tmp_path / f"games.{ending}", notice="Shown by leave.")
        assert notice_of(tmp_path / f"games.{ending}") == kept
    games.table.write_parquet(tmp_path / "other.parquet")
    assert notice_of(tmp_path / "other.parquet") == ""
