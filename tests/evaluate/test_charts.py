import re
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from gatecast.evaluate import charts
from gatecast.games.forecast_columns import QUANTILE_LEVELS

HOSTILE = "<script>alert('x')</script> & \"co\""
LEADS = ["1", "7", "30", "preseason"]


def scores(*models):
    return pl.DataFrame(
        [{"lead": lead, "model": model, "mae": 900.0 + i} for i, lead in enumerate(LEADS) for model in models]
    )


def held(*leads):
    return pl.DataFrame(
        [{"lead": lead, "level": level, "observed": level**1.1} for lead in leads for level in QUANTILE_LEVELS]
    )


def gates(count):
    rng = np.random.default_rng(2)
    forecast = rng.uniform(2000, 40_000, count)
    return pl.DataFrame({"q50": forecast, "attendance": (forecast + rng.normal(0, 3000, count)).clip(501).astype(int)})


ALL = {
    "lead": lambda: charts.lead_chart(scores("gatecast", "ridge", HOSTILE)),
    "reliability": lambda: charts.reliability_chart(held(*LEADS)),
    "place": lambda: charts.place_chart(held("1")),
    "few": lambda: charts.scatter_chart(gates(50), "7 days before the game"),
    "many": lambda: charts.scatter_chart(gates(40_000), "7 days before the game"),
    "upright": lambda: charts.bar_chart(["Mon", "Tue"], [1.0, 2.0], "Miss", "%", "Told."),
    "level": lambda: charts.bar_chart([HOSTILE, "HAR01"], [1.0, 2.0], HOSTILE, "%", "Told."),
}


@pytest.fixture(scope="module", params=ALL)
def chart(request):
    return ALL[request.param]()


def test_a_chart_is_one_small_accessible_svg_with_nothing_to_run_or_fetch(chart):
    root = ElementTree.fromstring(chart.svg)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert root.attrib["role"] == "img"
    assert root[0].tag.endswith("title") and root[0].text == chart.title
    assert root[1].tag.endswith("desc") and root[1].text == chart.description
    assert not names & {"script", "image", "foreignObject", "use", "a"}
    assert not any(name.startswith("on") or name.endswith("href") for e in root.iter() for name in e.attrib)
    assert len(chart.svg) < 150_000


def test_every_colour_of_a_chart_has_one_for_the_dark_page(chart):
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-fA-F]+)"', chart.svg))
    assert used and used <= set(charts.DARK)


def test_names_are_shown_as_they_are():
    texts = {"".join(element.itertext()) for element in ElementTree.fromstring(ALL["lead"]().svg).iter()}
    assert {"gatecast", "ridge", HOSTILE} <= texts


def test_leads_are_told_in_words_and_in_order():
    texts = [element.text for element in ElementTree.fromstring(ALL["reliability"]().svg).iter() if element.text]
    named = [text for text in dict.fromkeys(texts) if "before" in text]
    assert named == ["1 day before", "7 days before", "30 days before", "before the season"]


def test_forty_thousand_games_take_no_more_marks_than_the_squares():
    assert ALL["many"]().svg.count("<path") < charts.BINS**2
    assert ALL["few"]().svg.count('transform="translate') > 50


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_text_and_marks_stand_out_from_the_page_by_day_and_night():
    for colour in (charts.INK, charts.MUTED, *charts.SERIES):
        needed = 4.5 if colour in (charts.INK, charts.MUTED) else 3
        assert contrast(colour, "#ffffff") >= needed
        assert contrast(charts.DARK[colour], "#19222a") >= needed
