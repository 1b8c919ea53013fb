import datetime as dt

from gatecast.games import CANONICAL, Column, Knowability, Role
from gatecast.games import columns as c
from gatecast.web.facts import column_words, game_words, promotion_words, value_words
from gatecast.web.words import Preferences

METRIC, IMPERIAL = Preferences(), Preferences("imperial")


def own(dtype=c.pl.Int32, unit="", **bounds):
    return Column("own", dtype, Role.NUMBER, Knowability.parse("always"), unit, **bounds)


def test_values_in_the_words_of_the_reader():
    def both(name, value):
        return [value_words(value, CANONICAL[name], reader) for reader in (METRIC, IMPERIAL)]

    assert both(c.TEMPERATURE, 25.0) == ["25 °C", "77 °F"]
    assert both(c.WIND, 16.1) == ["16 km/h", "10 mph"]
    assert both(c.START_TIME, dt.time(19, 5)) == ["19:05", "7:05 pm"]
    assert both(c.DATE, dt.date(2025, 6, 14))[0] == "Sat 14 June 2025"
    assert both(c.NUMBER, 2)[0] == "second game"
    assert both(c.SEASON, 2025)[0] == "2025"
    assert both(c.PROMOTION, None)[0] == "none"
    assert both(c.VISITOR, None)[0] == "not known"


def test_values_of_a_clubs_own_columns():
    assert value_words(1234, own(unit="tickets"), METRIC) == "1,234 tickets"
    assert value_words(1, own(c.pl.Int8, low=0.0, high=1.0), METRIC) == "yes"
    assert value_words(15.5, own(c.pl.Float64, "dollars"), METRIC) == "15.50 dollars"


def test_names_of_columns():
    assert column_words(c.TEMPERATURE) == "Temperature"
    assert column_words("tickets_sold_7") == "Tickets sold 7"
    assert promotion_words("a; b;") == "a, b"


def test_which_game_it_is():
    row = {c.DATE: None, c.START_TIME: None, c.VISITOR: None, c.NUMBER: 0, c.GAME_ID: "game-000003"}
    assert game_words(row, METRIC) == "game-000003"
    row |= {c.VISITOR: "Kites"}
    assert game_words(row, METRIC) == "v. Kites"
    row |= {c.DATE: dt.date(2025, 6, 14), c.START_TIME: dt.time(19, 5)}
    assert game_words(row, IMPERIAL, year=False) == "Sat 14 June, 7:05 pm, v. Kites"
