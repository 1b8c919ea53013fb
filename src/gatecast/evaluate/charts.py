"""Charts of a report, each drawn by altair to one SVG that a page can hold without scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from gatecast.evaluate.reliability import LEVEL, OBSERVED
from gatecast.evaluate.scores import GAMES, MAE
from gatecast.formatting import lead_words
from gatecast.games.columns import ATTENDANCE
from gatecast.games.forecast_columns import LEAD, MEDIAN, MODEL, QUANTILE_LEVELS

if TYPE_CHECKING:
    import altair as alt

__all__ = ["DARK", "Chart", "bar_chart", "lead_chart", "place_chart", "reliability_chart", "scatter_chart"]

INK, MUTED, GRID = "#1b2733", "#51606e", "#e1e6ea"
SERIES = ("#1f5f8b", "#b4540a", "#2f7d4f", "#8a4f9e", "#80641a", "#5b6670", "#a63a50", "#2a7f86")
DARK = {
    INK: "#e8edf1",
    MUTED: "#a9b6c1",
    GRID: "#33404b",
    **dict(
        zip(
            SERIES,
            ("#74b6e4", "#f2a765", "#84cba0", "#d0a5df", "#d9bd70", "#aab6c0", "#ee92a4", "#79cdd3"),
            strict=True,
        )
    ),
}
"""The colour that takes the place of each one on a dark page."""
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left")

WIDTH, HEIGHT = 360, 230
FIT = {"type": "fit-x", "contains": "padding"}
MOST_POINTS = 400
LONGEST_SHORT_NAME = 20
BINS = 36
SHARE_FORMAT, PEOPLE_FORMAT = ".0%", ",d"


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its title, what it tells in a sentence, and an SVG that is safe to put into a page as it is."""

    title: str
    description: str
    svg: str


def lead_chart(table: pl.DataFrame) -> Chart:
    """Draw the mean absolute error by lead, one line for each forecaster.

    Parameters
    ----------
    table : polars.DataFrame
        lead (text), model, mae (people); the first model is drawn strongest.
    """
    import altair as alt

    leads = table[LEAD].unique(maintain_order=True).to_list()
    models = table[MODEL].unique(maintain_order=True).to_list()
    base = alt.Chart(_values(table.select(LEAD, MODEL, MAE))).encode(
        x=alt.X(f"{LEAD}:O", sort=leads, title="Days before the game", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(f"{MAE}:Q", title="People off, on average", axis=alt.Axis(format=PEOPLE_FORMAT)),
        **_series(MODEL, models),
    )
    first = alt.condition(alt.datum[MODEL] == models[0], alt.value(3), alt.value(1.2))
    chart = base.mark_line().encode(strokeWidth=first) + base.mark_point(filled=True, size=55, opacity=1)
    return _svg(chart, "Typical miss by lead", "Mean absolute error in people at each lead, beside simple methods.")


def reliability_chart(table: pl.DataFrame) -> Chart:
    """Draw the share of games below each quantile against its level, one line for each lead, with the diagonal.

    Parameters
    ----------
    table : polars.DataFrame
        As `reliability` returns it: lead, level, observed (0 to 1).
    """
    import altair as alt

    leads = table[LEAD].unique(maintain_order=True).to_list()
    named = table.with_columns(pl.col(LEAD).replace_strict({lead: lead_words(lead) for lead in leads}))
    order = [lead_words(lead) for lead in leads]
    base = alt.Chart(_values(named)).encode(
        x=alt.X(
            f"{LEVEL}:Q", title="Promised: share of games below", axis=_share_axis(), scale=alt.Scale(domain=[0, 1])
        ),
        y=alt.Y(
            f"{OBSERVED}:Q", title="Seen: share of games below", axis=_share_axis(), scale=alt.Scale(domain=[0, 1])
        ),
        **_series(LEAD, order),
    )
    ends = _values(pl.DataFrame({LEVEL: [0.0, 1.0], OBSERVED: [0.0, 1.0]}))
    diagonal = alt.Chart(ends).mark_line(color=MUTED, strokeDash=[4, 4]).encode(x=f"{LEVEL}:Q", y=f"{OBSERVED}:Q")
    chart = diagonal + base.mark_line(strokeWidth=1.5) + base.mark_point(filled=True, size=45, opacity=1)
    description = (
        "Share of games that drew less than each quantile, beside the share promised. On the dashed line: calibrated."
    )
    return _svg(chart, "Do the ranges hold?", description)


def place_chart(table: pl.DataFrame) -> Chart:
    """Draw where attendance fell within its ranges, beside where it should: the probability integral transform.

    Parameters
    ----------
    table : polars.DataFrame
        level, observed (0 to 1) over all rows together, one row a level.
    """
    import altair as alt

    edges = [0.0, *QUANTILE_LEVELS, 1.0]
    below = [0.0, *table.sort(LEVEL)[OBSERVED].to_list(), 1.0]
    bars = [
        {"low": low, "high": high, "ratio": (after - before) / (high - low)}
        for low, high, before, after in zip(edges, edges[1:], below, below[1:], strict=False)
    ]
    chart = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_bar(color=SERIES[0], fillOpacity=0.75, binSpacing=1)
        .encode(
            x=alt.X("low:Q", bin="binned", title="Place within the forecast", axis=_share_axis()),
            x2="high:Q",
            y=alt.Y("ratio:Q", title="Games seen per game expected", scale=alt.Scale(domainMin=0)),
        )
    )
    even = (
        alt.Chart(alt.InlineData(values=[{"ratio": 1}])).mark_rule(color=MUTED, strokeDash=[4, 4]).encode(y="ratio:Q")
    )
    description = (
        "Games in each part of the forecast's range, as a multiple of those expected there. Level at 1: calibrated."
    )
    return _svg(chart + even, "Where attendance fell", description)


def scatter_chart(table: pl.DataFrame, when: str) -> Chart:
    """Forecast and attendance: dots, or shaded squares where there are many.

    Parameters
    ----------
    table : polars.DataFrame
        q50 and attendance, people, one row a game.
    when : str
        When the forecasts were made, in words.
    """
    import altair as alt

    top = float(table.select(pl.max_horizontal(pl.col(MEDIAN).max(), pl.col(ATTENDANCE).max(), 1)).item())
    few = table.height <= MOST_POINTS
    scale = alt.Scale(domain=[0, top], nice=True)
    axis = alt.Axis(format="~s", tickCount=5)
    x, y = (
        alt.X(f"{MEDIAN}:Q", title="Forecast", scale=scale, axis=axis),
        alt.Y(f"{ATTENDANCE}:Q", title="Attendance", scale=scale, axis=axis),
    )
    if few:
        dots = alt.Chart(_values(table.select(MEDIAN, ATTENDANCE).cast(pl.Float64)))
        marks = dots.mark_circle(size=22, color=SERIES[0], opacity=0.55).encode(x=x, y=y)
    else:
        marks = _squares(table, top).encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    ends = _values(pl.DataFrame({MEDIAN: [0.0, top], ATTENDANCE: [0.0, top]}))
    diagonal = alt.Chart(ends).mark_line(color=MUTED, strokeDash=[4, 4]).encode(x=f"{MEDIAN}:Q", y=f"{ATTENDANCE}:Q")
    kind = "One dot a game" if few else "The stronger the shade, the more games"
    description = f"{kind}, forecast {when}. On the dashed line: no error."
    return _svg(marks + diagonal, "Forecast and attendance", description)


def bar_chart(labels: Sequence[str], values: Sequence[float], title: str, axis: str, description: str) -> Chart:
    """Draw one bar for each label: upright if labels are few and short, else lying.

    Parameters
    ----------
    labels : sequence of str
        From tables: any text.
    values : sequence of float
    title, axis, description : str
        Title, what a bar's length is, and a description for those who cannot see it.
    """
    import altair as alt

    rows = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    upright = len(rows) <= 12 and all(len(label) <= 3 for label in labels)
    name = alt.Axis(labelAngle=0, labelLimit=110)
    category = {"sort": list(labels), "title": None, "axis": name}
    length: dict[str, Any] = {"title": axis, "axis": alt.Axis(tickCount=5), "scale": alt.Scale(domainMin=0)}
    bars = alt.Chart(alt.InlineData(values=rows)).mark_bar(color=SERIES[0], fillOpacity=0.85)
    if upright:
        return _svg(bars.encode(x=alt.X("label:N", **category), y=alt.Y("value:Q", **length)), title, description)
    chart = bars.encode(y=alt.Y("label:N", **category), x=alt.X("value:Q", **length))
    return _svg(chart, title, description, height=max(60, 15 * len(rows)))


def _squares(table: pl.DataFrame, top: float) -> alt.Chart:
    """Return games counted in squares of the plane of forecast and attendance."""
    import altair as alt

    step = top / BINS
    counted = (
        table.select(
            ((pl.col(name) / step).floor().clip(0, BINS - 1) * step).alias(name) for name in (MEDIAN, ATTENDANCE)
        )
        .group_by(MEDIAN, ATTENDANCE, maintain_order=True)
        .agg(pl.len().alias(GAMES))
        .with_columns((pl.col(MEDIAN) + step).alias("x2"), (pl.col(ATTENDANCE) + step).alias("y2"))
    )
    shade = alt.FillOpacity(f"{GAMES}:Q", scale=alt.Scale(type="sqrt", range=[0.12, 1]), legend=None)
    return alt.Chart(_values(counted)).mark_rect(fill=SERIES[0]).encode(fillOpacity=shade)


def _series(column: str, order: list[str]) -> dict[str, Any]:
    """Return colour and shape together, so that no series depends on its colour alone."""
    import altair as alt

    columns = 2 if max(map(len, order)) <= LONGEST_SHORT_NAME else 1
    legend = alt.Legend(orient="bottom", columns=columns, columnPadding=24, symbolOpacity=1, labelLimit=300)
    colors = [SERIES[i % len(SERIES)] for i in range(len(order))]
    shapes = [SHAPES[i % len(SHAPES)] for i in range(len(order))]
    return {
        "color": alt.Color(f"{column}:N", title=None, scale=alt.Scale(domain=order, range=colors), legend=legend),
        "shape": alt.Shape(f"{column}:N", title=None, scale=alt.Scale(domain=order, range=shapes), legend=legend),
    }


def _share_axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(format=SHARE_FORMAT, values=[0, 0.25, 0.5, 0.75, 1])


def _values(table: pl.DataFrame) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=table.to_dicts())


def _svg(chart: alt.TopLevelMixin, title: str, description: str, height: int = HEIGHT) -> Chart:
    """Draw a chart; the page's style sets its type and, on a dark page, its colours."""
    styled = (
        chart.properties(width=WIDTH, height=height, background="transparent", autosize=FIT)
        .configure(aria=False, font="sans-serif", padding=4)
        .configure_axis(
            gridColor=GRID,
            domainColor=GRID,
            tickColor=GRID,
            labelColor=MUTED,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=11,
            titleFontSize=11,
            titlePadding=9,
        )
        .configure_view(stroke=None)
        .configure_legend(labelColor=INK, labelFontSize=11)
    )
    drawn = io.StringIO()
    styled.save(drawn, format="svg")
    named = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    svg = re.sub(
        r'<svg[^>]*? width="([\d.]+)" height="[\d.]+" viewBox="([^"]+)">',
        rf'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="\2" style="max-width:\1px">{named}',
        drawn.getvalue(),
        count=1,
    )
    return Chart(title, description, svg)
