import datetime as dt

import polars as pl

from gatecast.games import Games
from gatecast.games.matching import NewName, match


def games(**columns):
    return Games.from_frame(pl.DataFrame(columns))


PAST = games(
    date=[dt.date(2024, 5, 1), dt.date(2024, 5, 2), dt.date(2024, 5, 3)],
    home=["Bears", "Owls", "Bears"],
    visitor=["Foxes", "Bears", "Owls"],
    venue=["Old Park", "Hill Ground", "Harbour Park"],
    capacity=[5000, None, 6000],
    attendance=[900, 800, 700],
)
DAY = [dt.date(2024, 9, 17)]


def test_a_venue_not_stated_is_the_clubs_last_one_with_the_seats_stated_last():
    coming = games(date=DAY, home=["Bears"], visitor=["Foxes"])
    found = match(PAST.table, coming.table)
    assert found.table.select("venue", "capacity").row(0) == ("Harbour Park", 6000)
    assert found.venues == {"Bears": "Harbour Park"}
    row = PAST.extended(coming).table.filter(pl.col("date") == DAY[0]).row(0, named=True)
    assert (row["venue"], row["capacity"]) == ("Harbour Park", 6000)


def test_what_is_stated_stays():
    coming = games(date=DAY, home=["Bears"], venue=["Old Park"], capacity=[4000])
    found = match(PAST.table, coming.table)
    assert found.table.select("venue", "capacity").row(0) == ("Old Park", 4000)
    assert found.lines() == []


def test_names_are_matched_whatever_their_capitals_and_marks():
    coming = games(date=DAY, home=["BEARS"], visitor=["Foxes."])
    found = match(PAST.table, coming.table)
    assert found.table.select("home", "visitor", "venue").row(0) == ("Bears", "Foxes", "Harbour Park")
    assert found.new == ()


def test_names_that_nobody_knows_are_said_with_the_nearest_one():
    coming = games(date=DAY, home=["Bears FC"], visitor=["Fox"], venue=["Harbor Park"])
    found = match(PAST.table, coming.table)
    assert found.new == (
        NewName("club", "Bears FC", "Bears"),
        NewName("visitor", "Fox", "Foxes"),
        NewName("venue", "Harbor Park", "Harbour Park"),
    )
    assert "nearest known: Bears" in found.lines()[0]


def test_seats_never_stated_are_said_to_be_an_estimate():
    coming = games(date=DAY, home=["Owls"], venue=["Hill Ground"])
    found = match(PAST.table, coming.table)
    assert found.without_seats == ("Hill Ground",)
    assert "estimates" in found.lines()[0]


def test_the_only_club_needs_no_name():
    named = games(date=[dt.date(2024, 5, 1)], home=["Bears"], venue=["Den"], attendance=[900])
    coming = games(date=DAY, visitor=["Foxes"])
    assert match(named.table, coming.table).table.select("home", "venue").row(0) == ("Bears", "Den")
