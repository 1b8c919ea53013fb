"""How well the chance of a postponement was foretold: real seasons, each from those before.

    python benchmarks/rainouts.py runs/games.parquet daily-weather.csv.gz --forecasts runs/2016-2019.parquet \
        --out rainouts.json

Rain is the day's, from daily weather (Meteostat); what a forecast would have told is simulated with the skill that
`gatecast.games.cutoff.CATEGORY_SKILL` states. `--fit` prints the coefficients that gatecast ships, of all seasons.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import polars as pl
from shared import markdown

from gatecast.collect import read_games
from gatecast.files import write_text
from gatecast.forecast.postponement import PostponementModel, postponed_days, simulated_rain
from gatecast.games import Games
from gatecast.plan import ForecastTable, default_operations
from gatecast.plan.demand.crowd import Crowd, forecast_crowd, known_crowd
from gatecast.plan.evaluate.replay import replayed
from gatecast.plan.optimize.requirements import requirements

FIRST, TESTED, LEADS, BINS = 2012, (2016, 2017, 2018, 2019), (1, 3), (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
CLUBS = {
    "ANA": "LAA", "CHA": "CHW", "CHN": "CHC", "KCA": "KCR", "LAN": "LAD", "NYA": "NYY", "NYN": "NYM", "SDN": "SDP",
    "SFN": "SFG", "SLN": "STL", "TBA": "TBR", "WAS": "WSN",
}  # fmt: skip
"""The weather file's codes of clubs, where they differ."""
INCH, USUAL = 25.4, 20.0
COSTED, SCENARIOS = (1, 7), 1024


class Measured(TypedDict):
    """Brier scores by season and lead, ratio and reliability by lead, and costs of stock by season and lead."""

    results: list[dict[str, float]]
    ratio: dict[str, float]
    reliability: dict[str, list[dict[str, float]]]
    stock: NotRequired[dict[str, dict[str, dict[str, float]]]]


def game_days(games: pl.DataFrame, weather: pl.DataFrame) -> pl.DataFrame:
    """One row a day with a game played or postponed: season, venue, month, postponed, rain, temperature, closed."""
    postponed = postponed_days(games).with_columns(postponed=pl.lit(True))
    played = games.select("season", "home", "venue", "date").unique(["home", "date"], maintain_order=True)
    closed = games.group_by("season", "venue").agg((pl.col("sky") == "dome").mean().alias("closed"))
    closed = closed.with_columns(pl.col("season") + 1)
    days = pl.concat([played.with_columns(postponed=pl.lit(False)), postponed]).filter(pl.col("season") >= FIRST)
    told = weather.select("team", pl.col("date").str.to_date(), "prcp", "tavg")
    return (
        days.with_columns(pl.col("home").replace(CLUBS).alias("team"), pl.col("date").dt.month().alias("month"))
        .join(told, on=["team", "date"], how="left", maintain_order="left")
        .join(closed, on=["season", "venue"], how="left", maintain_order="left")
        .with_columns(
            (pl.col("prcp").fill_null(0.0) * INCH).alias("rain"),
            ((pl.col("tavg") - 32) / 1.8).fill_null(USUAL).alias("temperature"),
            pl.col("closed").fill_null(0.0),
        )
    )


def arrays(days: pl.DataFrame) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    numbers = {name: days[name].to_numpy() for name in ("postponed", "rain", "temperature", "month", "closed")}
    weather = (numbers["rain"], numbers["temperature"])
    return numbers["postponed"], weather, numbers["month"].astype(np.int64), numbers["closed"]


def climatology(before: pl.DataFrame, season: pl.DataFrame) -> np.ndarray:
    """Share of the days of a month at a venue, in the seasons before, on which a game was postponed."""
    shares = before.group_by("venue", "month").agg(pl.col("postponed").mean().alias("share"))
    joined = season.join(shares, on=["venue", "month"], how="left", maintain_order="left")
    return joined["share"].fill_null(before["postponed"].mean()).to_numpy()


def measure(days: pl.DataFrame) -> Measured:
    results, came = list[dict[str, float]](), []
    told: dict[int, list[np.ndarray]] = {lead: [] for lead in LEADS}
    for year in TESTED:
        before, season = days.filter(pl.col("season") < year), days.filter(pl.col("season") == year)
        model, usual = PostponementModel.fit(*arrays(before)), climatology(before, season)
        postponed, (rain, temperature), months, closed = arrays(season)
        came.append(postponed)
        for lead in LEADS:
            forecast = simulated_rain(rain, lead, np.random.default_rng([year, lead]))
            chance = model.chance(forecast, temperature, months, closed, np.full(len(rain), float(lead)))
            told[lead].append(chance)
            scores = {name: float(((p - postponed) ** 2).mean()) for name, p in (("model", chance), ("usual", usual))}
            results.append(
                {"season": year, "lead": lead, "days": len(rain), "postponed": int(postponed.sum()), **scores}
            )
    happened = np.concatenate(came)
    return {
        "results": results,
        "ratio": {
            str(lead): sum(r["model"] * r["days"] for r in results if r["lead"] == lead)
            / sum(r["usual"] * r["days"] for r in results if r["lead"] == lead)
            for lead in LEADS
        },
        "reliability": {str(lead): reliability(np.concatenate(told[lead]), happened) for lead in LEADS},
    }


def stock_costs(days: pl.DataFrame, games: Games, forecasts: pl.DataFrame, lead: int) -> dict[str, float]:
    """Cost of stock a day, played or postponed, ordered with and without the chance of a postponement, in money.

    A postponed game was not forecast: it takes the forecast of the club's nearest game.
    """
    operations = default_operations()
    told = replayed(games, ForecastTable.check(forecasts.filter(pl.col("lead") == str(lead)))).table
    season = days.filter(pl.col("season") == told["season"][0]).sort("date")
    before = days.filter(pl.col("season") < told["season"][0])
    told = told.with_columns(told["date"].alias("played")).unique(["home", "date"], keep="last").sort("date")
    joined = season.join_asof(
        told.drop("season", "venue"), on="date", by="home", strategy="nearest", check_sortedness=False
    )
    joined = joined.filter(pl.col("q50").is_not_null())
    _, (rain, temperature), months, closed = arrays(joined)
    model = PostponementModel.fit(*arrays(before))
    forecast = simulated_rain(rain, lead, np.random.default_rng(lead))
    chance = model.chance(forecast, temperature, months, closed, np.full(len(rain), float(lead)))
    postponed = joined["postponed"].to_numpy()
    real = known_crowd(joined["attendance"].cast(pl.Float64).to_numpy(), operations.crowd)
    real = Crowd(real.tickets, np.where(postponed[:, None], 0.0, real.people))
    found = {"days": float(len(rain)), "postponed": float(postponed.sum())}
    for name, p in (("without", 0.0 * chance), ("with", chance)):
        crowd = forecast_crowd(joined.with_columns(p_postponed=pl.Series(p)), operations.crowd, count=SCENARIOS)
        pairs = zip(requirements(crowd, operations), requirements(real, operations), strict=True)
        paid = [actual.cost(believed.choose()) for believed, actual in pairs if believed.kind == "stock"]
        found[name] = float(np.sum(paid) / len(rain))
    return found


def seasons_of(paths: list[Path]) -> list[pl.DataFrame]:
    """Return the forecasts of each tested season of the backtests."""
    parts = [part for path in paths for part in pl.read_parquet(path).partition_by("season", maintain_order=True)]
    return sorted((part for part in parts if part["season"][0] in TESTED), key=lambda part: part["season"][0])


def reliability(chance: np.ndarray, happened: np.ndarray) -> list[dict[str, float]]:
    """Days, chance told on average and share postponed, by chance told."""
    place = np.digitize(chance, BINS[1:-1])
    groups = [place == each for each in range(len(BINS) - 1)]
    return [
        {"days": int(g.sum()), "told": float(chance[g].mean()), "came": float(happened[g].mean())}
        for g in groups
        if g.any()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", type=Path)
    parser.add_argument("weather", type=Path, help="team, date, prcp (inches) and tavg (Fahrenheit) by day")
    parser.add_argument("--forecasts", type=Path, action="append", default=[], help="a backtest, for the cost of stock")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--fit", action="store_true", help="print the coefficients of all seasons")
    given = parser.parse_args()
    table = read_games(given.games).table.filter(pl.col("season").cast(pl.Int64, strict=False).is_between(2011, 2019))
    table = table.with_columns(pl.col("season").cast(pl.Int64), pl.col("sky").cast(pl.String))
    days = game_days(table, pl.read_csv(given.weather))
    if given.fit:
        print(np.round(PostponementModel.fit(*arrays(days)).coefficients, 3).tolist())
        return
    found = measure(days)
    for forecasts in seasons_of(given.forecasts):
        costs = {str(lead): stock_costs(days, read_games(given.games), forecasts, lead) for lead in COSTED}
        found.setdefault("stock", {})[str(forecasts["season"][0])] = costs
        print(forecasts["season"][0], "stock a day by lead:", json.dumps(costs))
    if given.out:
        write_text(json.dumps(found, indent=1) + "\n", given.out)
    names = ("season", "lead", "postponed", "model", "usual")
    rows = [[r[name] if name in names[:3] else f"{r[name]:.5f}" for name in names] for r in found["results"]]
    print(markdown(["Season", "Lead", "Postponed", "Brier", "Month by venue"], rows))
    print("ratio by lead:", {lead: round(ratio, 3) for lead, ratio in found["ratio"].items()})
    print("reliability:", json.dumps(found["reliability"]))


if __name__ == "__main__":
    main()
