"""Score a written backtest from its file alone, beside simple methods and a peer, as Markdown tables.

    python benchmarks/accuracy.py runs/games.parquet runs/feedforward.parquet \
        --baseline "boosted trees" --peer peer-forecasts.parquet --write docs/accuracy.md

"season mean to date" is always there; `--baseline` adds others, which may have to be trained first. A peer's file has
game_id, lead, a point forecast (`point`) and quantiles.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from gatecast.collect import notice_of, read_games
from gatecast.collect.expected_wins import EXPECTED_WINS_NOTICE
from gatecast.errors import DataError, GatecastError
from gatecast.evaluate import score
from gatecast.evaluate.backtesting import backtest, parse_lead
from gatecast.evaluate.baselines import BASELINES
from gatecast.evaluate.scores import (
    BRIER,
    COVERAGES,
    GAMES,
    MAE,
    MAPE,
    PINBALL,
    RMSE,
    SMALLEST_SCORED_ATTENDANCE,
    WAPE,
    WIDTH_80,
)
from gatecast.evaluate.tables import SCORE_HEADINGS
from gatecast.files import write_text
from gatecast.formatting import number
from gatecast.games import Games
from gatecast.games.columns import ATTENDANCE, CAPACITY, GAME_ID, HOME, SEASON, VENUE
from gatecast.games.forecast_columns import LEAD, MEDIAN, MODEL, P_SELLOUT
from gatecast.train.samples import training_games

RULE = "season mean to date"
CLIMATOLOGY, OVER_CLIMATOLOGY = "Brier of climatology", "Brier / climatology"
POINT, PEER, PEER_PINBALL = "point", "LightGBM peer", "pinball of the peer"
BELOW, OVER_PEER, PINBALL_OVER_PEER = f"Below {RULE}, %", "MAE / peer", "Pinball / peer"
EIGHTY = list(COVERAGES)[1]
OWN = (MAE, RMSE, MAPE, WAPE, PINBALL, *COVERAGES, WIDTH_80)
PLACES = {
    BRIER: 4,
    CLIMATOLOGY: 4,
    OVER_CLIMATOLOGY: 3,
    MAPE: 1,
    WAPE: 1,
    PINBALL: 1,
    BELOW: 1,
    OVER_PEER: 3,
    PINBALL_OVER_PEER: 3,
    **dict.fromkeys(COVERAGES, 1),
}
HEADINGS = {**SCORE_HEADINGS, LEAD: "Lead", SEASON: "Season", RULE: RULE.capitalize()}
FOLD = (LEAD, SEASON)
CLIMATOLOGY_SEASONS = 3
EVEN_CLUBS, EVEN = "Clubs with 70 to 90% inside 80%, of 100", (70.0, 90.0)

INTRODUCTION = f"""# Accuracy on real games

Each season is forecast by the {{network}} network trained on the seasons before it, from what was known so many days
before each game (`preseason`: the end of February). Every regular-season game with an attendance above
{SMALLEST_SCORED_ATTENDANCE} is scored, from the file that the backtest wrote.
MAE, RMSE, pinball and width are people; MAE is of the median.

```
gatecast collect retrosheet retrosheet --out runs/games.parquet
gatecast backtest runs/games.parquet --seasons {{seasons}} --leads {{leads}} \\
    --network {{network}} --out runs/{{network}}.parquet
{{command}}
```

The folder `retrosheet` holds the game logs of 1995 to 2022, and gameinfo with a column of seats.
{EXPECTED_WINS_NOTICE}"""
BESIDE = """MAE of each method on the same games, as the mean of the seasons' figures. Before the season the mean to
date is last season's; for 2022 that is of the limited crowds of 2021. The boosted trees, and the ridge regression,
learn from the inputs of the feedforward network."""
TOGETHER = """The column of clubs takes each season by itself. Over all seasons together, of 100 clubs, {over_all} had
70 to 90% of their games inside the 80% range when all leads are taken together; by lead {by_lead}."""
ABOUT_SELL_OUTS = """Brier score of the chance of a sell-out (attendance reaches the stated seats), beside that of
each venue's share of sell-outs in the latest three seasons before: the mean of the seasons, then each."""
ABOUT_PEER = """

The peer is a LightGBM model on about sixty features made by hand, trained on earlier seasons from 2005 on and frozen
before gatecast was measured. Weather, start times and starting pitchers are not among its features; its MAE is of its
point forecast."""


def folds(forecasts: pl.DataFrame, games: Games, names: Sequence[str], peer: pl.DataFrame | None) -> pl.DataFrame:
    """Scores by lead and season.

    Parameters
    ----------
    forecasts : polars.DataFrame
        What `gatecast backtest` writes: every scored game of its seasons at each of its leads.
    games : Games
    names : sequence of str
        Baselines to make on the same games.
    peer : polars.DataFrame or None

    Returns
    -------
    polars.DataFrame
        lead, season, the scores of the forecasts, the MAE of each other method, and what follows from both.
    """
    own = score(forecasts, games, FOLD)
    expected = games.table.filter(pl.col(ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE).group_by(SEASON).len("there")
    short = own.join(expected, on=SEASON).filter(pl.col(GAMES) != pl.col("there"))
    if short.height:
        lead, season, got, there = short.select(*FOLD, GAMES, "there").row(0)
        raise DataError(f"{got} games of {season} at lead {lead}", f"all {there} that can be scored")
    leads = own[LEAD].unique(maintain_order=True).to_list()
    seasons = own[SEASON].unique().sort().to_list()
    others = backtest(games, seasons, [parse_lead(lead) for lead in leads], {name: BASELINES[name] for name in names})
    for name in names:
        own = own.join(_mae(others.filter(pl.col(MODEL) == name), games, name), on=FOLD, how="left")
    if peer is not None:
        shared = peer.join(forecasts.select(GAME_ID, LEAD), on=[GAME_ID, LEAD], how="semi")
        pinball = score(shared, games, FOLD).select(*FOLD, pl.col(PINBALL).alias(PEER_PINBALL))
        points = _mae(shared.with_columns(pl.col(POINT).alias(MEDIAN)), games, PEER)
        own = own.join(points, on=FOLD, how="left").join(pinball, on=FOLD, how="left")
        own = own.with_columns(
            (pl.col(MAE) / pl.col(PEER)).alias(OVER_PEER),
            (pl.col(PINBALL) / pl.col(PEER_PINBALL)).alias(PINBALL_OVER_PEER),
        )
    own = own.join(even_clubs(forecasts, games, FOLD), on=FOLD, how="left")
    usual = score(climatology(forecasts, games), games, FOLD).select(*FOLD, pl.col(BRIER).alias(CLIMATOLOGY))
    return own.join(usual, on=FOLD, how="left").with_columns(
        (100 * (1 - pl.col(MAE) / pl.col(RULE))).alias(BELOW),
        (pl.col(BRIER) / pl.col(CLIMATOLOGY)).alias(OVER_CLIMATOLOGY),
    )


def even_clubs(forecasts: pl.DataFrame, games: Games, by: Sequence[str]) -> pl.DataFrame:
    """Return how many of 100 clubs had 70 to 90% of their games inside the 80% range, by some columns or overall."""
    inside = score(forecasts, games, (*by, HOME)).filter(pl.col(EIGHTY).is_not_null())
    even = (100 * pl.col(EIGHTY).is_between(*EVEN).mean()).alias(EVEN_CLUBS)
    return inside.group_by(by, maintain_order=True).agg(even) if by else inside.select(even)


def together(forecasts: pl.DataFrame, games: Games) -> str:
    """Say how many clubs are even over all seasons, by lead and over all leads."""
    by_lead = ", ".join(
        f"{number(share)} at lead {lead}" if lead.isdigit() else f"{number(share)} {lead}"
        for lead, share in even_clubs(forecasts, games, [LEAD]).select(LEAD, EVEN_CLUBS).iter_rows()
    )
    over_all = even_clubs(forecasts, games, []).item()
    return TOGETHER.format(by_lead=by_lead, over_all=number(over_all))


def climatology(forecasts: pl.DataFrame, games: Games) -> pl.DataFrame:
    """Forecast a sell-out by the venue's share of them in the latest three seasons before.

    Games of limited crowds are left out; a venue without any such game gets the share of all venues.
    """
    known = games.table[training_games(games)].filter(pl.col(ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE)
    sold_out = known.select(SEASON, VENUE, (pl.col(ATTENDANCE) >= pl.col(CAPACITY)).cast(pl.Float64).alias(P_SELLOUT))
    asked = forecasts.select(GAME_ID, LEAD).join(games.table.select(GAME_ID, SEASON, VENUE), on=GAME_ID)
    parts = []
    for season in asked[SEASON].unique().sort():
        earlier = sold_out.filter(pl.col(SEASON) < season)
        latest = earlier[SEASON].unique().sort()[-CLIMATOLOGY_SEASONS:]
        recent = earlier.filter(pl.col(SEASON).is_in(latest.implode()))
        share = recent.group_by(VENUE).agg(pl.col(P_SELLOUT).mean())
        of_season = asked.filter(pl.col(SEASON) == season).join(share, on=VENUE, how="left")
        anywhere = pl.lit(recent[P_SELLOUT].mean(), pl.Float64)
        parts.append(of_season.select(GAME_ID, LEAD, pl.col(P_SELLOUT).fill_null(anywhere)))
    return pl.concat(parts)


def by_lead(scores: pl.DataFrame) -> pl.DataFrame:
    """Each column of `folds` averaged over the seasons, which count the same; games are added up."""
    return scores.group_by(LEAD, maintain_order=True).agg(pl.col(GAMES).sum(), pl.exclude(LEAD, SEASON, GAMES).mean())


def markdown(table: pl.DataFrame, columns: Sequence[str]) -> str:
    """Format some columns of a score table in Markdown, without those that it lacks."""
    shown = [name for name in columns if name in table.columns]
    text = [name for name in shown if name in FOLD]
    rows = [[HEADINGS.get(name, name[:1].upper() + name[1:]) for name in shown]]
    rows.append(["---" if name in text else "---:" for name in shown])
    rows += [
        [str(row[name]) if name in text else number(row[name], PLACES.get(name, 0)) for name in shown]
        for row in table.iter_rows(named=True)
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def page(
    scores: pl.DataFrame, names: Sequence[str], command: str, network: str, notice: str, *, over_seasons: str
) -> str:
    """Return the page with all tables."""
    means = by_lead(scores)
    versus = [MAE, *names, PEER, BELOW, OVER_PEER]
    parts = [
        INTRODUCTION.format(
            network=network,
            seasons=",".join(str(season) for season in scores[SEASON].unique().sort()),
            leads=",".join(means[LEAD]),
            command=command,
        ),
        f"> {notice}" if notice else "",
        "## By lead, beside other methods",
        BESIDE + (ABOUT_PEER if PEER in scores.columns else ""),
        markdown(means, [LEAD, GAMES, *versus]),
        "## All scores by lead",
        "The mean of the seasons' figures. “Inside 80 %” is how many games lay between q10 and q90.",
        markdown(means, [LEAD, *OWN, EVEN_CLUBS, PINBALL_OVER_PEER]),
        over_seasons,
        "## Sell-outs",
        ABOUT_SELL_OUTS,
        markdown(means, [LEAD, BRIER, CLIMATOLOGY, OVER_CLIMATOLOGY]),
        markdown(scores, [LEAD, SEASON, BRIER, CLIMATOLOGY, OVER_CLIMATOLOGY]),
        "## By lead and season, beside other methods",
        markdown(scores, [LEAD, SEASON, GAMES, *versus]),
        "## All scores by lead and season",
        markdown(scores, [LEAD, SEASON, *OWN, EVEN_CLUBS, PINBALL_OVER_PEER]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _mae(forecasts: pl.DataFrame, games: Games, name: str) -> pl.DataFrame:
    return score(forecasts, games, FOLD).select(*FOLD, pl.col(MAE).alias(name))


def _command(given: argparse.Namespace) -> str:
    """Return the command that makes the page again, without the folders of this computer."""
    words = ["python benchmarks/accuracy.py", f"runs/{given.games.name}", f"runs/{given.forecasts.name}"]
    words += [f'--baseline "{name}"' for name in given.baseline]
    words += [f"--peer {given.peer.name}"] if given.peer else []
    return " ".join([*words, *([f"--write docs/{given.write.name}"] if given.write else [])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", type=Path)
    parser.add_argument("forecasts", type=Path, help="what `gatecast backtest` wrote, named after the network")
    parser.add_argument("--baseline", action="append", default=[], choices=[name for name in BASELINES if name != RULE])
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page to write, in place of printing it")
    given = parser.parse_args()
    names = [RULE, *given.baseline]
    peer = pl.read_parquet(given.peer) if given.peer else None
    try:
        forecasts, games = pl.read_parquet(given.forecasts), read_games(given.games)
        scores = folds(forecasts, games, names, peer)
    except GatecastError as refused:
        raise SystemExit(f"error: {refused}") from None
    notice, over_seasons = notice_of(given.games), together(forecasts, games)
    text = page(scores, names, _command(given), given.forecasts.stem, notice, over_seasons=over_seasons)
    if given.write:
        write_text(text, given.write)
    else:
        print(text)


if __name__ == "__main__":
    main()
