"""Orders that learn through a homestand: policies beside the optimum, and beside today's plan on real seasons.

    python benchmarks/ordering.py --out ordering.json
    python benchmarks/ordering.py --games runs/games.parquet --forecasts runs/2018.parquet --out ordering.json

Without games only the small problems with a known optimum are played. With them, each season of the backtests (leads 1
and 7) is replayed: the plan decides all orders of a homestand from the forecasts at lead 7; the others decide each
order when it is due, from the forecast at lead 1 of the next game, those at lead 7 of later games and what was sold.
`--train` trains the deep policy and that of controlled learning with three seeds each; gatecast ships each first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import polars as pl
from scipy.special import ndtri
from shared import markdown

from gatecast.collect import read_games
from gatecast.files import write_text
from gatecast.games.homestands import homestand_of
from gatecast.plan import Operations, default_operations, read_forecast
from gatecast.plan.demand.crowd import forecast_crowd, known_crowd, times
from gatecast.plan.evaluate.replay import replayed
from gatecast.plan.optimize.inventory import stock_orders
from gatecast.plan.ordering.controlled import GENERATIONS, train_controlled
from gatecast.plan.ordering.deep import ControlledPolicy, DeepPolicy
from gatecast.plan.ordering.exact import SmallProblem, exact_cost, optimum, rolling_order, small_problem
from gatecast.plan.ordering.homestand import CONTROLLED, ROLLING, HomestandOrders, ItemOrders
from gatecast.plan.ordering.lookahead import ListedOutcomes, improved, network_orders
from gatecast.plan.ordering.policies import BaseStock, FixedPlan, ProjectedInventory, Rolling, costs_of, run_policy
from gatecast.plan.ordering.problem import OrderingProblem, OrderState, Policy
from gatecast.plan.ordering.train import TrainedPolicy, train_policy
from gatecast.progress import printed

SMALL, LEVELS_TRIED = 50, np.linspace(-0.9, 2.4, 12)
PLAN, DEEP, LEVEL = "plan", "deep policy", "projected inventory"
CHOSEN = "gatecast's choice"
KNOWN = "attendance known beforehand"
"""What items that keep for one day would cost if only the show rate and the sales per head were uncertain."""
KEEPS_DAYS = 3
LIVES = (1, KEEPS_DAYS)
"""Days that items keep. Of one day, orders do not depend on sales, and cost what they do over all outcomes of show rate
and sales per head; of more, one outcome is played."""
RESAMPLES, SEEDS = 2000, (0, 1, 2)


Multiples = TypedDict("Multiples", {"mean": float, "worst": float, "at_most_1.01": float, "each": list[float]})
"""Costs of a policy as multiples of the optimum."""


class Small(TypedDict):
    """Multiples by policy, and the life and the lead of each small problem."""

    policies: dict[str, Multiples]
    life: list[int]
    lead: list[int]


class Costs(TypedDict):
    """Costs of homestands: a game, as ratios of policies, and of each; with the time that they took in one season."""

    homestands: int
    games: int
    cost_a_game: dict[str, float]
    ratio: dict[str, dict[str, float]]
    ms_a_homestand: NotRequired[dict[str, float]]
    costs: NotRequired[dict[str, list[int]]]


class Training(TypedDict):
    """What one training took, and its learning curve."""

    seed: int
    seconds: float
    curve: Sequence[Sequence[float]]


Found = TypedDict(
    "Found",
    {
        "training": list[Training],
        "controlled training": list[Training],
        "small": Small,
        "seasons": dict[str, Costs],
        "all seasons": dict[str, Costs],
    },
    total=False,
)
"""All that the file of results holds."""


def small_problems(count: int, seed: int, controlled: ControlledPolicy) -> Small:
    """Costs of policies as multiples of the optimum, on problems of five games."""
    random = np.random.default_rng(seed)
    problems = [small_problem(random) for _ in range(count)]
    found = []
    for place, each in enumerate(problems):
        best = optimum(each)
        found.append({name: cost / best for name, cost in small_costs(each, controlled).items()})
        told = ", ".join(f"{name} {ratio:.3f}" for name, ratio in found[-1].items())
        print(f"small problem {place + 1} of {count}: {told}", file=sys.stderr, flush=True)
    ratios = {name: np.array([each[name] for each in found]) for name in found[0]}
    return {
        "policies": {
            name: {
                "mean": float(ratio.mean()),
                "worst": float(ratio.max()),
                "at_most_1.01": float((ratio <= 1.01).mean()),
                "each": np.round(ratio, 4).tolist(),
            }
            for name, ratio in ratios.items()
        },
        "life": [each.life for each in problems],
        "lead": [each.lead for each in problems],
    }


def small_costs(small: SmallProblem, controlled: ControlledPolicy) -> dict[str, float]:
    """Return the expected cost of each policy on one small problem, money."""
    listed, deep = ListedOutcomes(small), DeepPolicy.shipped()
    network = network_orders(listed, deep)
    once, other = improved(listed, network), network_orders(listed, controlled)
    return {
        "deep policy": listed.cost(network),
        "deep policy, looking ahead once": listed.cost(once),
        "deep policy, looking ahead twice": listed.cost(improved(listed, once)),
        CONTROLLED: listed.cost(other),
        f"{CONTROLLED}, looking ahead once": listed.cost(improved(listed, other)),
        ROLLING: exact_cost(small, lambda state: rolling_order(small, state)),
        "projected inventory, tuned": best_level(small, ProjectedInventory),
        "base stock, tuned": best_level(small, BaseStock),
    }


def best_level(small: SmallProblem, kind: Callable[[float], Policy]) -> float:
    """Cost of a level policy at the best of `LEVELS_TRIED`, money."""

    def cost(policy: Policy) -> float:
        return exact_cost(small, lambda state: policy.order(small.problem, state))

    return min(cost(kind(level)) for level in LEVELS_TRIED)


def operations_kept(life: int) -> Operations:
    """Default operations as they are, or with what spoils kept for some days and then worth nothing."""
    usual = default_operations()
    if life == 1:
        return usual
    spoils = [item for item in usual.stock if item.salvage <= 0.5 * item.unit_cost]
    return usual.replace(stock=tuple(item.replace(shelf_life_days=life, salvage=0.0) for item in spoils))


def homestand_costs(
    forecasts: tuple[pl.DataFrame, pl.DataFrame], life: int, controlled: ControlledPolicy, spent: dict[str, float]
) -> dict[str, float]:
    """Cost of each policy at one homestand, summed over its items."""
    operations, (early, late) = operations_kept(life), forecasts
    first, updated = HomestandOrders.of(early, operations), HomestandOrders.of(late, operations)
    attendance = first.table["attendance"].cast(pl.Float64).to_numpy()
    scores = np.array(first.scores(attendance.tolist()))
    real, believed = known_crowd(attendance, operations.crowd), forecast_crowd(first.table, operations.crowd)
    days = first.table["date"].cast(pl.Int64).to_numpy()
    weekdays = first.table["date"].dt.weekday().cast(pl.Int64).to_numpy() - 1
    total = dict.fromkeys((PLAN, ROLLING, DEEP, CONTROLLED, LEVEL, CHOSEN), 0.0)
    for one, other in zip(first.items, updated.items, strict=True):
        item = one.item
        sold = times(believed.people, item.sold_per_head, item.sold_per_head_spread)
        need = times(real.people, item.sold_per_head, item.sold_per_head_spread) / item.case_size
        policies: dict[str, Policy] = {
            PLAN: FixedPlan(tuple(int(each) for each in stock_orders(sold, days, weekdays, item))),
            ROLLING: Rolling(one.belief),
            DEEP: DeepPolicy.shipped(),
            CONTROLLED: controlled,
            LEVEL: ProjectedInventory(float(ndtri(one.problem.critical_ratio))),
        }
        nothing, quantiles_at = np.zeros(len(days)), updates(one, other)
        start = OrderState(0, 0, nothing, nothing, one.belief.quantiles, one.belief.p_postponed)
        for name, policy in policies.items():
            began, paid_before = time.process_time(), total[name]
            paid, orders = run_policy(one.problem, one.belief, policy, (scores, need[:, 0]), quantiles_at)
            took = time.process_time() - began
            total[name] += paid if life > 1 else float(costs_of(one.problem, start, orders[None], need.T)[0])
            spent[name] = spent.get(name, 0.0) + took
            if name == one.method:
                total[CHOSEN] += total[name] - paid_before
                spent[CHOSEN] = spent.get(CHOSEN, 0.0) + took
        if life == 1:
            total[KNOWN] = total.get(KNOWN, 0.0) + least_cost(one.problem, need)
    return total


def updates(early: ItemOrders, late: ItemOrders) -> Callable[[int, tuple[float, ...]], np.ndarray]:
    """Return the quantiles of need as a function of the game and what was seen: of the next game, the late forecast."""

    def quantiles_at(game: int, history: tuple[float, ...]) -> np.ndarray:
        quantiles = early.belief.given(history)
        if len(history) == game:
            quantiles[game] = late.belief.quantiles[game]
        return quantiles

    return quantiles_at


def least_cost(problem: OrderingProblem, need: np.ndarray) -> float:
    """Cost of the best whole cases of each delivery, where what its games ask for is one of the columns of `need`."""
    need = np.add.reduceat(need, np.flatnonzero(problem.comes), axis=0)
    order = np.quantile(need, problem.critical_ratio, axis=1)
    tried = np.stack([np.floor(order), np.ceil(order)])[..., None]
    paid = problem.idle * np.maximum(tried - need, 0) + problem.missing * np.maximum(need - tried, 0)
    return float(paid.mean(axis=2).min(axis=0).sum())


def season(table: pl.DataFrame, life: int, most: int | None, controlled: ControlledPolicy) -> Costs:
    """Costs of every homestand of a season, with intervals over homestands."""
    order = ("home", "date", "start_time", "game_id")
    early, late = (table.filter(pl.col("lead") == lead).sort(order, nulls_last=True) for lead in ("7", "1"))
    shared = early.join(late.select("game_id"), on="game_id", how="semi")
    late = shared.select("game_id").join(late, on="game_id", how="left", maintain_order="left")
    stands, spent, costs, games = homestand_of(shared), dict[str, float](), list[dict[str, float]](), 0
    chosen = np.random.default_rng(0).permutation(np.unique(stands))[:most]
    for number in np.sort(chosen):
        rows = np.flatnonzero(stands == number)
        costs.append(homestand_costs((shared[rows], late[rows]), life, controlled, spent))
        games += len(rows)
        if len(costs) % 20 == 0:
            print(f"  {len(costs)} of {len(chosen)} homestands", file=sys.stderr, flush=True)
    frame = {name: np.array([each[name] for each in costs]) for name in costs[0]}
    return {
        **compared(frame, games),
        "ms_a_homestand": {name: 1000 * each / len(costs) for name, each in spent.items()},
        "costs": {name: np.round(cost).astype(int).tolist() for name, cost in frame.items()},
    }


def compared(frame: dict[str, np.ndarray], games: int) -> Costs:
    """Return costs a game, and ratios of policies with intervals over homestands."""
    return {
        "homestands": len(frame[PLAN]),
        "games": games,
        "cost_a_game": {name: float(cost.sum() / games) for name, cost in frame.items()},
        "ratio": {
            f"{name} / {other}": ratio(frame[name], frame[other])
            for name in (CHOSEN, DEEP, CONTROLLED, ROLLING, LEVEL, KNOWN)
            for other in (PLAN, ROLLING)
            if name != other and name in frame
        },
    }


def together(seasons: dict[str, Costs]) -> dict[str, Costs]:
    """Return the costs of all seasons together, by how long items keep."""
    found = {}
    for kept_for in dict.fromkeys(name.split(", ")[1] for name in seasons):
        parts = [each for name, each in seasons.items() if name.endswith(kept_for) and "costs" in each]
        if parts:
            names = [name for name in parts[0]["costs"] if all(name in part["costs"] for part in parts)]
            frame = {name: np.concatenate([part["costs"][name] for part in parts]) for name in names}
            found[kept_for] = compared(frame, sum(part["games"] for part in parts))
    return found


def ratio(cost: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """Ratio of sums, with the range that holds 95% of resamples of homestands."""
    rows = np.random.default_rng(0).integers(len(cost), size=(RESAMPLES, len(cost)))
    drawn = cost[rows].sum(axis=1) / other[rows].sum(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {"estimate": float(cost.sum() / other.sum()), "low": float(low), "high": float(high)}


def trained(train: Callable[[int], TrainedPolicy], keep: Path | None) -> list[Training]:
    """Learning curves and times of a policy for every item, three seeds; the policy of the first is kept."""
    found: list[Training] = []
    for seed in SEEDS:
        began = time.monotonic()
        result = train(seed)
        found.append({"seed": seed, "seconds": time.monotonic() - began, "curve": result.curve})
        if seed == SEEDS[0] and keep:
            result.policy.save(keep)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=Path)
    parser.add_argument("--forecasts", type=Path, action="append", default=[], help="a backtest; may be repeated")
    parser.add_argument("--most", type=int, help="homestands of each season that are played; all if not given")
    parser.add_argument("--small", type=int, default=SMALL, help="small problems with a known optimum; 0: none")
    parser.add_argument("--train", type=int, default=0, metavar="STEPS", help="train the policy for every item")
    parser.add_argument(
        "--policy", type=Path, help="where to write the policy of the first seed; training goes on beside it"
    )
    parser.add_argument(
        "--generations",
        type=int,
        help=f"train the policy of controlled learning for so many, also without --train; with it {GENERATIONS}",
    )
    parser.add_argument(
        "--controlled",
        type=Path,
        help="where its policy of the first seed is written, and read to be played; gatecast's is played if not given",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found: Found = json.loads(given.out.read_text()) if given.out and given.out.is_file() else {}
    if given.train:
        found["training"] = trained(
            lambda seed: train_policy(
                steps=given.train,
                seed=seed,
                keep=given.policy and given.policy.with_suffix(f".{seed}.part"),
                progress=printed,
            ),
            given.policy,
        )
        kept(found, given.out)
    generations = given.generations or (GENERATIONS if given.train and given.generations is None else 0)
    if generations:
        found["controlled training"] = trained(
            lambda seed: train_controlled(generations=generations, seed=seed, progress=printed),
            given.controlled,
        )
        kept(found, given.out)
    controlled = ControlledPolicy.load(given.controlled) if given.controlled else ControlledPolicy.shipped()
    if given.small:
        found["small"] = small_problems(given.small, given.seed, controlled)
        kept(found, given.out)
    if given.games:
        games = read_games(given.games)
        for path in given.forecasts:
            table = replayed(games, read_forecast(path)).table
            for part in table.partition_by("season", maintain_order=True):
                for life in LIVES:
                    name = f"{part['season'][0]}, keeps {life} day{'s' if life > 1 else ''}"
                    print(name, file=sys.stderr, flush=True)
                    found.setdefault("seasons", {})[name] = season(part, life, given.most, controlled)
                    found["all seasons"] = together(found["seasons"])
                    kept(found, given.out)
    show(found)


def kept(found: Found, out: Path | None) -> None:
    """Write what was found so far, whole."""
    if out:
        write_text(re.sub(r"\n +(?=[-\d\]])", " ", json.dumps(found, indent=1)) + "\n", out)


def show(found: Found) -> None:
    if "small" in found:
        policies = found["small"]["policies"]
        rows = [[n, f"{p['mean']:.4f}", f"{p['worst']:.4f}", f"{p['at_most_1.01']:.0%}"] for n, p in policies.items()]
        print(markdown(["Policy", "Cost over optimum", "worst", "at most 1.01"], rows))
    pooled = {f"all seasons, {name}": each for name, each in found.get("all seasons", {}).items()}
    for name, each in {**found.get("seasons", {}), **pooled}.items():
        costs = {policy: round(cost) for policy, cost in each["cost_a_game"].items()}
        print(name, each["homestands"], "homestands", costs)
        for pair, value in each["ratio"].items():
            print(f"  {pair}: {value['estimate']:.4f} ({value['low']:.4f} to {value['high']:.4f})")
        if "ms_a_homestand" in each:
            print("  ms a homestand:", {policy: round(spent, 1) for policy, spent in each["ms_a_homestand"].items()})
    for one in [*found.get("training", []), *found.get("controlled training", [])]:
        print("seed", one["seed"], f"{one['seconds']:.0f} s", one["curve"][-1])


if __name__ == "__main__":
    main()
