import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.files import write_table
from gatecast.plan import read_forecast
from gatecast.plan.demand.forecast_table import ForecastTable

HEADER = "game_id,lead,as_of,mean,q05,q10,q25,q50,q75,q90,q95,p_sellout"
GOOD = "A1,7,2019-05-23,100,80,85,90,100,110,115,120,0.1"

MALFORMED = [
    (HEADER, "no games"),
    (HEADER.replace(",q25", "") + "\n" + GOOD.replace(",90", "", 1), "q25: got no column q25"),
    (f"{HEADER}\n{GOOD}\n{GOOD.replace('A1', 'A2').replace('100', 'many')}", "row 3, mean: got 'many'"),
    (f"{HEADER}\n{GOOD.replace(',80,', ',-80,')}", "row 2, q05: got '-80'"),
    (f"{HEADER}\n{GOOD.replace(',80,', ',,')}", "row 2, q05: got nothing"),
    (f"{HEADER}\n{GOOD.replace(',80,', ',nan,')}", "row 2, q05"),
    (f"{HEADER}\n{GOOD.replace(',120,', ',1e9,')}", "row 2, q95: got '1e9'"),
    (f"{HEADER}\n{GOOD.replace(',85,', ',70,')}", "row 2, q10: got 70.0 below q05 80.0"),
    (f"{HEADER}\n{GOOD.replace('0.1', '12')}", "row 2, p_sellout: got '12', expected a chance from 0 to 1"),
    (f"{HEADER}\n{GOOD.replace('2019-05-23', 'May')}", "row 2, as_of: got 'May', expected a date"),
    (f"{HEADER}\n{GOOD}\n{GOOD}", "row 3, game_id: got A1 a second time"),
    (f"{HEADER}\n{GOOD.replace('A1', '')}", "row 2, game_id: got nothing"),
]


@pytest.mark.parametrize(("text", "words"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_forecast_is_refused_with_file_row_and_column(tmp_path, text, words):
    path = tmp_path / "forecast.csv"
    path.write_text(text + "\n")
    with pytest.raises(DataError) as caught:
        read_forecast(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith("forecast.csv")


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_forecast_reads_the_same_from_every_form(tmp_path, forecast, ending):
    path = tmp_path / f"forecast{ending}"
    write_table(forecast, path)
    read = read_forecast(path).frame
    assert read.select("game_id", "date", "start_time", "visitor").equals(
        forecast.select("game_id", "date", "start_time", "visitor")
    )
    assert read["q90"].to_list() == pytest.approx(forecast["q90"].to_list())
    assert read["capacity"].to_list() == [10_000] * 3
    assert read["lead"].to_list() == ["7"] * 3


def test_a_forecast_with_no_context_is_enough(tmp_path):
    path = tmp_path / "forecast.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n")
    read = read_forecast(path).frame
    assert read["mean"].to_list() == [100.0]
    assert read["date"].to_list() == [None]


def test_one_game_may_stand_at_several_leads(tmp_path):
    path = tmp_path / "forecast.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n{GOOD.replace('A1,7', 'A1,preseason')}\n")
    assert read_forecast(path).frame["lead"].to_list() == ["7", "preseason"]


def test_decimal_commas_are_read(tmp_path):
    path = tmp_path / "forecast.csv"
    path.write_text(f"{HEADER}\n{GOOD}".replace(",", ";").replace("0.1", "0,25").replace(";80;", ";80,5;") + "\n")
    read = read_forecast(path).frame
    assert (read["q05"][0], read["p_sellout"][0]) == (80.5, 0.25)
    assert read.schema["q05"] == pl.Float64


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("date", dt.time(19, 5), "row 2, date: got '19:05:00', expected a date"),
        ("start_time", dt.date(2019, 5, 30), "row 2, start_time: got '2019-05-30', expected a time"),
        ("mean", True, "row 2, mean: got 'True', expected a number of people"),
    ],
)
def test_a_cell_of_another_kind_is_refused_with_its_row(forecast, column, cell, words):
    other = forecast.with_columns(pl.Series(column, [cell] * forecast.height))
    with pytest.raises(DataError) as caught:
        ForecastTable.check(other)
    assert words in str(caught.value)


def test_a_forecasters_own_table_is_taken_as_it_is_with_absent_columns_as_null(forecast):
    taken = ForecastTable.from_forecaster(forecast.drop("visitor").with_columns(extra=1)).frame
    assert taken.columns == ForecastTable.check(forecast).frame.columns
    assert taken["visitor"].null_count() == taken.height
    assert taken["q50"].equals(forecast["q50"])
