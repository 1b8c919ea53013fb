"""How often a homestand's total lay inside its 80% range: with joint scenarios, and with games drawn independently.

    python benchmarks/homestands.py runs/games.parquet runs/transformer.parquet

With `--fit`, measure instead how forecast errors go together, and print the constants of
`gatecast.forecast.scenarios`; the file must be of seasons before those that the constants are judged on.

    python benchmarks/homestands.py runs/games.parquet runs/development.parquet --fit
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import least_squares
from scipy.special import ndtri
from shared import markdown

from gatecast.collect import read_games
from gatecast.forecast.scenarios import MEASURED, SCENARIOS, Dependence, ticket_scenarios
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.games.homestands import homestand_of

LOW, HIGH = 0.10, 0.90
FEWEST_STANDS = 30
FARTHEST_SCORE = 3.5
EDGES = (0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 60, 120, 400)
"""Days apart at which one row of the table ends and the next begins."""
FITTED_DAYS = 30
"""Games further apart than a month are shown, not fitted."""
FULL_WEIGHT = 2000
"""Pairs from which on a mean counts in full."""
NEIGHBOURS = 10
"""Most days between games of two clubs from which the league's share is taken."""
DAY, CUTOFF, SCORE, BIN, APART, PAIRS, PRODUCT = "day", "cutoff", "score", "bin", "apart", "pairs", "product"
EARLIER, LATER = "earlier", "later"
EVERY = "all"


def scored(forecasts: pl.DataFrame, games: Games) -> pl.DataFrame:
    """Forecasts beside what identifies the game and came of it, with the normal score of the gate.

    The score is the place of the gate in its forecast, as normal deviations: linear between quantiles.
    """
    known = games.table.select(c.GAME_ID, c.DATE, c.HOME, c.CAPACITY, c.ATTENDANCE)
    table = forecasts.with_columns(pl.col(QUANTILE_COLUMNS).cast(pl.Float64)).join(known, on=c.GAME_ID)
    quantiles = np.maximum.accumulate(table.select(QUANTILE_COLUMNS).to_numpy(), axis=1)
    gates = table[c.ATTENDANCE].to_numpy().astype(float)
    return table.with_columns(
        pl.Series(SCORE, normal_scores(quantiles, gates)),
        pl.col(c.DATE).to_physical().cast(pl.Float64).alias(DAY),
        pl.col(AS_OF).to_physical().cast(pl.Float64).alias(CUTOFF),
    )


def normal_scores(quantiles: np.ndarray, gates: np.ndarray) -> np.ndarray:
    """Return the normal score of each attendance under its quantiles, shape (games,), extrapolated at the ends."""
    levels = ndtri(np.array(QUANTILE_LEVELS))
    left = np.clip((gates[:, None] >= quantiles).sum(axis=1) - 1, 0, len(levels) - 2)
    right = left + 1
    left, right = np.where(gates < quantiles[:, 0], 0, left), np.where(gates < quantiles[:, 0], 2, right)
    left, right = np.where(gates > quantiles[:, -1], 4, left), np.where(gates > quantiles[:, -1], 6, right)
    rows = np.arange(len(gates))
    width = np.maximum(quantiles[rows, right] - quantiles[rows, left], 1e-9)
    begin = np.where(gates > quantiles[:, -1], right, left)
    score = levels[begin] + (gates - quantiles[rows, begin]) / width * (levels[right] - levels[left])
    clipped: np.ndarray = np.clip(score, -FARTHEST_SCORE, FARTHEST_SCORE)
    return clipped


def pair_means(errors: pl.DataFrame) -> pl.DataFrame:
    """Mean product of the scores of two games of a club in a season, by the leads of both and the days apart.

    Games that may sell out are left out, by their forecast: their score is not known. Each lead's scores are divided
    by their root mean square, so that the means are correlations.
    """
    free = errors.filter(pl.col(QUANTILE_COLUMNS[-1]) - pl.col(QUANTILE_COLUMNS[-2]) > 1e-6)
    unit = free.with_columns(pl.col(SCORE) / (pl.col(SCORE) ** 2).mean().sqrt().over(LEAD))
    leads = unit[LEAD].unique(maintain_order=True).to_list()
    parts = []
    for i, earlier in enumerate(leads):
        for later in leads[i:]:
            pairs = _pairs(unit.filter(pl.col(LEAD) == earlier), unit.filter(pl.col(LEAD) == later))
            place = np.digitize(pairs[APART].to_numpy(), EDGES) - 1
            parts.append(
                pairs.with_columns(pl.Series(BIN, place))
                .group_by(BIN)
                .agg(pl.len().alias(PAIRS), pl.exclude(BIN).mean())
                .sort(BIN)
                .select(pl.lit(earlier).alias(EARLIER), pl.lit(later).alias(LATER), pl.all())
            )
    return pl.concat(parts)


def _pairs(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Every pair of games of a club in a season, the earlier from `first`: days apart, both leads, product."""
    keys = [c.HOME, c.SEASON]
    wanted = [*keys, c.GAME_ID, DAY, CUTOFF, SCORE]
    together = first.select(wanted).join(second.select(wanted), on=keys, suffix="_2")
    after = (pl.col(f"{DAY}_2") > pl.col(DAY)) | (
        (pl.col(f"{DAY}_2") == pl.col(DAY)) & (pl.col(f"{c.GAME_ID}_2") > pl.col(c.GAME_ID))
    )
    return together.filter(after).select(
        (pl.col(f"{DAY}_2") - pl.col(DAY)).alias(APART),
        (pl.col(DAY) - pl.col(CUTOFF)).alias(f"{LEAD}_1"),
        (pl.col(f"{DAY}_2") - pl.col(f"{CUTOFF}_2")).alias(f"{LEAD}_2"),
        (pl.col(SCORE) * pl.col(f"{SCORE}_2")).alias(PRODUCT),
    )


def fitted(means: pl.DataFrame) -> tuple[Dependence, float]:
    """Fit the dependence within a club by least squares; return it with its root mean square misfit."""
    used = means.filter(pl.col(APART) < FITTED_DAYS)
    apart, first, second, found = (used[name].to_numpy() for name in (APART, f"{LEAD}_1", f"{LEAD}_2", PRODUCT))
    weight = np.sqrt(np.minimum(used[PAIRS].to_numpy() / FULL_WEIGHT, 1.0))
    names = [field.name for field in fields(Dependence) if field.name != "league"]

    def misfit(values: np.ndarray) -> np.ndarray:
        dependence = Dependence(**dict(zip(names, map(float, values), strict=True)), league=0.0)
        missed: np.ndarray = dependence.correlation(apart, first, second) - found
        return missed

    start, lowest = [0.6, 1.0, 1.0, 0.1, 100.0, 0.1], [0.0, 0.0, 0.3, 0.0, 5.0, 0.0]
    bounds = (lowest, [0.99, 4.0, 6.0, 1.0, 1000.0, 1.0])
    best = least_squares(lambda values: weight * misfit(values), start, bounds=bounds, x_scale=start).x
    rounded = [float(f"{value:.3g}") for value in best]
    apart_at_all = apart >= 1
    root = np.sqrt((misfit(np.array(rounded))[apart_at_all] ** 2).mean())
    return Dependence(**dict(zip(names, rounded, strict=True)), league=0.0), float(root)


def league_share(errors: pl.DataFrame, dependence: Dependence) -> tuple[float, int]:
    """Fit the share of a club's dependence that two clubs have in common; return it with the number of pairs."""
    free = errors.filter(pl.col(QUANTILE_COLUMNS[-1]) - pl.col(QUANTILE_COLUMNS[-2]) > 1e-6)
    above = below = pairs = 0.0
    for one in free.partition_by(LEAD, c.SEASON):
        day, lead = one[DAY].to_numpy(), (one[DAY] - one[CUTOFF]).to_numpy()
        square = (one[SCORE] ** 2).mean()
        assert isinstance(square, float)
        score = one[SCORE].to_numpy() / np.sqrt(square)
        club = one[c.HOME].to_numpy()
        apart = day - day[:, None]
        i, j = np.nonzero((apart >= 0) & (apart <= NEIGHBOURS) & (club[:, None] < club))
        within = dependence.correlation(apart[i, j], lead[i], lead[j])
        above, below = above + float((score[i] * score[j] * within).sum()), below + float((within**2).sum())
        pairs += len(i)
    return above / below, int(pairs)


def print_fit(errors: pl.DataFrame) -> None:
    means = pair_means(errors)
    dependence, root = fitted(means)
    share, pairs = league_share(errors, dependence)
    dependence = replace(dependence, league=round(share, 3))
    same = means.filter(pl.col(EARLIER) == pl.col(LATER))
    leads = same[EARLIER].unique(maintain_order=True).to_list()
    rows = []
    for i, (first, end) in enumerate(pairwise(EDGES)):
        here = same.filter(pl.col(BIN) == i)
        cells = []
        for lead in leads:
            one = here.filter(pl.col(EARLIER) == lead)
            model = dependence.correlation(*(one[name].to_numpy() for name in (APART, f"{LEAD}_1", f"{LEAD}_2")))
            cells.append(f"{one[PRODUCT][0]:.2f} ({model[0]:.2f})" if one.height else "")
        most = here[PAIRS].max()
        pairs_shown = f"{most:,}" if isinstance(most, int) else "0"
        rows.append([str(first) if end == first + 1 else f"{first} to {end - 1}", pairs_shown, *cells])
    seasons = errors[c.SEASON].unique().sort().to_list()
    print(f"Seasons {seasons[0]} to {seasons[-1]}; correlation measured (fitted), pairs of games of one club\n")
    print(markdown(["Days apart", "Pairs", *(f"Lead {lead}" for lead in leads)], rows))
    used = means.filter(pl.col(APART) < FITTED_DAYS)
    print(f"\n{used[PAIRS].sum():,} pairs of forecasts fitted, {used.height} means, root mean square misfit {root:.3f}")
    print(f"{pairs:,} pairs of two clubs, at most {NEIGHBOURS} days apart\n\n{dependence}")


def ranges(errors: pl.DataFrame) -> Iterator[list[object]]:
    """Rows of the table of homestands, for each lead and season, then for all seasons of the lead."""
    seasons = errors[c.SEASON].unique().sort().to_list()
    for lead in errors[LEAD].unique(maintain_order=True):
        for season, years in [*((season, [season]) for season in seasons), (EVERY, seasons)]:
            then = errors.filter(pl.col(c.SEASON).is_in(years))
            one = then.filter(pl.col(LEAD) == lead)
            yield [lead, "of each game", season, *covered(one, homestand_of(one))]
            stands, one_day = as_of_one_day(then, one)
            if lead != PRESEASON and len(np.unique(stands)) >= FEWEST_STANDS:
                yield [lead, "of the first game", season, *covered(one_day, stands)]


def as_of_one_day(every_lead: pl.DataFrame, at_lead: pl.DataFrame) -> tuple[np.ndarray, pl.DataFrame]:
    """Homestands forecast as of one day, the lead before their first game, where the file has every game of them."""
    stand, games, day = "stand", "games", "as_of_first"
    begun = at_lead.with_columns(pl.Series(stand, homestand_of(at_lead))).select(
        c.GAME_ID, stand, pl.len().over(stand).alias(games), pl.col(AS_OF).min().over(stand).alias(day)
    )
    found = every_lead.join(begun, on=c.GAME_ID).filter(pl.col(AS_OF) == pl.col(day)).unique(c.GAME_ID, keep="first")
    whole = found.filter((pl.len().over(stand) == pl.col(games)) & (pl.col(games) > 1)).sort(c.DATE, c.GAME_ID)
    return whole[stand].to_numpy(), whole


def covered(table: pl.DataFrame, stands: np.ndarray) -> list[object]:
    """Homestands, and how many of their totals lay inside the 80% range: jointly, independently; below and above."""
    _, stand = np.unique(stands, return_inverse=True)
    total = np.bincount(stand, table[c.ATTENDANCE].to_numpy())
    jointly = ticket_scenarios(table)
    alone = np.random.default_rng(0).permuted(jointly, axis=1)
    shares = []
    for tickets in (jointly, alone):
        sums = np.zeros((len(total), SCENARIOS))
        np.add.at(sums, stand, tickets)
        low, high = np.quantile(sums, (LOW, HIGH), axis=1)
        shares.append(((total >= low) & (total <= high), total < low, total > high))
    (inside, below, above), (independent, _, _) = shares
    return [len(total), *(f"{100 * share.mean():.1f}" for share in (inside, independent, below, above))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", type=Path)
    parser.add_argument("forecasts", type=Path, help="what `gatecast backtest` wrote")
    parser.add_argument("--fit", action="store_true", help="measure the dependence in place of judging it")
    given = parser.parse_args()
    errors = scored(pl.read_parquet(given.forecasts), read_games(given.games))
    if given.fit:
        print_fit(errors)
        return
    header = ["Lead", "Taken", "Season", "Homestands", "Inside 80%, jointly, %", "Independently, %", "Below, %"]
    print(f"{SCENARIOS} scenarios; {MEASURED}\n")
    print(markdown([*header, "Above, %"], list(ranges(errors))))


if __name__ == "__main__":
    main()
