import polars as pl
import pytest

from gatecast.collect import read_table
from gatecast.errors import DataError
from gatecast.service.waiting_uploads import Uploads


def test_a_server_takes_fewer_rows_of_parquet_than_a_reader_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr("gatecast.service.waiting_uploads.MOST_ROWS", 2)
    path = tmp_path / "games.parquet"
    pl.DataFrame({"date": ["2025-04-05"] * 3, "attendance": [4000, 4100, 4200]}).write_parquet(path)
    assert read_table(path).frame.height == 3
    with pytest.raises(DataError, match="got 3 rows, expected at most 2"):
        Uploads().add("games.parquet", path.read_bytes(), "Ash")
