"""Why each choice was made, in one plain sentence a game."""

from __future__ import annotations

import numpy as np
import polars as pl

from gatecast.plan.decide import Decision
from gatecast.plan.newsvendor import next_unit_used
from gatecast.plan.operations import StaffRole, StockItem, TransportService

__all__ = ["reasons"]

CHOICE, SERVED, OUTCOMES, COSTS, SAVES, UNLIMITED, RULE = (
    "choice", "served", "outcomes", "costs", "saves", "unlimited", "rule",
)  # fmt: skip
SMALL_MONEY = 10


def reasons(decision: Decision, currency: str) -> pl.Series:
    """Sentences of text, shape (games,).

    Parameters
    ----------
    decision : Decision
    currency : str
        Sign or code shown with money.
    """
    need, entry = decision.need, decision.need.entry
    saves = need.costs.missing * next_unit_used(need.units, decision.choice)
    facts = pl.DataFrame(
        {
            CHOICE: decision.choice,
            SERVED: decision.choice * _served_by_one(entry),
            OUTCOMES: np.floor(100 * (1 - decision.risk_short) + 1e-6).astype(np.int64),
            COSTS: saves - decision.marginal_worth,
            SAVES: saves,
            UNLIMITED: decision.unlimited,
            RULE: need.by_rule,
        }
    ).with_columns(_money(COSTS, currency), _money(SAVES, currency))
    if isinstance(entry, StaffRole):
        sentence = _staff(entry, currency)
    elif isinstance(entry, StockItem):
        sentence = _stock(entry)
    else:
        sentence = _transport(entry, currency)
    return facts.select(sentence).to_series()


def _staff(role: StaffRole, currency: str) -> pl.Expr:
    chosen = pl.format(
        "{}: hire {} to serve {} people at {} each, enough in {} of 100 outcomes;"
        " a missing one costs {}, one more costs {} and would save {}.",
        _name(role.name), _grouped(CHOICE), _grouped(SERVED), pl.lit(f"{role.people_per_shift:,g}"), OUTCOMES,
        _money(pl.lit(role.shortage_cost), currency), COSTS, SAVES,
    )  # fmt: skip
    by_rule = pl.format(
        "{}: hire {}, as the rule of one for each {} people asks; cost alone would ask for {}.",
        _name(role.name), _grouped(CHOICE), pl.lit(f"{role.minimum_one_per or 0:,g}"), _grouped(UNLIMITED),
    )  # fmt: skip
    asked = pl.max_horizontal(UNLIMITED, RULE)
    at_pool = pl.format(
        "{}: hire all {} of the pool, enough in {} of 100 outcomes; {} are asked for:"
        " one more would cost {} and save {}.",
        _name(role.name), _grouped(CHOICE), OUTCOMES, _grouped(asked), COSTS, SAVES,
    )  # fmt: skip
    above = pl.col(CHOICE) > pl.col(UNLIMITED)
    return (
        pl.when(pl.col(CHOICE) < asked).then(at_pool)
        .when(above & (pl.col(RULE) == pl.col(CHOICE))).then(by_rule)
        .when(above).then(_at_minimum(role.name, "hire"))
        .otherwise(chosen)
    )  # fmt: skip


def _stock(item: StockItem) -> pl.Expr:
    return pl.format(
        "{}: have {} {} ({} units), enough in {} of 100 outcomes;"
        " one more would earn {} in sales and lose {} in leftovers.",
        _name(item.name), _grouped(CHOICE), _plural("case"), _grouped(SERVED), OUTCOMES, SAVES, COSTS,
    )  # fmt: skip


def _transport(service: TransportService, currency: str) -> pl.Expr:
    chosen = pl.format(
        "{}: run {} with room for {} people, enough in {} of 100 outcomes;"
        " a person left waiting costs {}, one more costs {} and would save {}.",
        _name(service.name), _grouped(CHOICE), _grouped(SERVED), OUTCOMES, _money(pl.lit(service.penalty), currency),
        COSTS, SAVES,
    )  # fmt: skip
    none = pl.format(
        "{}: run none; the first would cost {} and save {} of waiting.", _name(service.name), COSTS, SAVES
    )  # fmt: skip
    at_fleet = pl.format(
        "{}: run all {} of the fleet, enough in {} of 100 outcomes; {} are asked for:"
        " one more would cost {} and save {}.",
        _name(service.name), _grouped(CHOICE), OUTCOMES, _grouped(UNLIMITED), COSTS, SAVES,
    )  # fmt: skip
    return (
        pl.when(pl.col(CHOICE) < pl.col(UNLIMITED)).then(at_fleet)
        .when(pl.col(CHOICE) > pl.col(UNLIMITED)).then(_at_minimum(service.name, "run"))
        .when(pl.col(CHOICE) == 0).then(none)
        .otherwise(chosen)
    )  # fmt: skip


def _at_minimum(name: str, verb: str) -> pl.Expr:
    return pl.format(
        "{}: {} {}, the minimum for any game; the crowd alone would ask for {}.",
        _name(name), pl.lit(verb), _grouped(CHOICE), _grouped(UNLIMITED),
    )  # fmt: skip


def _name(text: str) -> pl.Expr:
    return pl.lit(text[:1].upper() + text[1:])


def _served_by_one(entry: StaffRole | StockItem | TransportService) -> float:
    if isinstance(entry, StaffRole):
        return entry.people_per_shift
    return entry.case_size if isinstance(entry, StockItem) else entry.seats


def _plural(word: str) -> pl.Expr:
    return pl.when(pl.col(CHOICE) == 1).then(pl.lit(word)).otherwise(pl.lit(word + "s"))


def _money(amount: str | pl.Expr, currency: str) -> pl.Expr:
    """An amount with its currency; cents where it is small and not whole."""
    number = pl.col(amount) if isinstance(amount, str) else amount.cast(pl.Float64)
    cents = (number * 100).round().cast(pl.Int64)
    exact = pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))
    small = (number.abs() < SMALL_MONEY) & (cents % 100 != 0) & (number >= 0)
    shown = pl.when(small).then(exact).otherwise(_grouped(number))
    named = pl.format("{}{}", pl.lit(currency + " " * currency.isalpha()), shown)
    return named.alias(amount) if isinstance(amount, str) else named


def _grouped(column: str | pl.Expr) -> pl.Expr:
    """A whole number with commas between thousands."""
    number = (pl.col(column) if isinstance(column, str) else column).cast(pl.Float64).round().cast(pl.Int64)
    digits = number.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse()
    return digits.str.strip_chars_start(",").str.replace("-,", "-", literal=True)
