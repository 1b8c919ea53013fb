"""Tables of scores as text: for a terminal, a README or a page."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from gatecast.evaluate.scores import (
    BIAS,
    BRIER,
    COVERAGES,
    CRPS,
    GAMES,
    MAE,
    MAPE,
    PINBALL,
    RMSE,
    WAPE,
    WIDTH_80,
)
from gatecast.formatting import PageTable, cell, heading, number
from gatecast.games.columns import SEASON
from gatecast.games.forecast_columns import LEAD

__all__ = ["SCORE_HEADINGS", "as_markdown", "page_table", "score_cell"]

SCORE_HEADINGS = {
    GAMES: "Games",
    MAE: "MAE",
    RMSE: "RMSE",
    MAPE: "MAPE %",
    WAPE: "WAPE %",
    PINBALL: "Pinball",
    CRPS: "CRPS",
    **{name: f"Inside {name.rpartition('_')[2]}%" for name in COVERAGES},
    WIDTH_80: "Width 80%",
    BIAS: "Bias",
    BRIER: "Brier",
}
PLACES = {MAPE: 1, WAPE: 1, PINBALL: 1, CRPS: 1, BRIER: 3, **dict.fromkeys(COVERAGES, 1)}


def score_cell(column: str, value: object) -> str:
    """Return one score as text: people whole, percentages with one place, Brier scores with three.

    Examples
    --------
    >>> score_cell("mae", 3011.4), score_cell("coverage_80", 79.96), score_cell("season", 2019)
    ('3,011', '80.0', '2019')
    """
    if column in (LEAD, SEASON):
        return cell(value) if value is None else str(value)
    if column in SCORE_HEADINGS and isinstance(value, int | float):
        return number(value, PLACES.get(column, 0))
    return cell(value)


def page_table(table: pl.DataFrame, caption: str, headings: Mapping[str, str] | None = None) -> PageTable:
    """Return a data frame as text for a page; headings are those of scores, or the column names as words.

    Parameters
    ----------
    table : polars.DataFrame
    caption : str
    headings : mapping of str to str, optional
        Headings of some columns, in place of the usual ones.
    """
    named = {**SCORE_HEADINGS, **(headings or {})}
    return PageTable(
        caption,
        [named.get(name, heading(name)) for name in table.columns],
        [dtype.is_numeric() for dtype in table.dtypes],
        [[score_cell(name, value) for name, value in row.items()] for row in table.iter_rows(named=True)],
    )


def as_markdown(table: pl.DataFrame) -> str:
    """Return a score table as a Markdown table.

    Parameters
    ----------
    table : polars.DataFrame
        As `score` returns it; columns that are null throughout are left out.

    Examples
    --------
    >>> print(as_markdown(pl.DataFrame({"lead": ["1"], "games": [2416], "mae": [3011.2]})))
    | Lead | Games | MAE |
    |---|---:|---:|
    | 1 | 2,416 | 3,011 |
    """
    page = page_table(
        table.select(name for name in table.columns if table[name].null_count() < max(table.height, 1)), ""
    )
    rows = ["|" + "|".join("---:" if numeric else "---" for numeric in page.numeric) + "|"]
    rows += [_markdown_row(row) for row in page.rows]
    return "\n".join([_markdown_row(page.heads), *rows])


def _markdown_row(cells: list[str]) -> str:
    return "| " + " | ".join(" ".join(text.replace("|", "\\|").split()) for text in cells) + " |"
