from pathlib import Path

import pytest

from gatecast.errors import InputError, SettingsError
from gatecast.plan import (
    CrowdSettings,
    Operations,
    StaffRole,
    assumptions,
    default_operations,
    read_operations,
    write_default_operations,
)
from gatecast.plan.operations.model import StockItem, TransportService, numbers_of

CROWD = "[crowd]\nshow_rate = 0.8\n"
USHERS = '[[staff]]\nname = "ushers"\npeople_per_shift = 150\ncost = 100\nshortage_cost = 400\n'
DOGS = '[[stock]]\nname = "hot dogs"\nsold_per_head = 0.3\nprice = 7\nunit_cost = 2\n'
BUSES = '[[transport]]\nname = "buses"\nshare = 0.1\nseats = 50\ncost = 300\npenalty = 20\n'
WHOLE = CROWD + USHERS + DOGS + BUSES

MALFORMED = [
    ("", "[crowd] table"),
    ("crowd = 3\n", "[crowd] table"),
    (CROWD, "nothing to decide"),
    (WHOLE + "cost 100\n", "not TOML"),
    ("a = " + "[" * 5000, "not TOML"),
    ("stuff = 1\n" + WHOLE, "stuff: got an unknown key"),
    (WHOLE.replace("[crowd]", "[crwd]"), "did you mean crowd?"),
    (WHOLE.replace("people_per_shift", "people_per_shifts"), "did you mean people_per_shift?"),
    (WHOLE.replace("show_rate = 0.8", ""), "crowd.show_rate: got nothing, expected a number above 0 up to 1"),
    (WHOLE.replace("cost = 100\n", "", 1), "staff.ushers.cost: got nothing, expected a number above 0"),
    (WHOLE.replace("0.8", "83"), "crowd.show_rate: got 83"),
    (WHOLE.replace("0.8", "nan"), "crowd.show_rate: got nan"),
    (WHOLE.replace("0.8", "true"), "crowd.show_rate: got True"),
    (WHOLE.replace("cost = 100", 'cost = "ten"'), "staff.ushers.cost: got 'ten', expected a number above 0"),
    (WHOLE.replace("cost = 100", "cost = -5"), "staff.ushers.cost: got -5"),
    (WHOLE.replace("cost = 100", "cost = inf"), "staff.ushers.cost: got inf"),
    (WHOLE.replace("cost = 100", "cost = 1e-300"), "staff.ushers.cost: got 1e-300"),
    (WHOLE.replace("shortage_cost = 400", "shortage_cost = 100"), "more than the cost of a shift"),
    (WHOLE.replace("cost = 100", "cost = 100\nminimum = 2.5"), "a whole number"),
    (WHOLE.replace("cost = 100", "cost = 100\npool = -1"), "staff.ushers.pool: got -1"),
    (
        WHOLE.replace("cost = 100", "cost = 100\nminimum_shifts = 1.5"),
        "minimum_shifts: got 1.5, expected a whole number",
    ),
    (WHOLE.replace("cost = 100", "cost = 100\nminimum_shifts = 101"), "minimum_shifts: got 101"),
    (WHOLE.replace("cost = 100", "cost = 100\ncall_in_days = -1"), "call_in_days: got -1"),
    (WHOLE.replace("cost = 100", 'cost = 100\ncall_in_days = "two"'), "call_in_days: got 'two'"),
    (WHOLE.replace("cost = 100", "cost = 100\ncall_in_cost = 0"), "call_in_cost: got 0"),
    (
        WHOLE.replace("cost = 100", "cost = 100\ncall_in_cost = 100"),
        "call_in_cost: got 100, expected more than cost, 100",
    ),
    (WHOLE.replace("cost = 100", "cost = 100\ncall_in_cost = 400"), "less than shortage_cost, 400; leave the line out"),
    (WHOLE.replace("cost = 100", "cost = 100\ncall_in_pool = 5"), "call_in_pool: got 5 with no call_in_cost"),
    (WHOLE.replace("cost = 100", "cost = 100\ncall_in_cost = 150\ncall_in_pool = 0.5"), "call_in_pool: got 0.5"),
    (WHOLE.replace("cost = 100", "cost = 100\nminimum_one_per = 0"), "minimum_one_per: got 0"),
    (WHOLE.replace("cost = 100", 'cost = 100\nsources = "me"'), "staff.ushers.sources"),
    (WHOLE.replace("cost = 100", "cost = 100\nsources = { cots = 'me' }"), "did you mean cost?"),
    (WHOLE.replace("cost = 100", "cost = 100\nsources = { cost = 1 }"), "text in quotes"),
    (WHOLE + USHERS, "'ushers' a second time"),
    (WHOLE.replace('name = "ushers"\n', ""), "staff.1.name: got nothing"),
    (WHOLE.replace('"ushers"', "7"), "a name of one line"),
    (WHOLE.replace('"ushers"', '" "'), "a name of one line"),
    (WHOLE.replace('"ushers"', '"a\\u0007b"'), "a name of one line"),
    (WHOLE.replace('"ushers"', f'"{"x" * 61}"'), "at most 60"),
    (WHOLE.replace("[[staff]]", "[staff]"), "two brackets"),
    ("stock = [1, 2]\n" + CROWD + USHERS, "[[stock]] entries"),
    (WHOLE.replace("price = 7", "price = 1.5"), "stock.hot dogs.price: got 1.5, expected more than the unit cost"),
    (WHOLE.replace("price = 7", "price = 7\nsalvage = 2"), "less than the unit cost"),
    (WHOLE.replace("price = 7", "price = 7\ncase_size = 0"), "case_size: got 0"),
    (WHOLE.replace("price = 7", "price = 7\nshelf_life_days = 0"), "stock.hot dogs.shelf_life_days: got 0"),
    (
        WHOLE.replace("price = 7", "price = 7\nshelf_life_days = 2.5"),
        "shelf_life_days: got 2.5, expected a whole number",
    ),
    (
        WHOLE.replace("price = 7", 'price = 7\ndelivery_days = "mon"'),
        "got 'mon', expected a list of weekdays such as [\"mon\"",
    ),
    (
        WHOLE.replace("price = 7", 'price = 7\ndelivery_days = ["monday"]'),
        "delivery_days: got 'monday', expected one of mon",
    ),
    (WHOLE.replace("price = 7", "price = 7\ndelivery_days = [1]"), "stock.hot dogs.delivery_days: got 1"),
    (WHOLE.replace("price = 7", 'price = 7\ndelivery_days = ["mon", "Mon"]'), "each weekday once; remove one"),
    (WHOLE.replace("price = 7", "price = 7\norder_days = -2"), "order_days: got -2"),
    (WHOLE.replace("price = 7", "price = 7\nstore_size = 0"), "store_size: got 0"),
    (WHOLE.replace("price = 7", "price = 7\nstore_size = 9.5"), "store_size: got 9.5"),
    (WHOLE.replace("price = 7", "price = 7\nshelf_live_days = 3"), "did you mean shelf_life_days?"),
    (WHOLE.replace("seats = 50", "seats = 50\ntrip_minutes = 0\nminutes_to_clear = 60"), "trip_minutes: got 0"),
    (WHOLE.replace("seats = 50", "seats = 50\ntrip_minutes = 20"), "got 20 with no minutes_to_clear, expected both"),
    (WHOLE.replace("seats = 50", "seats = 50\nminutes_to_clear = 60"), "minutes_to_clear: got 60 with no trip_minutes"),
    (
        WHOLE.replace("seats = 50", "seats = 50\ntrip_minutes = 9\nminutes_to_clear = 1441"),
        "minutes_to_clear: got 1441",
    ),
    (
        WHOLE.replace("penalty = 20", "penalty = 2.9\ntrip_minutes = 30\nminutes_to_clear = 60"),
        "more than 3, the cost of",
    ),
    (WHOLE.replace("seats = 50", "seats = 0"), "transport.buses.seats: got 0"),
    (WHOLE.replace("share = 0.1", "share = 10"), "transport.buses.share: got 10"),
    (WHOLE.replace("penalty = 20", "penalty = 6"), "more than 6, the cost of a seat"),
    (WHOLE.replace("seats = 50", "seats = 50\nminimum = 4\nfleet = 3"), "at least the minimum, 4"),
    ("currency = 5\n" + WHOLE, "currency: got 5"),
    ('currency = "a\\"b"\n' + WHOLE, "a sign or code"),
    ("# " + "x" * 1_000_001, "at most 1,000,000"),
]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "operations.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("text", "words"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_file_is_refused_with_file_key_and_remedy(tmp_path, text, words):
    with pytest.raises(SettingsError) as caught:
        read_operations(written(tmp_path, text))
    assert words in str(caught.value)
    assert str(caught.value).startswith("operations.toml")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no such file"):
        read_operations(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="readable file"):
        read_operations(tmp_path)
    with pytest.raises(SettingsError, match="UTF-8"):
        read_operations(written(tmp_path, WHOLE.replace("ushers", "h\xf4tes").encode("latin-1")))


def test_a_whole_file_is_read(tmp_path):
    read = read_operations(written(tmp_path, b"\xef\xbb\xbf" + WHOLE.encode()))
    assert read.staff[0] == StaffRole(name="ushers", people_per_shift=150, cost=100, shortage_cost=400)
    assert (read.currency, read.stock[0].case_size, read.transport[0].fleet) == ("$", 1, None)


def test_fields_left_out_change_nothing(tmp_path):
    read = read_operations(written(tmp_path, WHOLE))
    ushers, dogs, buses = read.staff[0], read.stock[0], read.transport[0]
    assert (ushers.minimum_shifts, ushers.call_in_days, ushers.call_in_cost, ushers.call_in_pool) == (0, 2, None, None)
    assert (dogs.shelf_life_days, dogs.delivery_days, dogs.order_days, dogs.store_size) == (1, (), 1, None)
    assert (buses.trips, buses.people_per_vehicle) == (1, 50)


def test_delivery_days_stand_in_the_order_of_the_week(tmp_path):
    text = WHOLE.replace("price = 7", 'price = 7\ndelivery_days = ["Thu", "mon"]')
    assert read_operations(written(tmp_path, text)).stock[0].delivery_days == ("mon", "thu")


@pytest.mark.parametrize(("trip", "clear", "trips"), [(30, 60, 2), (30, 59, 1), (90, 60, 1), (0.1, 0.3, 3)])
def test_a_vehicle_makes_the_whole_trips_that_fit_and_at_least_one(trip, clear, trips):
    buses = TransportService(
        name="b", share=0.1, seats=50, cost=300, penalty=20, trip_minutes=trip, minutes_to_clear=clear
    )
    assert (buses.trips, buses.people_per_vehicle) == (trips, 50 * trips)


def test_the_default_file_reads_as_the_defaults(tmp_path):
    path = tmp_path / "operations.toml"
    write_default_operations(path)
    assert read_operations(path) == default_operations()
    with pytest.raises(InputError, match=r"\.toml"):
        write_default_operations(tmp_path / "operations.txt")


def test_default_sales_add_up_to_the_sourced_18_to_22_a_head():
    assert 18 <= sum(item.sold_per_head * item.price for item in default_operations().stock) <= 22


def test_defaults_stand_on_the_sourced_ratios():
    found = {(a.name, a.setting): a for a in assumptions(default_operations())}
    assert found["crowd managers", "minimum_one_per"].value == 250
    assert "NFPA 101" in found["crowd managers", "minimum_one_per"].source
    assert found["whole crowd", "show_rate"].value == 0.83
    assert "Sports Business Journal" in found["whole crowd", "show_rate"].source
    assert found["first aid", "people_per_shift"].value == pytest.approx(4 / 4.85 * 10_000, rel=0.01)
    assert found["parking", "people_per_shift"].value == pytest.approx(100 * 2.4 / 0.53, rel=0.01)
    assert found["ushers", "people_per_shift"].source == "assumption"
    assert found["ushers", "cost"].unit == "$ a shift"


def test_a_changed_number_no_longer_quotes_the_default_source(tmp_path):
    path = tmp_path / "operations.toml"
    write_default_operations(path)
    path.write_text(path.read_text().replace("show_rate = 0.83 ", "show_rate = 0.9 "))
    found = {(a.name, a.setting): a.source for a in assumptions(read_operations(path))}
    assert found["whole crowd", "show_rate"] == "yours (default 0.83)"


def test_settings_made_in_python_are_held_to_the_same_rules():
    with pytest.raises(SettingsError, match="cost"):
        StaffRole(name="ushers", people_per_shift=150, cost=0, shortage_cost=400)
    with pytest.raises(SettingsError, match="nothing to decide"):
        Operations(crowd=CrowdSettings(show_rate=0.8))


def test_every_setting_stands_in_the_default_file_and_the_docs():
    docs = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    text = Path(read_operations.__code__.co_filename).with_name("operations.toml").read_text()
    for model in (CrowdSettings, StaffRole, StockItem, TransportService):
        for name, number in numbers_of(model).items():
            assert f"`{name}`" in docs
            assert name in text
            assert number.unit.replace("money", "").strip() in docs
    assert "`delivery_days`" in docs
    assert "delivery_days" in text
