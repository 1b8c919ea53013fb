import openpyxl
import polars as pl

from .conftest import left_in


def test_a_workbook_and_its_sum(run, files, tmp_path):
    ended = run("plan", files / "forecast.csv", "--operations", files / "operations.toml", "--out", "plan.xlsx")
    assert ended.code == 0
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames[:2] == ["Summary", "Staff"]
    lines = ended.out.splitlines()
    assert lines[0].startswith("The plan: people through the gate, ")
    assert " ".join(lines[1].split()) == "Date Start Opponent People Shifts Cases Vehicles Cost"
    assert lines[-1] == "plan.xlsx: a plan for 18 games"
    assert left_in(tmp_path) == ["plan.xlsx"]


def test_sums_are_those_of_the_table(run, files, tmp_path):
    ended = run("plan", files / "forecast.csv", "--operations", files / "operations.toml", "--out", "plan.csv")
    table = pl.read_csv(tmp_path / "plan.csv")
    first = table.filter(pl.col("game_id") == table["game_id"][0])
    sums = [first.filter(pl.col("kind") == kind)["choice"].sum() for kind in ("staff", "stock", "transport")]
    assert ended.out.splitlines()[2].split()[-4:-1] == [f"{total:,.0f}" for total in sums]


def test_a_long_list_is_cut_and_says_so(run, files, tmp_path):
    one = pl.read_csv(files / "forecast.csv").head(1)
    pl.concat([one.with_columns(game_id=pl.lit(f"G{i}")) for i in range(50)]).write_csv(tmp_path / "long.csv")
    ended = run("plan", "long.csv", "--operations", files / "operations.toml", "--out", "plan.csv")
    assert "(the first 40; 10 more are in the file)" in ended.out.splitlines()[0]
    assert len(ended.out.splitlines()) == 2 + 40 + 2
