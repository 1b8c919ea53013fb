import polars as pl

from gatecast.evaluate.tables import as_markdown, page_table


def test_markdown_rounds_each_score_its_own_way_and_drops_what_is_unknown():
    table = pl.DataFrame(
        {
            "lead": ["1", "preseason"],
            "season": [2018, 2019],
            "games": [2416, 2417],
            "mae": [3011.4, None],
            "wape": [10.44, 9.96],
            "crps": [None, None],
            "bias": [-321.4, 0.2],
            "brier": [0.0314, 0.2],
        }
    )
    assert as_markdown(table).splitlines() == [
        "| Lead | Season | Games | MAE | WAPE % | Bias | Brier |",
        "|---|---:|---:|---:|---:|---:|---:|",
        "| 1 | 2018 | 2,416 | 3,011 | 10.4 | −321 | 0.031 |",
        "| preseason | 2019 | 2,417 | – | 10.0 | 0 | 0.200 |",
    ]


def test_a_name_cannot_break_out_of_its_cell():
    table = pl.DataFrame({"venue": ["a|b\nc"], "mae": [1.0]})
    assert as_markdown(table).splitlines()[2] == "| a\\|b c | 1 |"


def test_an_empty_score_table_still_has_its_heads():
    assert as_markdown(pl.DataFrame(schema={"lead": pl.String, "mae": pl.Float64})) == "| Lead | MAE |\n|---|---:|"


def test_a_page_table_speaks_plainly():
    page = page_table(pl.DataFrame({"fan_buses": [3, None], "hire": [True, False]}), "The plan", {"hire": "Hire?"})
    assert page.heads == ["Fan buses", "Hire?"]
    assert page.rows == [["3", "yes"], ["–", "no"]]
    assert page.numeric == [True, False]
