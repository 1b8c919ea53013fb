import datetime as dt
import re
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.evaluate.report import compared, write_report
from gatecast.games import Games
from gatecast.games.forecast_columns import QUANTILE_COLUMNS, QUANTILE_LEVELS

HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "line", "rect", "circle", "path", "br"}


def league(count=400, clubs=("HAR01", "BAY01")):
    rng = np.random.default_rng(6)
    middle = rng.uniform(3000, 7000, count)
    ids = [f"g{i:05d}" for i in range(count)]
    games = Games.from_frame(
        pl.DataFrame(
            {
                "game_id": ids,
                "date": [dt.date(2023 + i % 2, 4, 1) + dt.timedelta(days=i % 170) for i in range(count)],
                "home": [clubs[i % len(clubs)] for i in range(count)],
                "attendance": (middle + rng.normal(0, 500, count)).astype(int).clip(501),
                "capacity": 9000,
            }
        )
    )
    offsets = dict(zip(QUANTILE_COLUMNS, (np.array(QUANTILE_LEVELS) - 0.5) * 1800, strict=True))
    forecasts = pl.concat(
        pl.DataFrame(
            {
                "game_id": ids,
                "lead": lead,
                "mean": middle,
                **{name: middle + o for name, o in offsets.items()},
                "p_sellout": 0.01,
            }
        )
        for lead in ("1", "7", "preseason")
    )
    return forecasts, games


def simple(forecasts, name, shift):
    return forecasts.select(
        "game_id", "lead", pl.lit(name).alias("model"), pl.col("mean") + shift, pl.col("q50") + shift
    )


def to_come(**columns):
    base = {
        "date": [dt.date(2025, 6, 14), dt.date(2025, 6, 15)],
        "start_time": [dt.time(19, 5)] * 2,
        "visitor": ["Rivals"] * 2,
    }
    ranges = {"q10": [5000.0, 4000.0], "q50": [6200.0, 5000.0], "q90": [7100.0, 6000.0]}
    return pl.DataFrame({**base, **ranges, "capacity": [8000] * 2, "p_sellout": [0.12, 0.01], **columns})


class Page(HTMLParser):
    """Tags, attributes and text, with a check that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self.open, self.hidden = [], [], [], [], 0
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def page(tmp_path):
    def written(**parts):
        path = tmp_path / "report.html"
        write_report(path, **{"title": "Harbor Terns", "notice": "Simulated games.", **parts})
        text = path.read_text(encoding="utf-8")
        assert len(text) < 1_000_000
        return Page(text)

    return written


@pytest.fixture(scope="module")
def past():
    return league()


def test_a_manager_reads_the_homestand_then_how_far_to_trust_it(page, past):
    forecasts, games = past
    baselines = pl.concat([simple(forecasts, "last gate", 2000.0), simple(forecasts, "season mean", 900.0)])
    text = page(forecasts=forecasts, games=games, baselines=baselines, upcoming=to_come()).text
    assert "Simulated games." in text
    assert (
        "Sat 14 June 19:05 v. Rivals: 6,200 expected, 80% chance between 5,000 and 7,100; sell-out chance 12%." in text
    )
    assert text.index("Next homestand") < text.index("How far to trust it") < text.index("Notes")
    assert "Tried on 400 past games of 2023 and 2024" in text
    assert re.search(r"\d+% closer than the best simple method, season mean", text)
    assert "Do the ranges hold?" in text and "Miss by venue" in text and "All scores by season and lead" in text


def test_a_forecast_worse_than_a_simple_method_says_so(page, past):
    forecasts, games = past
    poor = forecasts.with_columns(pl.col("q50") + 3000)
    text = page(forecasts=poor, games=games, baselines=simple(forecasts, "last gate", 0.0)).text
    assert "further off than the best simple method, last gate" in text
    assert re.search(r"Closer than the best other.*−\d+%", text)


def test_names_in_tables_cannot_become_markup(page):
    forecasts, games = league(clubs=("HAR01", HOSTILE))
    text_of = page(
        title=HOSTILE,
        notice=HOSTILE,
        forecasts=forecasts,
        games=games,
        baselines=simple(forecasts, HOSTILE, 500.0),
        upcoming=to_come(
            visitor=[HOSTILE, "</svg><img src=x onerror=alert(1)>"], promotion=[HOSTILE, '"><b>'], home=["A", HOSTILE]
        ),
        plan_table=pl.DataFrame({HOSTILE: [HOSTILE]}),
    )
    assert "script" not in text_of.tags and "img" not in text_of.tags
    assert text_of.text.count(HOSTILE) >= 8


def test_a_page_runs_nothing_and_asks_for_nothing(page, past):
    forecasts, games = past
    written = page(forecasts=forecasts, games=games, upcoming=to_come())
    assert not set(written.tags) & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not [name for name, _ in written.attributes if name.startswith("on") or name in ("src", "href", "srcset")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in written.attributes
    assert ("lang", "en") in written.attributes
    assert written.tags.count("caption") == written.tags.count("table") > 0
    assert written.tags.count("svg") - 4 <= sum(1 for pair in written.attributes if pair == ("role", "img"))


@pytest.mark.parametrize(
    "parts", [{}, {"upcoming": to_come()}, {"upcoming": to_come().clear()}, {"plan_table": pl.DataFrame()}]
)
def test_each_part_may_be_missing(page, past, parts):
    text = page(games=past[1], **parts).text
    assert "nothing to score" in text
    assert ("Next homestand" in text) == (parts.get("upcoming", pl.DataFrame()).height > 0)


def test_games_without_gates_leave_nothing_to_score(page, past):
    forecasts, games = past
    unplayed = Games(games.table.with_columns(pl.lit(None, pl.Int32).alias("attendance")))
    assert "nothing to score" in page(forecasts=forecasts, games=unplayed).text


def test_point_forecasts_of_undated_games_of_one_club_make_a_report(page):
    games = Games.from_frame(pl.DataFrame({"attendance": [2000, 3000, 2500]}))
    forecasts = games.table.select("game_id", pl.lit("1").alias("lead"), pl.lit(2400.0).alias("q50"))
    text = page(forecasts=forecasts, games=games).text
    assert "Forecast and attendance" in text
    assert "Do the ranges hold?" not in text and "Miss by" not in text


def test_later_games_and_the_plan_are_tables(page, past):
    dates = [dt.date(2025, 6, 14), dt.date(2025, 7, 4)]
    plan = pl.DataFrame({"date": dates, "temporary_ushers": [12, 20]})
    text = page(games=past[1], upcoming=to_come(date=dates, as_of=[dt.date(2025, 6, 10)] * 2), plan_table=plan).text
    assert "1 home game, Sat 14 June." in text
    assert re.search(r"Home games after that.*Fri 4 July 19:05 v\. Rivals 5,000 4,000 to 6,000 1%", text)
    assert "Temporary ushers Sat 14 June 12 Fri 4 July 20" in text
    assert "known at the end of Tue 10 June 2025" in text


def test_forty_thousand_forecasts_stay_small(page):
    forecasts, games = league(13_400, tuple(f"PAR{i:02d}" for i in range(40)))
    assert "Tried on 13,400 past games" in page(forecasts=forecasts, games=games).text


def test_models_are_compared_on_the_games_that_all_forecast(past):
    forecasts, games = past
    partial = simple(forecasts, "last gate", 700.0).filter(pl.col("game_id") < "g00100", pl.col("lead") != "preseason")
    table = compared(forecasts, partial, games)
    assert table.select("lead", "model", "games").rows() == [
        ("1", "gatecast", 100),
        ("1", "last gate", 100),
        ("7", "gatecast", 100),
        ("7", "last gate", 100),
        ("preseason", "gatecast", 400),
    ]


def test_a_report_that_fails_leaves_no_file(tmp_path, past):
    with pytest.raises(InputError, match="q50"):
        write_report(tmp_path / "r.html", title="", notice="", games=past[1], upcoming=to_come().drop("q50"))
    with pytest.raises(InputError, match="ending"):
        write_report(tmp_path / "r.pdf", title="", notice="", games=past[1])
    assert list(tmp_path.iterdir()) == []
