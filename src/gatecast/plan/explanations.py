"""The reason of each choice, in one plain sentence a game."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.formatting import capital, currency_sign
from gatecast.plan.columns import STAFF, STOCK, TRANSPORT
from gatecast.plan.operations.model import Entry, StaffRole, TransportService
from gatecast.plan.optimize.inventory import StockPlan
from gatecast.plan.optimize.requirements import Decision
from gatecast.plan.optimize.staffing import shifts_offered

__all__ = ["Facts", "reasons"]

CHOICE, SERVED, OUTCOMES, COSTS, SAVES, UNCONSTRAINED = "choice", "served", "outcomes", "costs", "saves", "unlimited"
RULE, LEAST, SHORTFALL = "rule", "least", "shortfall"
GAME_BY_GAME, ENGAGED, OFFERED, WITH_CALLED_IN = "apart", "engaged", "offered", "with_called_in"
REACHABLE, ON_HAND, ASKED, WHEN = "reachable", "on_hand", "asked", "when"
SENTENCE, PLACE = "sentence", "place"
ENTRY_FACTS = {
    "name": pl.String,
    "served_by_one": pl.String,
    "missing_one": pl.Float64,
    "rule_one_per": pl.String,
    "called_in": pl.Float64,
    "reserve": pl.String,
}
"""Facts of a role, an item or a service that are the same at every game."""
NAME, SERVED_BY_ONE, MISSING_ONE, ONE_PER, CALLED_IN, RESERVE = ENTRY_FACTS
MONEY = (COSTS, SAVES, MISSING_ONE, CALLED_IN)
SMALL_MONEY = 10


@dataclass(frozen=True)
class Facts:
    """The facts behind the sentences of one decision.

    Parameters
    ----------
    wording : callable
        The sentence, as an expression over the columns below.
    of_games : dict of str to ndarray, shape (games,)
    of_entry : tuple
        The values of `ENTRY_FACTS`.
    of_orders : polars.DataFrame or None
        One row a game, for stock that is ordered for several games at once.
    """

    wording: Callable[[], pl.Expr]
    of_games: dict[str, npt.NDArray[np.number]]
    of_entry: tuple[str | float | None, ...]
    of_orders: pl.DataFrame | None

    @classmethod
    def of(cls, decision: Decision) -> Facts:
        """Take the facts of a decision; the needs of every outcome are not kept."""
        entry, orders = decision.requirement.entry, decision.orders
        return cls(
            _wording(decision),
            _of_games(decision),
            _of_entry(entry),
            None if orders is None else _of_orders(decision, orders),
        )


def reasons(facts: Sequence[Facts], currency: str) -> pl.Series:
    """Return sentences of text, shape (decisions * games,), those of one decision together.

    Parameters
    ----------
    facts : sequence of Facts
        Of at least one decision, all for the same games.
    currency : str
        Sign or code shown with money.
    """
    alike: dict[Callable[[], pl.Expr], list[int]] = {}
    for place, one in enumerate(facts):
        alike.setdefault(one.wording, []).append(place)
    games = np.arange(len(facts[0].of_games[CHOICE]))
    sentences = []
    for wording, places in alike.items():
        table = _table([facts[place] for place in places]).with_columns(_money(name, currency) for name in MONEY)
        rows = (np.array(places)[:, None] * len(games) + games).ravel()
        sentences.append(table.select(pl.Series(PLACE, rows), wording().alias(SENTENCE)))
    return pl.concat(sentences).sort(PLACE)[SENTENCE]


def _table(facts: Sequence[Facts]) -> pl.DataFrame:
    """Return the facts of decisions that share one sentence, a row for each decision and game."""
    of_games = pl.DataFrame(
        {name: np.concatenate([each.of_games[name] for each in facts]) for name in facts[0].of_games}
    )
    of_entries = pl.DataFrame([each.of_entry for each in facts], schema=ENTRY_FACTS, orient="row")
    table = of_games.hstack(of_entries[np.repeat(np.arange(len(facts)), len(facts[0].of_games[CHOICE]))])
    orders = [each.of_orders for each in facts if each.of_orders is not None]
    return table.hstack(pl.concat(orders)) if orders else table


def _wording(decision: Decision) -> Callable[[], pl.Expr]:
    """Return the sentence for a decision."""
    if decision.orders is not None:
        return _ordered
    return {STAFF: _staff, STOCK: _stock, TRANSPORT: _transport}[decision.requirement.kind]


def _of_games(decision: Decision) -> dict[str, npt.NDArray[np.number]]:
    requirement = decision.requirement
    return {
        CHOICE: decision.choice,
        SERVED: decision.choice * float(requirement.entry.served_by_one),
        OUTCOMES: _percent(decision.risk_alone),
        WITH_CALLED_IN: _percent(decision.risk_short),
        COSTS: decision.saved_by_one_more - decision.marginal_worth,
        SAVES: decision.saved_by_one_more,
        UNCONSTRAINED: decision.unconstrained,
        GAME_BY_GAME: decision.game_by_game,
        RULE: requirement.by_rule,
        LEAST: requirement.least,
        SHORTFALL: decision.shortfall,
        ENGAGED: decision.choice if decision.engaged is None else decision.engaged,
        OFFERED: shifts_offered(requirement.minimum_shifts, requirement.days.homestands),
    }


def _of_entry(entry: Entry) -> tuple[str | float | None, ...]:
    """Return the values of `ENTRY_FACTS`."""
    name, served = capital(entry.name), f"{entry.served_by_one:,g}"
    if isinstance(entry, StaffRole):
        reserve = None if entry.call_in_pool is None else f"{entry.call_in_pool:,}"
        return name, served, entry.shortage_cost, f"{entry.minimum_one_per or 0:,g}", entry.call_in_cost, reserve
    return name, served, entry.penalty if isinstance(entry, TransportService) else None, None, None, None


def _of_orders(decision: Decision, orders: StockPlan) -> pl.DataFrame:
    """Return the facts of stock that is ordered for several games at once."""
    day = pl.Series(orders.delivery_day).cast(pl.Int32).cast(pl.Date).dt.strftime("the delivery of %-d %b")
    same_day = pl.Series(orders.delivery_day == decision.requirement.days.days)
    return pl.DataFrame(
        {
            REACHABLE: orders.reachable,
            ON_HAND: orders.on_hand,
            ASKED: decision.requirement.units.mean(axis=1),
            WHEN: day.zip_with(~same_day, pl.Series(["the delivery of the day"])),
        }
    )


@cache
def _staff() -> pl.Expr:
    enough = _enough()
    chosen = pl.format(
        "{}: hire {} to serve {} people at {} each, {}; a missing one costs {}, one more costs {} and would save {}.",
        NAME, _grouped(CHOICE), _grouped(SERVED), SERVED_BY_ONE, enough,
        MISSING_ONE, COSTS, SAVES,
    )  # fmt: skip
    by_rule = pl.format(
        "{}: hire {}, as the rule of one for each {} people asks; cost alone would ask for {}.",
        NAME, _grouped(CHOICE), ONE_PER, _grouped(UNCONSTRAINED),
    )  # fmt: skip
    asked = pl.max_horizontal(UNCONSTRAINED, RULE)
    at_pool = pl.format(
        "{}: hire all {} of the pool, {}; {} are asked for: one more would cost {} and save {}.",
        NAME, _grouped(CHOICE), enough, _grouped(asked), COSTS, SAVES,
    )  # fmt: skip
    above = pl.col(CHOICE) > pl.col(UNCONSTRAINED)
    return (
        pl.when(pl.col(SHORTFALL) > 0).then(_lacking())
        .when(pl.col(CHOICE) > pl.col(GAME_BY_GAME)).then(_more_by_contract())
        .when(pl.col(CHOICE) < pl.col(GAME_BY_GAME)).then(_fewer_by_contract(enough))
        .when(pl.col(CHOICE) < asked).then(at_pool)
        .when(above & (pl.col(RULE) == pl.col(CHOICE))).then(by_rule)
        .when(above).then(_at_minimum("hire"))
        .otherwise(chosen)
    )  # fmt: skip


def _enough() -> pl.Expr:
    """Return the share of outcomes in which the hired shifts are enough, alone and with people called in."""
    alone = pl.format("enough in {}% of outcomes", OUTCOMES)
    more = pl.format("{}, in the others more are called in at {} each", alone, CALLED_IN)
    some = pl.format("{}, in {}% with up to {} called in at {} each", alone, WITH_CALLED_IN, RESERVE, CALLED_IN)
    return (
        pl.when(pl.col(CALLED_IN).is_null()).then(alone)
        .when(pl.col(RESERVE).is_null()).then(more)
        .otherwise(some)
    )  # fmt: skip


def _lacking() -> pl.Expr:
    one_per = pl.format("the rule of one for each {} people", ONE_PER)
    rule = pl.when(pl.col(RULE) == pl.col(LEAST)).then(one_per).otherwise(pl.lit("the minimum for any game"))
    return pl.format(
        "{}: hire all {} of the pool, {} too few: {} asks for {}; one more would cost {} and save {}.",
        NAME, _grouped(CHOICE), _grouped(SHORTFALL), rule, _grouped(LEAST), COSTS, SAVES,
    )  # fmt: skip


def _more_by_contract() -> pl.Expr:
    return pl.format(
        "{}: hire {}, as each of the {} people engaged for the homestand is offered {} shifts;"
        " this game alone would ask for {}.",
        NAME, _grouped(CHOICE), _grouped(ENGAGED), OFFERED, _grouped(GAME_BY_GAME),
    )  # fmt: skip


def _fewer_by_contract(enough: pl.Expr) -> pl.Expr:
    return pl.format(
        "{}: hire {}, {}; this game alone would ask for {}, but each further person engaged for the homestand"
        " must be offered {} shifts.",
        NAME, _grouped(CHOICE), enough, _grouped(GAME_BY_GAME), OFFERED,
    )  # fmt: skip


@cache
def _stock() -> pl.Expr:
    chosen = pl.format(
        "{}: have {} {} ({} units), enough in {}% of outcomes;"
        " one more would earn {} in sales and lose {} in leftovers.",
        NAME, _grouped(CHOICE), _plural("case"), _grouped(SERVED), OUTCOMES, SAVES, COSTS,
    )  # fmt: skip
    at_store = pl.format(
        "{}: have {} {} ({} units), all that the store holds, enough in {}% of outcomes; {} are asked for:"
        " one more would earn {} in sales and lose {} in leftovers.",
        NAME, _grouped(CHOICE), _plural("case"), _grouped(SERVED), OUTCOMES, _grouped(UNCONSTRAINED),
        SAVES, COSTS,
    )  # fmt: skip
    return pl.when(pl.col(CHOICE) < pl.col(UNCONSTRAINED)).then(at_store).otherwise(chosen)


@cache
def _ordered() -> pl.Expr:
    amount = pl.when(pl.col(CHOICE) == 0).then(pl.lit("none")).otherwise(
        pl.format("{} {}", _grouped(CHOICE), _plural("case"))
    )  # fmt: skip
    ordered = pl.format(
        "{}: order {} with {}; {} on hand on average, enough in {}% of outcomes;"
        " one more would earn {} in sales and lose {} in leftovers.",
        NAME, amount, WHEN, _grouped(ON_HAND), OUTCOMES, SAVES, COSTS,
    )  # fmt: skip
    nothing = pl.format(
        "{}: nothing to sell: every earlier delivery is past its shelf life; {} are asked for on average.",
        NAME, _grouped(ASKED),
    )  # fmt: skip
    return pl.when(REACHABLE).then(ordered).otherwise(nothing)


@cache
def _transport() -> pl.Expr:
    chosen = pl.format(
        "{}: run {} with room for {} people, enough in {}% of outcomes;"
        " a person left waiting costs {}, one more costs {} and would save {}.",
        NAME, _grouped(CHOICE), _grouped(SERVED), OUTCOMES, MISSING_ONE,
        COSTS, SAVES,
    )  # fmt: skip
    none = pl.format(
        "{}: run none; the first would cost {} and save {} of waiting.", NAME, COSTS, SAVES
    )  # fmt: skip
    at_fleet = pl.format(
        "{}: run all {} of the fleet, enough in {}% of outcomes; {} are asked for:"
        " one more would cost {} and save {}.",
        NAME, _grouped(CHOICE), OUTCOMES, _grouped(UNCONSTRAINED), COSTS, SAVES,
    )  # fmt: skip
    return (
        pl.when(pl.col(CHOICE) < pl.col(UNCONSTRAINED)).then(at_fleet)
        .when(pl.col(CHOICE) > pl.col(UNCONSTRAINED)).then(_at_minimum("run"))
        .when(pl.col(CHOICE) == 0).then(none)
        .otherwise(chosen)
    )  # fmt: skip


def _at_minimum(verb: str) -> pl.Expr:
    return pl.format(
        "{}: {} {}, the minimum for any game; the crowd alone would ask for {}.",
        NAME, pl.lit(verb), _grouped(CHOICE), _grouped(UNCONSTRAINED),
    )  # fmt: skip


def _percent(risk: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the percentage of outcomes in which a choice is enough, rounded down."""
    return np.floor(100 * (1 - risk) + 1e-6).astype(np.int64)


def _plural(word: str) -> pl.Expr:
    return pl.when(pl.col(CHOICE) == 1).then(pl.lit(word)).otherwise(pl.lit(word + "s"))


@cache
def _money(amount: str, currency: str) -> pl.Expr:
    """Return an amount with its currency, with cents if it is small and not whole."""
    number = pl.col(amount)
    cents = (number * 100).round().cast(pl.Int64)
    exact = pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))
    small = (number.abs() < SMALL_MONEY) & (cents % 100 != 0) & (number >= 0)
    shown = pl.when(small).then(exact).otherwise(_grouped(number))
    return pl.format("{}{}", pl.lit(currency_sign(currency)), shown).alias(amount)


def _grouped(column: str | pl.Expr) -> pl.Expr:
    """Return a whole number with commas between thousands."""
    number = (pl.col(column) if isinstance(column, str) else column).cast(pl.Float64).round().cast(pl.Int64)
    digits = number.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse()
    return digits.str.strip_chars_start(",").str.replace("-,", "-", literal=True)
