"""Why each choice was made, in one plain sentence a game."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.plan.need import Decision
from gatecast.plan.newsvendor import risk_short
from gatecast.plan.operations import StaffRole, StockItem, TransportService
from gatecast.plan.staff import shifts_offered
from gatecast.plan.stock import StockPlan

__all__ = ["reasons"]

CHOICE, SERVED, OUTCOMES, COSTS, SAVES, UNLIMITED = "choice", "served", "outcomes", "costs", "saves", "unlimited"
RULE, LEAST, SHORTFALL = "rule", "least", "shortfall"
APART, ENGAGED, OFFERED, WITH_CALLED_IN = "apart", "engaged", "offered", "with_called_in"
REACHABLE, ON_HAND, ASKED, WHEN = "reachable", "on_hand", "asked", "when"
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
    enough = decision.risk_short if decision.orders else risk_short(need.units, decision.choice)
    facts = pl.DataFrame(
        {
            CHOICE: decision.choice,
            SERVED: decision.choice * _served_by_one(entry),
            OUTCOMES: _of_hundred(enough),
            WITH_CALLED_IN: _of_hundred(decision.risk_short),
            COSTS: decision.saved_by_one_more - decision.marginal_worth,
            SAVES: decision.saved_by_one_more,
            UNLIMITED: decision.unlimited,
            APART: decision.apart,
            RULE: need.by_rule,
            LEAST: need.least,
            SHORTFALL: decision.shortfall,
            ENGAGED: decision.choice if decision.engaged is None else decision.engaged,
            OFFERED: shifts_offered(need.minimum_shifts, need.days.stands),
        }
    ).with_columns(_money(COSTS, currency), _money(SAVES, currency))
    if decision.orders is not None:
        facts, sentence = facts.with_columns(_of_orders(decision, decision.orders)), _ordered(entry.name)
    elif isinstance(entry, StaffRole):
        sentence = _staff(entry, currency)
    elif isinstance(entry, StockItem):
        sentence = _stock(entry)
    else:
        sentence = _transport(entry, currency)
    return facts.select(sentence).to_series()


def _staff(role: StaffRole, currency: str) -> pl.Expr:
    enough = _enough(role, currency)
    chosen = pl.format(
        "{}: hire {} to serve {} people at {} each, {}; a missing one costs {}, one more costs {} and would save {}.",
        _name(role.name), _grouped(CHOICE), _grouped(SERVED), pl.lit(f"{role.people_per_shift:,g}"), enough,
        _money(pl.lit(role.shortage_cost), currency), COSTS, SAVES,
    )  # fmt: skip
    by_rule = pl.format(
        "{}: hire {}, as the rule of one for each {} people asks; cost alone would ask for {}.",
        _name(role.name), _grouped(CHOICE), pl.lit(f"{role.minimum_one_per or 0:,g}"), _grouped(UNLIMITED),
    )  # fmt: skip
    asked = pl.max_horizontal(UNLIMITED, RULE)
    at_pool = pl.format(
        "{}: hire all {} of the pool, {}; {} are asked for: one more would cost {} and save {}.",
        _name(role.name), _grouped(CHOICE), enough, _grouped(asked), COSTS, SAVES,
    )  # fmt: skip
    above = pl.col(CHOICE) > pl.col(UNLIMITED)
    return (
        pl.when(pl.col(SHORTFALL) > 0).then(_lacking(role))
        .when(pl.col(CHOICE) > pl.col(APART)).then(_more_by_contract(role.name))
        .when(pl.col(CHOICE) < pl.col(APART)).then(_fewer_by_contract(role.name, enough))
        .when(pl.col(CHOICE) < asked).then(at_pool)
        .when(above & (pl.col(RULE) == pl.col(CHOICE))).then(by_rule)
        .when(above).then(_at_minimum(role.name, "hire"))
        .otherwise(chosen)
    )  # fmt: skip


def _enough(role: StaffRole, currency: str) -> pl.Expr:
    """How often the shifts hired are enough, and with those that can be called in late."""
    alone = pl.format("enough in {} of 100 outcomes", OUTCOMES)
    if role.call_in_cost is None:
        return alone
    cost = _money(pl.lit(role.call_in_cost), currency)
    if role.call_in_pool is None:
        return pl.format("{}, in the others more are called in at {} each", alone, cost)
    reserve = pl.lit(f"{role.call_in_pool:,}")
    return pl.format("{}, in {} with up to {} called in at {} each", alone, WITH_CALLED_IN, reserve, cost)


def _lacking(role: StaffRole) -> pl.Expr:
    one_per = pl.lit(f"the rule of one for each {role.minimum_one_per or 0:,g} people")
    rule = pl.when(pl.col(RULE) == pl.col(LEAST)).then(one_per).otherwise(pl.lit("the minimum for any game"))
    return pl.format(
        "{}: hire all {} of the pool, {} too few: {} asks for {}; one more would cost {} and save {}.",
        _name(role.name), _grouped(CHOICE), _grouped(SHORTFALL), rule, _grouped(LEAST), COSTS, SAVES,
    )  # fmt: skip


def _more_by_contract(name: str) -> pl.Expr:
    return pl.format(
        "{}: hire {}, as each of the {} people engaged for the home stand is offered {} shifts;"
        " this game alone would ask for {}.",
        _name(name), _grouped(CHOICE), _grouped(ENGAGED), OFFERED, _grouped(APART),
    )  # fmt: skip


def _fewer_by_contract(name: str, enough: pl.Expr) -> pl.Expr:
    return pl.format(
        "{}: hire {}, {}; this game alone would ask for {}, but each further person engaged for the home stand"
        " must be offered {} shifts.",
        _name(name), _grouped(CHOICE), enough, _grouped(APART), OFFERED,
    )  # fmt: skip


def _stock(item: StockItem) -> pl.Expr:
    chosen = pl.format(
        "{}: have {} {} ({} units), enough in {} of 100 outcomes;"
        " one more would earn {} in sales and lose {} in leftovers.",
        _name(item.name), _grouped(CHOICE), _plural("case"), _grouped(SERVED), OUTCOMES, SAVES, COSTS,
    )  # fmt: skip
    at_store = pl.format(
        "{}: have {} {} ({} units), all that the store holds, enough in {} of 100 outcomes; {} are asked for:"
        " one more would earn {} in sales and lose {} in leftovers.",
        _name(item.name), _grouped(CHOICE), _plural("case"), _grouped(SERVED), OUTCOMES, _grouped(UNLIMITED),
        SAVES, COSTS,
    )  # fmt: skip
    return pl.when(pl.col(CHOICE) < pl.col(UNLIMITED)).then(at_store).otherwise(chosen)


def _of_orders(decision: Decision, orders: StockPlan) -> list[pl.Series]:
    """Facts of stock that is ordered for several games at once."""
    day = pl.Series(orders.delivery_day).cast(pl.Int32).cast(pl.Date).dt.strftime("the delivery of %-d %b")
    same_day = pl.Series(orders.delivery_day == decision.need.days.days)
    return [
        pl.Series(REACHABLE, orders.reachable),
        pl.Series(ON_HAND, orders.on_hand),
        pl.Series(ASKED, decision.need.units.mean(axis=1)),
        day.zip_with(~same_day, pl.Series(["the delivery of the day"])).alias(WHEN),
    ]


def _ordered(name: str) -> pl.Expr:
    amount = pl.when(pl.col(CHOICE) == 0).then(pl.lit("none")).otherwise(
        pl.format("{} {}", _grouped(CHOICE), _plural("case"))
    )  # fmt: skip
    ordered = pl.format(
        "{}: order {} with {}; {} on hand on average, enough in {} of 100 outcomes;"
        " one more would earn {} in sales and lose {} in leftovers.",
        _name(name), amount, WHEN, _grouped(ON_HAND), OUTCOMES, SAVES, COSTS,
    )  # fmt: skip
    nothing = pl.format(
        "{}: nothing to sell, as no delivery keeps until this game; {} are asked for on average.",
        _name(name), _grouped(ASKED),
    )  # fmt: skip
    return pl.when(REACHABLE).then(ordered).otherwise(nothing)


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
    return entry.case_size if isinstance(entry, StockItem) else entry.people_per_vehicle


def _of_hundred(risk: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Outcomes of a hundred in which a choice is enough."""
    return np.floor(100 * (1 - risk) + 1e-6).astype(np.int64)


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
