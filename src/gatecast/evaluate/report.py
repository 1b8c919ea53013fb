"""The report: one page for the manager first and the analyst after, whole in one file, without scripts or requests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from gatecast.evaluate import charts
from gatecast.evaluate.homestand import HomestandReport, homestand
from gatecast.evaluate.reliability import reliability
from gatecast.evaluate.scores import (
    CRPS,
    GAMES,
    MAE,
    MONTH,
    SMALLEST_SCORED_ATTENDANCE,
    WAPE,
    WEEKDAY,
    score,
    with_attendance,
)
from gatecast.evaluate.tables import page_table, score_cell
from gatecast.files import check_writable, write_text
from gatecast.formatting import MONTHS, WEEKDAYS, PageTable, day, lead_words, number, percent
from gatecast.games import PRESEASON, Games, season_labels
from gatecast.games.columns import GAME_ID, SEASON, VENUE
from gatecast.games.forecast_columns import AS_OF, LEAD, MEDIAN, MODEL

__all__ = ["OURS", "compared", "versus_table", "write_report"]

OURS = "gatecast"
USUAL_LEAD = "7"
MOST_VENUES = 32


def write_report(
    path: str | Path,
    *,
    title: str,
    notice: str,
    games: Games,
    forecasts: pl.DataFrame | None = None,
    baselines: pl.DataFrame | None = None,
    upcoming: pl.DataFrame | None = None,
    plan_table: pl.DataFrame | None = None,
) -> None:
    """Write a report as one HTML file; each part is left out where nothing is given for it.

    Parameters
    ----------
    path : path
        Ends in .html; written whole or not at all.
    title, notice : str
        Shown at the top: whose games, and where they come from (a data provider's notice, or that they are simulated).
    games : Games
        With the attendance that forecasts are scored on.
    forecasts : polars.DataFrame, optional
        Past forecasts, one row a game and lead.
    baselines : polars.DataFrame, optional
        Simple methods' forecasts of the same games: the same columns and `model`.
    upcoming : polars.DataFrame, optional
        Forecasts of games to come, as `homestand` takes them.
    plan_table : polars.DataFrame, optional
        Staff, stock and transport of a plan, shown unchanged.

    Raises
    ------
    InputError
        The path cannot be written, or a table lacks what the report needs.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    target = check_writable(path, (".html",))
    loader = PackageLoader("gatecast.evaluate", "templates")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    stand = homestand(upcoming) if upcoming is not None else None
    page = pages.get_template("report.html.j2").render(
        title=title,
        notice=notice,
        as_of=_as_of(upcoming),
        stand=stand if stand and stand.games else None,
        later=_later_table(stand) if stand and stand.later else None,
        plan=page_table(plan_table, "The plan") if plan_table is not None and plan_table.height else None,
        accuracy=_accuracy(forecasts, games, baselines) if forecasts is not None else None,
        smallest=number(SMALLEST_SCORED_ATTENDANCE),
        dark=charts.DARK,
    )
    write_text(page, target)


def compared(forecasts: pl.DataFrame, baselines: pl.DataFrame | None, games: Games) -> pl.DataFrame:
    """Return scores by lead and model on the games that all of a lead's models forecast.

    Parameters
    ----------
    forecasts : polars.DataFrame
        Named `gatecast` in the result, in front.
    baselines : polars.DataFrame or None
        With a `model` column; the best at most leads comes first.
    games : Games

    Returns
    -------
    polars.DataFrame
        lead, model and the columns of `score`.
    """
    needed = (GAME_ID, LEAD, MODEL, MEDIAN)
    tables = [forecasts.with_columns(pl.lit(OURS).alias(MODEL)), *([] if baselines is None else [baselines])]
    both = pl.concat([with_attendance(table, games).select(needed) for table in tables]).drop_nulls(MEDIAN)
    models = pl.col(MODEL).n_unique()
    shared = both.filter(models.over(GAME_ID, LEAD) == models.over(LEAD))
    scores = score(shared, games, by=(LEAD, MODEL))
    return scores.sort(pl.col(LEAD).rle_id(), pl.col(MODEL) != OURS, pl.col(MAE).mean().over(MODEL))


def _accuracy(forecasts: pl.DataFrame, games: Games, baselines: pl.DataFrame | None) -> dict[str, Any] | None:
    """Return all that the page says about past forecasts; None where no game can be scored."""
    table = with_attendance(forecasts, games).drop_nulls(MEDIAN)
    if table.is_empty():
        return None
    forecasts = table.select(forecasts.columns)
    by_lead = score(forecasts, games)
    leads = by_lead[LEAD].to_list()
    lead = USUAL_LEAD if USUAL_LEAD in leads else leads[0]
    versus = compared(forecasts, baselines, games)
    usual = table.filter(pl.col(LEAD) == lead)
    seasons, labels = table[SEASON].drop_nulls().unique().sort().to_list(), season_labels(games.table)
    return {
        "tiles": _tiles(by_lead.filter(pl.col(LEAD) == lead), versus.filter(pl.col(LEAD) == lead)),
        "made": _made(lead),
        "ranged": bool(by_lead[CRPS].is_not_null().any()),
        "games": number(table[GAME_ID].n_unique()),
        "count": number(table.height),
        "seasons": _listed([labels[season] for season in seasons]),
        "versus": versus_table(versus) if baselines is not None else None,
        "tables": _score_tables(by_lead, _by_season(forecasts, games, labels) if len(seasons) > 1 else None),
        "charts": _charts(forecasts, games, versus, usual, _made(lead)),
    }


def _by_season(forecasts: pl.DataFrame, games: Games, labels: dict[int, str]) -> pl.DataFrame:
    """Return scores by season and lead; seasons over New Year by their labels, such as 2018-19."""
    scores = score(forecasts, games, (SEASON, LEAD))
    if not any("-" in label for label in labels.values()):
        return scores
    return scores.with_columns(pl.col(SEASON).replace_strict(labels, default=None, return_dtype=pl.String))


def _tiles(own: pl.DataFrame, versus: pl.DataFrame) -> list[tuple[str, str]]:
    """Return the figures to remember, each with what it means."""
    tiles = [(number(own[MAE][0]), f"people off on average, {number(own[WAPE][0], 1)}% of attendance")]
    others = versus.filter(pl.col(MODEL) != OURS)
    if others.height:
        best = others.sort(MAE).row(0, named=True)
        gain = 1 - versus.filter(pl.col(MODEL) == OURS)[MAE][0] / best[MAE] if best[MAE] else 0.0
        side = "closer" if gain >= 0 else "further off"
        tiles.append((percent(abs(gain)), f"{side} than the best simple method, {best[MODEL]}"))
    for name in ("coverage_80", "coverage_90"):
        if own[name][0] is not None:
            promised = name.rpartition("_")[2]
            tiles.append((percent(own[name][0] / 100), f"of games inside the range meant for {promised}%"))
    return tiles


def versus_table(versus: pl.DataFrame) -> PageTable:
    """Return mean absolute error by lead, one column a model, and how much closer ours is than the best other.

    Parameters
    ----------
    versus : polars.DataFrame
        As `compared` returns it.
    """
    models = versus[MODEL].unique(maintain_order=True).to_list()
    own, others = versus.filter(pl.col(MODEL) == OURS), versus.filter(pl.col(MODEL) != OURS)
    best = dict(others.group_by(LEAD).agg(pl.col(MAE).min()).iter_rows())
    misses = {(row[LEAD], row[MODEL]): row[MAE] for row in versus.iter_rows(named=True)}
    rows = []
    for row in own.iter_rows(named=True):
        gain = 1 - row[MAE] / best[row[LEAD]] if best.get(row[LEAD]) else None
        rows.append(
            [
                lead_words(row[LEAD]),
                score_cell(GAMES, row[GAMES]),
                *(score_cell(MAE, misses.get((row[LEAD], model))) for model in models),
                "" if gain is None else f"{number(gain * 100)}%",
            ]
        )
    heads = ["Forecast made", "Games", *models, "Closer than the best other"]
    return PageTable("People off on average (MAE), on the same games", heads, [False] + [True] * (len(heads) - 1), rows)


def _score_tables(by_lead: pl.DataFrame, by_season: pl.DataFrame | None) -> list[PageTable]:
    tables = [(by_lead, "All scores by lead"), (by_season, "All scores by season and lead")]
    return [
        page_table(table.select(name for name in table.columns if not table[name].is_null().all()), caption)
        for table, caption in tables
        if table is not None
    ]


def _charts(
    forecasts: pl.DataFrame, games: Games, versus: pl.DataFrame, usual: pl.DataFrame, made: str
) -> list[charts.Chart]:
    """Return the charts that these forecasts allow, in order of reading."""
    held = reliability(forecasts, games)
    drawn: list[charts.Chart] = []
    if versus[LEAD].n_unique() > 1 or versus[MODEL].n_unique() > 1:
        drawn.append(charts.lead_chart(versus))
    if held.height:
        drawn.append(charts.reliability_chart(held))
    drawn.append(charts.scatter_chart(usual, made))
    if held.height:
        drawn.append(charts.place_chart(reliability(forecasts, games, by=())))
    chosen = usual.select(forecasts.columns)
    axis, description = (
        "People off, % of attendance",
        f"Mean absolute error in percent of the mean attendance, forecast {made}.",
    )
    for column, names in ((MONTH, MONTHS), (WEEKDAY, WEEKDAYS)):
        table = score(chosen, games, (column,)).drop_nulls(column)
        if table.height > 1:
            labels = [names[place - 1][:3] for place in table[column]]
            drawn.append(charts.bar_chart(labels, table[WAPE].to_list(), f"Miss by {column}", axis, description))
    venues = score(chosen, games, (VENUE,)).drop_nulls(VENUE).top_k(MOST_VENUES, by=GAMES).sort(WAPE)
    if venues.height > 1:
        drawn.append(
            charts.bar_chart(venues[VENUE].to_list(), venues[WAPE].to_list(), "Miss by venue", axis, description)
        )
    return drawn


def _made(lead: str) -> str:
    return lead_words(lead) + ("" if lead == PRESEASON else " the game")


def _later_table(stand: HomestandReport) -> PageTable:
    """Return the home games after the next homestand, one short row each."""
    rows = [
        [game.when or game.opponent, game.time, game.opponent, game.expected, game.range, game.sellout_share]
        for game in stand.later
    ]
    more = f"; {number(stand.left_out)} more stand in the forecast table" if stand.left_out else ""
    heads = ["Date", "Start", "Opponent", "Expected", f"{stand.wide} chance" if stand.wide else "Range", "Sell-out"]
    return PageTable(f"Home games after that{more}", heads, [False, False, False, True, True, True], rows)


def _as_of(upcoming: pl.DataFrame | None) -> str:
    """Return the last day whose results the forecast of the games to come knew."""
    if upcoming is None or AS_OF not in upcoming.columns:
        return ""
    last = upcoming[AS_OF].max()
    return f"{day(last)} {last.year}" if isinstance(last, dt.date) else str(last or "")


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
