import polars as pl
import pytest

from gatecast.collect import read_table
from gatecast.errors import DataError


def table(tmp_path, content, name="games.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    read = table(tmp_path, "date,gate\n2023-04-01,1\n\n,\n2023-04-02,2\n")
    assert read.rows == [2, 5]
    assert read.frame["gate"].to_list() == ["1", "2"]


def test_a_cell_of_two_lines_is_one_row(tmp_path):
    read = table(tmp_path, 'note,gate\n"a\nb",1\nc,2\n')
    assert read.rows == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found(tmp_path, delimiter):
    read = table(tmp_path, delimiter.join(("date", '"a,b;c"', "gate")) + "\n" + delimiter.join("123") + "\n")
    assert read.frame.columns == ["date", "a,b;c", "gate"]
    assert read.decimal_comma == (delimiter != ",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_encoding_is_found(tmp_path, encoding):
    read = table(tmp_path, "visitor,gate\nMontréal,1\n".encode(encoding))
    assert read.frame.columns == ["visitor", "gate"]
    assert read.frame["visitor"][0] == "Montréal"


def test_cells_are_stripped_and_empty_ones_unknown(tmp_path):
    read = table(tmp_path, " sky ,gate\n Clear ,  \n")
    assert read.frame.rows(named=True) == [{"sky": "Clear", "gate": None}]


def test_empty_columns_and_cells_at_the_end_are_dropped(tmp_path):
    read = table(tmp_path, "sky,gate,\nClear,1,\nClear,2,,,\n")
    assert read.frame.columns == ["sky", "gate"]
    assert read.frame.height == 2


def test_rows_beyond_one_chunk_keep_their_numbers(tmp_path):
    read = table(tmp_path, "gate\n" + "\n".join(str(n) for n in range(120_001)))
    assert read.frame.height == 120_001
    assert read.rows[-1] == 120_002
    assert read.frame["gate"][-1] == "120000"


def test_too_large_a_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gatecast.collect.tables.LARGEST_FILE", 5)
    with pytest.raises(DataError, match="at most"):
        table(tmp_path, "gate\n1234567\n")


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gatecast.collect.delimited.MOST_ROWS", 2)
    with pytest.raises(DataError, match="at most 2"):
        table(tmp_path, "gate\n1\n2\n3\n")


def test_too_many_columns_are_refused(tmp_path):
    with pytest.raises(DataError, match="1001 columns"):
        table(tmp_path, ",".join(f"c{i}" for i in range(1001)) + "\n")


def test_parquet_keeps_types_and_metadata(tmp_path):
    path = tmp_path / "games.parquet"
    given = pl.DataFrame(
        {"gate": [1, None], "price": [1.5, float("nan")], "sky": pl.Series(["a", "b"], dtype=pl.Categorical)}
    )
    given.write_parquet(path, metadata={"gatecast.columns": "[]"})
    read = read_table(path)
    assert read.frame.schema == {"gate": pl.Int64, "price": pl.Float64, "sky": pl.String}
    assert read.frame["price"].to_list() == [1.5, None]
    assert read.metadata["gatecast.columns"] == "[]"
