"""What pretraining, simulated leagues and weighing add to forecasts of any club, each left out in turn.

    python benchmarks/any_club_ablations.py ../shared/anyclub --weights work
    python benchmarks/any_club_ablations.py ../shared/anyclub --shipped

`../shared/anyclub` holds the cases, their tables and `anyclub.py`, which says what each user knew and asks for; `work`
the weights without simulated leagues that `tools/pretrain.py train work --ablations` wrote, three members of each set.
Each member, of the package or of these, forecasts alone, so that a figure comes with its spread. Errors are those of
the middle forecast in per cent of the mean attendance, a mean over clubs. NumPy, pandas and scikit-learn are enough.
With `--shipped` the members of the package forecast together, as `gatecast forecast` does: by horizon, and the share of
games inside the range of the club of 40 games or more that has the fewest.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from safetensors.numpy import load_file

from gatecast.forecast.combination import GRID, CombinationSettings
from gatecast.forecast.venue_limits import venue_limits, within_seats
from gatecast.forecast.weighing import Weighing
from gatecast.networks.column_reader import PREFIX
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import ContextGames, seasons_by_gap
from gatecast.train.pretrained import fresh, pretrained, pretrained_set

THROUGH = {"majors-1995-2022": "2022-10-05", "majors-1995-2010": "2010-10-03", "majors-1995-2002": "2002-09-29"}
FULL, NO_SIMULATED, NO_PRETRAINING, NO_WEIGHING = (
    "all of it",
    "without simulated leagues",
    "without pretraining",
    "without weighing",
)
NO_TOKENS = "without columns as tokens"
SHIPPED = "as shipped"
VARIANTS = (FULL, NO_SIMULATED, NO_PRETRAINING, NO_WEIGHING, NO_TOKENS)
LOW, MIDDLE, HIGH = (int(np.flatnonzero(level == GRID)[0]) for level in (0.1, 0.5, 0.9))
SEEDS = (0, 1, 2)
LARGE = 40


class Pace:
    """The column of tickets sold, as `Weighing` reads a club's own columns."""

    groups = (np.array([0]),)
    nearest = 7

    def __init__(self, sold: npt.NDArray[np.float64], day: npt.NDArray[np.int64]) -> None:
        self.sold, self.day = sold, day

    def at(self, rows: npt.NDArray[np.intp], cutoffs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the column, unknown where the game is farther ahead."""
        return np.where(self.day[rows] - cutoffs <= self.nearest, self.sold[rows], np.nan)[:, None]


@cache
def weights(folder: Path, day: dt.date, variant: str, seed: int) -> dict[str, npt.NDArray[np.float32]]:
    """One member of the latest set that saw no game after a day."""
    if variant == NO_PRETRAINING:
        return fresh(seed)
    name = next((name for name, through in THROUGH.items() if through <= str(day)), "simulated")
    shipped = dict(pretrained_set(name).members[seed])
    if variant == NO_TOKENS:
        return {key: value for key, value in shipped.items() if not key.startswith(PREFIX)}
    if variant != NO_SIMULATED:
        return shipped
    columns = {key: value for key, value in shipped.items() if key.startswith(PREFIX)}
    return {**load_file(folder / f"{name}-no-simulated" / f"{seed}.safetensors"), **columns}


def context_games(table: pd.DataFrame, single: bool) -> ContextGames:
    """Return a table of `anyclub.py` as `ClubContexts` reads games."""
    date, rows = table["date"], len(table)
    day = (date - pd.Timestamp("1970-01-01")).dt.days.to_numpy().astype(np.int64)
    clubs = pd.factorize(pd.concat([table["home"], table["visitor"]]))[0].astype(np.int64)
    start = table["start_time"].astype(str).str.split(":", expand=True)
    hour = (
        pd.to_numeric(start[0], errors="coerce") + (pd.to_numeric(start[1], errors="coerce") if 1 in start else 0) / 60
    )

    def numbers(name: str) -> npt.NDArray[np.float64]:
        return pd.to_numeric(table[name], errors="coerce").to_numpy(float) if name in table else np.full(rows, np.nan)

    return ContextGames(
        day=day,
        season=seasons_by_gap(day),
        weekday=date.dt.dayofweek.to_numpy().astype(np.int64),
        month=date.dt.month.to_numpy().astype(np.int64),
        year_day=date.dt.dayofyear.to_numpy().astype(float),
        hour=hour.to_numpy(float),
        home=clubs[:rows],
        visitor=clubs[rows:],
        venue=np.zeros(rows, np.int64) if single else pd.factorize(table["venue"])[0].astype(np.int64),
        double=numbers("number") > 0,
        seats=numbers("capacity"),
        attendance=numbers("attendance"),
    )


def forecasts(
    shared: Path, folder: Path, job_of: tuple[dict[str, Any], int], variant: str, *, seed: int
) -> pd.DataFrame:
    """Return the forecasts of one job, with what came."""
    case, number = job_of
    anyclub = importlib.import_module("anyclub")
    job = list(anyclub.jobs_of(case, shared / "data"))[number]
    table, single, parts, first = job["table"], job["single"], [], None
    for horizon, as_of, rows in anyclub.cut_offs(job):
        first = first or as_of.date()
        past = table[table.date <= as_of]
        coming = table[(table.date > as_of) & (table.season <= table.season.loc[rows].max())].assign(attendance=np.nan)
        if not single:
            homes = table.home.loc[job["aim"]].unique()
            coming = coming[coming.home.isin(homes) | coming.visitor.isin(homes)]
        known = pd.concat([past, coming]).sort_values(["date", "home", "number"], kind="stable")
        games = context_games(known, single)
        cutoff = (as_of - pd.Timestamp("1970-01-01")).days
        asked = pd.Series(np.arange(len(known)), index=known.index).loc[rows].to_numpy()
        pace = Pace(known["sold_7"].to_numpy(float), games.day) if "sold_7" in known else None
        contexts = ClubContexts(games)
        settings = CombinationSettings(alone="network" if variant == NO_WEIGHING else "")
        members = pretrained(first).members if variant == SHIPPED else [weights(folder, first, variant, seed)]
        weighing = Weighing(members, contexts, cutoff, columns=pace, settings=settings)
        query = contexts.queries(asked)
        columns = None if pace is None else pace.at(asked, np.full(len(asked), cutoff))
        logs = weighing.forecast(query, columns).quantiles
        holds, _, proven = venue_limits(games, query.games, cutoff)
        people = within_seats(np.exp(logs), GRID, holds, proven)[:, [LOW, MIDDLE, HIGH]]
        part = pd.DataFrame(people, index=rows, columns=["low", "middle", "high"])
        parts.append(part.assign(horizon=horizon, gate=table.attendance.loc[rows]))
    together = pd.concat(parts)
    scored = [together[together.index.isin(rows)].assign(club=club) for club, rows in job["scored"].items()]
    return pd.concat(scored).assign(kind=case["kind"], case=case["name"], variant=variant, seed=seed)


def tasks(cases: Path, only: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Each case with the number of each of its jobs."""
    for case in tomllib.loads(cases.read_text(encoding="utf-8"))["case"]:
        if not only or case["kind"][0] in only:
            for number in range(len(case["clubs"]) if case["layout"] == "club" else 1):
                yield case, number


def clubs_of(made: pd.DataFrame) -> pd.DataFrame:
    """Error, share inside the range, width and bias of each club and horizon, in per cent of its mean attendance."""
    made = made.assign(
        missed=(made.middle - made.gate).abs(),
        inside=(made.gate >= made.low) & (made.gate <= made.high),
        wide=made.high - made.low,
        above=made.middle - made.gate,
    )
    clubs = made.groupby(["variant", "seed", "kind", "case", "club", "horizon"], sort=False)
    each = clubs[["missed", "inside", "wide", "above", "gate"]].mean().assign(games=clubs.size())
    return each.assign(
        error=100 * each.missed / each.gate,
        width=100 * each.wide / each.gate,
        bias=100 * each.above / each.gate,
        inside=100 * each.inside,
    ).reset_index()


def print_shipped(clubs: pd.DataFrame) -> None:
    """Print the figures of the shipped weights by kind and horizon."""
    print(
        "| kind | horizon | error | bias | in the 80% range | fewest of a club | width |\n"
        "|---|---|---:|---:|---:|---:|---:|"
    )
    for kind, whole in clubs.groupby("kind", sort=False):
        parts = {"all": whole, **dict(list(whole.groupby("horizon", sort=False)))}
        for horizon, part in parts.items():
            large = part.inside[part.games >= LARGE]
            fewest = f"{large.min():.0f}%" if len(large) else ""
            error, bias, inside, width = part[["error", "bias", "inside", "width"]].mean()
            print(
                f"| {kind} | {horizon} | {error:.1f} | {bias:+.1f} | {inside:.0f}% | {fewest} | {width:.0f} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("shared", type=Path, help="folder of anyclub.py")
    parser.add_argument("--weights", type=Path, help="folder that tools/pretrain.py wrote")
    parser.add_argument("--shipped", action="store_true", help="the weights of the package instead")
    parser.add_argument("--cases", type=Path, help="cases; the shared ones if not given")
    parser.add_argument("--only", default="", help="letters of kinds, such as CD")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    path = str(given.shared.resolve())
    sys.path.insert(0, path)
    os.environ["PYTHONPATH"] = os.pathsep.join([path, *filter(None, [os.environ.get("PYTHONPATH")])])
    if (given.weights is None) != given.shipped:
        parser.error("either --weights or --shipped is needed")
    variants = [SHIPPED] if given.shipped else given.variants
    cases = given.cases or given.shared / "shared_cases.toml"
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as workers:
        futures = [
            workers.submit(forecasts, given.shared.resolve(), given.weights, job, variant, seed=seed)
            for variant in variants
            for seed in (SEEDS if given.weights else SEEDS[:1])
            for job in tasks(cases, given.only)
        ]
        clubs = clubs_of(pd.concat([future.result() for future in futures]))
    if given.shipped:
        print_shipped(clubs)
        return
    table = clubs.groupby(["variant", "seed", "kind"], sort=False)[["error", "inside", "width"]].mean().reset_index()
    cells = table.groupby(["kind", "variant"])
    print("| kind | variant | error | of seeds | in the 80% range | width |\n|---|---|---:|---:|---:|---:|")
    for kind in table.kind.unique():
        for variant in given.variants:
            group = cells.get_group((kind, variant))
            seeds = f"{group.error.min():.1f} to {group.error.max():.1f}"
            inside, width = group.inside.mean(), group.width.mean()
            print(f"| {kind} | {variant} | {group.error.mean():.1f} | {seeds} | {inside:.0f}% | {width:.0f} |")


if __name__ == "__main__":
    main()
