"""The forecasts of games to come as a file: a workbook for people, a table for programs."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gatecast.date_style import PLAIN, DateStyle
from gatecast.errors import InputError
from gatecast.expected import EXPECTED, expected_column
from gatecast.files import check_writable, write_table, written_whole
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.plan.demand.forecast_table import CONTEXT
from gatecast.plan.export.workbook.labels import Labels, rounded_column
from gatecast.plan.export.workbook.page import CHANCE, WHOLE, Block, Heading, Page, add_page
from gatecast.service.club_service import ClubService
from gatecast.service.current_overrides import BY_HAND_REASON, EXPECTED_BY_HAND, with_figures_by_hand

__all__ = ["FORECAST_ENDINGS", "upcoming_forecasts", "write_forecasts"]

FORECAST_ENDINGS = (".csv", ".xlsx")
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
COUNT_WIDTH = 12
REASON = Heading("Reason", 36)


def upcoming_forecasts(service: ClubService, club: str) -> pl.DataFrame:
    """Return the latest forecasts of a club's games to come, in order of play.

    Parameters
    ----------
    service : ClubService
    club : str

    Returns
    -------
    polars.DataFrame
        The columns of `gatecast forecast` as far as they are stored, then `expected`, as pages show it, and the figure
        set by hand in its place with the reason, `expected_by_hand` and `by_hand_reason`; null where none is set.
    """
    games = service.upcoming(club).table.select(c.GAME_ID, *CONTEXT)
    latest = service.latest(club)
    if latest.is_empty():
        return pl.DataFrame()
    used = latest[c.CAPACITY] if c.CAPACITY in latest.columns else pl.Series([None] * latest.height, dtype=pl.Int64)
    forecasts = latest.select(
        c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT, used.cast(pl.Int64).alias("used")
    )
    joined = forecasts.join(games, on=c.GAME_ID, maintain_order="right", how="right").drop_nulls(MEAN)
    joined = joined.with_columns(
        pl.coalesce("used", c.CAPACITY).alias(c.CAPACITY), expected_column().alias(EXPECTED)
    ).select(c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT, *CONTEXT, EXPECTED)
    return with_figures_by_hand(service, joined)


def write_forecasts(
    forecasts: pl.DataFrame, path: str | Path, *, club: str, notice: str = "", style: DateStyle = PLAIN
) -> None:
    """Write forecasts as a table (.csv), or as a workbook to read and print (.xlsx).

    Parameters
    ----------
    forecasts : polars.DataFrame
        As `upcoming_forecasts` returns them.
    path : path
    club, notice : str
        The title of the workbook, and what it must say of the games, such as that they are simulated.
    style : DateStyle
        How dates and times are written in the workbook.

    Raises
    ------
    InputError
        Another ending, or no game with a forecast.
    """
    target = check_writable(path, FORECAST_ENDINGS)
    if forecasts.is_empty():
        raise InputError("forecast: got no game to come with a forecast, expected one; update the forecast first")
    if target.suffix.lower() == ".csv":
        write_table(forecasts, target)
        return
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    add_page(book, _sheet(forecasts, club, notice), style)
    with written_whole(target) as draft:
        book.save(draft)


def _sheet(forecasts: pl.DataFrame, club: str, notice: str) -> Page:
    labels = Labels.of(forecasts)
    columns = {
        EXPECTED: Heading("Expected", COUNT_WIDTH, WHOLE),
        LOW: Heading("80% range\nlow", COUNT_WIDTH, WHOLE),
        HIGH: Heading("80% range\nhigh", COUNT_WIDTH, WHOLE),
        P_SELLOUT: Heading("Sell-out\nchance", COUNT_WIDTH, CHANCE),
    }
    cells = forecasts.select(EXPECTED, rounded_column(LOW), rounded_column(HIGH), P_SELLOUT)
    note = "Expected: attendance on average over all outcomes. Four of five games end within the 80% range."
    totals = [cells[EXPECTED].sum(), None, None, None]
    if forecasts[EXPECTED_BY_HAND].count():
        columns |= {EXPECTED_BY_HAND: Heading("Expected\nby hand", COUNT_WIDTH, WHOLE), BY_HAND_REASON: REASON}
        cells = cells.hstack(forecasts.select(EXPECTED_BY_HAND, BY_HAND_REASON))
        note += " A figure set by hand counts in place of the model's: the total of its column has both."
        totals += [forecasts.select(pl.coalesce(EXPECTED_BY_HAND, EXPECTED).sum()).item(), None]
    return Page(
        tab="Forecast",
        title=f"Forecast for {club}: {forecasts.height:,} game{'s' if forecasts.height != 1 else ''}",
        note=f"{notice} {note}".strip(),
        headings=[*labels.headings, *columns.values()],
        blocks=[Block([(*label, *row) for label, row in zip(labels.rows, cells.rows(), strict=True)])],
        kept=len(labels.headings),
        totals=[*labels.total(), *totals],
    )
