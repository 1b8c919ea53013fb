"""What plans by a written backtest were worth, beside habit, its own median, other methods and hindsight.

    python benchmarks/plan_value.py runs/games.parquet runs/transformer.parquet \
        --against "tree peer=peer-forecasts.parquet" --write docs/plan-value.md

The default operations are replayed, scaled to the seats of each ballpark.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from shared import markdown

from gatecast.cli.evaluate_plan import parse_against
from gatecast.collect import notice_of, read_games
from gatecast.errors import DataError, GatecastError
from gatecast.files import write_text
from gatecast.formatting import number
from gatecast.games.forecast_columns import LEAD
from gatecast.plan import default_operations, plan_value, read_forecast
from gatecast.plan.evaluate.other_forecasts import read_others
from gatecast.plan.evaluate.replay import FORECAST, HINDSIGHT, NAIVE, POINT
from gatecast.plan.evaluate.scaling import REFERENCE_SEATS
from gatecast.plan.evaluate.value import EVERY, saved_over
from gatecast.progress import Progress

SHOWN, PEER = "7", "tree peer"
OWN_AS_PEER = "own forecast by the peer's quantiles"
PAUSE = 10.0
NAMES = {POINT: "own median", NAIVE: "naive plan"}

INTRODUCTION = """# What plans were worth on real games

{games} games of {seasons}, every club, are planned with the default operations, scaled from {seats} seats to
those of each ballpark, as forecast by the {network} network from earlier seasons alone. What each plan believes of the
tickets, and how costs are counted, is in [operations.md](operations.md#what-plans-were-worth). All figures are
{currency} a game. Ranges hold 95% of {resamples} resamples of whole homestands ({homestands} at a lead).

```
{command}
```"""
ABOUT_PEER = """The tree peer is a LightGBM model on about sixty features made by hand, trained on earlier seasons and
frozen before gatecast was measured. Its ranges are raw, not corrected by past misses. It has fewer quantiles, which are
completed as operations.md says. To see what that does: over our own forecast, read by the peer's quantiles alone, our
whole forecast saves {saved} at lead {lead}, all seasons."""
READING = """## How to read it

- Costs and prices are the default ones, most of them assumptions: the figures compare plans, they are no club's budget.
- Most of a cost is what even hindsight pays. “Captured” is the share of the gap between the naive plan and hindsight
  that is closed. Hindsight knows the tickets, not the show rate, the sales per head or who wants a shuttle.
- The range of the tickets adds little to their median where the best choice stands near the middle (cleaning), or
  where something else varies more: the share of people who want a shuttle or a train varies by 25% from game to game,
  and by 40% for late buses, by the default operations.
- Each game is planned from the forecast at its own lead, as a backtest has it; a club plans a homestand on one day.
- In 2022 the naive plan takes attendance from 5 July 2021: closed and limited ballparks are nobody's habit."""


def ranged(interval: Mapping[str, float | None], scale: float = 1.0, unit: str = "") -> str:
    """Format an estimate with its range."""
    estimate, low, high = (None if value is None else value * scale for value in interval.values())
    return f"{number(estimate)}{unit} ({number(low)} to {number(high)})"


def others_of(value: Mapping[str, Any]) -> list[str]:
    """Return the plans that the forecast is compared with, the naive one first."""
    plans = [plan for plan in value["plans"] if plan not in (FORECAST, HINDSIGHT, OWN_AS_PEER)]
    return sorted(plans, key=lambda plan: plan != NAIVE)


def place_of(entry: Mapping[str, Any], *keys: str) -> str:
    """Which entry it is, for the first column of a table."""
    return ", ".join(str(entry[key]) for key in keys)


def costs_table(entries: Sequence[Mapping[str, Any]], plans: Sequence[str], *keys: str) -> str:
    """Costs of each plan, and the share of the gap that the forecast captured."""
    rows: list[list[object]] = []
    for entry in entries:
        costs = (number(entry["cost_a_game"][plan]) for plan in (*plans, FORECAST, HINDSIGHT))
        rows.append([place_of(entry, *keys), *costs, ranged(entry["captured"], 100, "%")])
    heads = [NAMES.get(plan, plan).capitalize() for plan in (*plans, FORECAST, HINDSIGHT)]
    return markdown([", ".join(keys).capitalize(), *heads, "Captured"], rows)


def saved_table(entries: Sequence[Mapping[str, Any]], plans: Sequence[str], *keys: str) -> str:
    """Return what the forecast saved over each other plan."""
    rows: list[list[object]] = [
        [place_of(entry, *keys), *(ranged(entry[saved_over(plan)]) for plan in plans)] for entry in entries
    ]
    return markdown([", ".join(keys).capitalize(), *(f"Over the {NAMES.get(plan, plan)}" for plan in plans)], rows)


def verdict(entries: Sequence[Mapping[str, Any]], plans: Sequence[str]) -> str:
    """Say in words what the ranges show: of all decisions and seasons together, then what they leave open."""
    whole = next(entry for entry in entries if (entry["season"], entry["decision"]) == (EVERY, EVERY))

    def listed(chosen: Sequence[str]) -> str:
        return ", ".join(f"the {NAMES.get(plan, plan)}" for plan in chosen)

    def less(entry: Mapping[str, Any], plan: str) -> bool:
        return (entry[saved_over(plan)]["low"] or 0) > 0

    sure = [plan for plan in plans if less(whole, plan)]
    unsure = [plan for plan in plans if plan not in sure]
    text = f"At lead {SHOWN}, over all decisions and seasons, planning by the whole forecast costs less, at 95%"
    text += f" confidence, than by each of: {listed(sure) or 'none'}."
    text += f" It is not shown to cost less than by: {listed(unsure)}." if unsure else ""
    text += f" It captures {ranged(whole['captured'], 100, ' %')} of the gap between the naive plan and hindsight."
    held = [
        f"{place_of(entry, 'season', 'decision')}, over the {NAMES.get(plan, plan)} {ranged(entry[saved_over(plan)])}"
        for entry in entries
        for plan in plans
        if not less(entry, plan)
    ]
    if not held:
        return text + " So it does in every season for every decision."
    return text + f" By season and decision, these ranges of what it saves hold 0: {'; '.join(held)}."


def about_peer(whole: Mapping[str, Any]) -> str:
    return ABOUT_PEER.format(saved=ranged(whole[saved_over(OWN_AS_PEER)]), lead=SHOWN)


def page(value: Mapping[str, Any], network: str, command: str, notice: str) -> str:
    """Return the page with all tables."""
    entries = [entry for entry in value["results"] if entry["lead"] == SHOWN]
    whole = next(entry for entry in entries if (entry["season"], entry["decision"]) == (EVERY, EVERY))
    every_lead = [entry for entry in value["results"] if entry["season"] == EVERY]
    parts = [entry for entry in value["parts"] if (entry["lead"], entry["season"]) == (SHOWN, EVERY)]
    seasons = list(dict.fromkeys(str(entry["season"]) for entry in entries if entry["season"] != EVERY))
    introduction = INTRODUCTION.format(
        games=number(whole["games"]),
        homestands=number(whole["homestands"]),
        seasons=", ".join(seasons[:-1]) + f" and {seasons[-1]}" if len(seasons) > 1 else seasons[0],
        seats=number(REFERENCE_SEATS),
        network=network,
        currency=value["currency"],
        resamples=number(value["resamples"]),
        command=command,
    )
    plans = others_of(value)
    sections = [
        introduction,
        f"> {notice}" if notice else "",
        verdict(entries, plans),
        about_peer(whole) if PEER in plans else "",
        f"## Cost a game, lead {SHOWN}",
        costs_table(entries, plans, "season", "decision"),
        f"## Saved a game, lead {SHOWN}",
        saved_table(entries, plans, "season", "decision"),
        "## All leads, all seasons",
        costs_table(every_lead, plans, "lead", "decision"),
        saved_table(every_lead, plans, "lead", "decision"),
        f"## Where it comes from, lead {SHOWN}, all seasons",
        saved_table(parts, plans, "decision", "name"),
        READING,
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def command_of(given: argparse.Namespace) -> str:
    """Return the command that makes the page again, without the folders of this computer."""
    words = ["python benchmarks/plan_value.py", f"runs/{given.games.name}", f"runs/{given.forecasts.name}"]
    words += [f'--against "{name}={file.name}"' for name, file in parse_against(given.against).items()]
    words += ["--only"] if given.only else []
    return " ".join([*words, *([f"--write docs/{given.write.name}"] if given.write else [])])


def shown_now_and_then() -> Progress:
    """Progress on stderr."""
    began = time.monotonic()
    shown = [began]

    def told(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - shown[0] >= PAUSE or done == total:
            print(f"{what}: {done} of {total}, {now - began:.0f} s", file=sys.stderr)
            shown[0] = now

    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", type=Path)
    parser.add_argument("forecasts", type=Path, help="what `gatecast backtest` wrote, named after the network")
    parser.add_argument("--against", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--only", action="store_true", help=f"lead {SHOWN} alone")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page to write, in place of printing it")
    given = parser.parse_args()
    try:
        others = {name: read_others(file) for name, file in parse_against(given.against).items()}
        told = read_forecast(given.forecasts).frame
        told = told.filter(pl.col(LEAD) == SHOWN) if given.only else told
        if SHOWN not in told[LEAD]:
            raise DataError("other leads alone", f"forecasts at lead {SHOWN}", file=given.forecasts.name, column=LEAD)
        if PEER in others:
            others[OWN_AS_PEER] = told.select(others[PEER].columns)
        value = plan_value(
            read_games(given.games),
            told,
            default_operations(),
            against=others,
            scaled=True,
            progress=shown_now_and_then(),
        )
    except GatecastError as refused:
        raise SystemExit(f"error: {refused}") from None
    text = page(value, given.forecasts.stem, command_of(given), notice_of(given.games))
    if given.write:
        write_text(text, given.write)
    else:
        print(text)


if __name__ == "__main__":
    main()
