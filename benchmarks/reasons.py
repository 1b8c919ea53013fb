"""Seconds to tell what drives a forecast of the sample league, how steady it is, and what it makes of planted changes.

python benchmarks/reasons.py
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import resources
from statistics import median

import numpy as np
import polars as pl
from shared import markdown

from gatecast.collect import SampleLeague, sample_league
from gatecast.forecast import Explanation, Forecaster, ForecastSession
from gatecast.forecast import drivers as d
from gatecast.forecast import explain as module
from gatecast.forecast.what_if import changed_games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN

GAME = "QUI202506130"
RUNS = 7
PLANTED: dict[str, tuple[str, dict[str, object]]] = {
    "fireworks taken away": (d.PROMOTION, {c.PROMOTION: None}),
    "bobblehead in their place": (d.PROMOTION, {c.PROMOTION: "bobblehead"}),
    "rain, overcast": (d.WEATHER, {c.PRECIPITATION: "rain", c.SKY: "overcast"}),
    "start at 13:35": (d.START, {c.START_TIME: "13:35"}),
}


def main() -> None:
    league, forecaster = sample_league(), shipped()
    rows = [("first, with compiling", *timed(forecaster, league))]
    warm = [timed(forecaster, league) for _ in range(RUNS)]
    rows.append((f"again, median of {RUNS}", *(median(each) for each in zip(*warm, strict=True))))
    print(
        markdown(
            ("One game", "What drives it, s", "Games like it, s"), [(n, f"{a:.2f}", f"{b:.2f}") for n, a, b in rows]
        )
    )
    print(
        markdown(("What is drawn anew", "Root mean square, people", "Largest, people"), steadiness(forecaster, league))
    )
    print(
        markdown(
            ("Change of the game", "Driver", "People before", "People after", "Forecast moves by"),
            planted(forecaster, league),
        )
    )


def shipped() -> Forecaster:
    with resources.as_file(resources.files("gatecast.service") / "sample_club" / "model") as folder:
        return Forecaster.load(folder)


def timed(forecaster: Forecaster, league: SampleLeague) -> tuple[float, float]:
    """Seconds for both, the games not prepared yet."""
    begun = time.perf_counter()
    session = ForecastSession(forecaster, league.games, league.upcoming, league.as_of)
    session.explain([GAME])
    between = time.perf_counter()
    session.comparable(GAME)
    return between - begun, time.perf_counter() - between


def people(explained: tuple[Explanation, ...]) -> np.ndarray:
    return np.array([list(each.people.values()) for each in explained])


def steadiness(forecaster: Forecaster, league: SampleLeague) -> list[tuple[str, str, str]]:
    """How far the people of a driver move, over all games to come, when other orders are drawn."""

    session = ForecastSession(forecaster, league.games, league.upcoming, league.as_of)

    def found() -> np.ndarray:
        return people(session.explain())

    usual, moved = found(), []
    for module.SEED in (1, 2, 3):
        moved.append(found() - usual)
    module.SEED = 0
    return [("orders of the drivers", f"{np.sqrt(np.mean(np.square(moved))):.1f}", f"{np.abs(moved).max():.0f}")]


def planted(forecaster: Forecaster, league: SampleLeague) -> list[tuple[str, str, str, str, str]]:
    """Return a change of one game, and the people of its driver before and after."""

    def of(change: Mapping[str, object]) -> dict[str, float]:
        coming = changed_games(league.upcoming, {GAME: change}) if change else league.upcoming
        return ForecastSession(forecaster, league.games, coming, league.as_of).explain([GAME])[0].people

    session = ForecastSession(forecaster, league.games, league.upcoming, league.as_of)
    before, rows = of({}), []
    for name, (driver, change) in PLANTED.items():
        forecasts = session.forecast(), session.what_if({GAME: change})
        without, changed = (each.filter(pl.col(c.GAME_ID) == GAME)[MEAN].item() for each in forecasts)
        moved = f"{changed - without:+.0f}"
        rows.append((name, driver, f"{before[driver]:+.0f}", f"{of(change)[driver]:+.0f}", moved))
    return rows


if __name__ == "__main__":
    main()
