"""Report the measured cost of each policy on real homestands, as a share of the cost of fixed orders, with its range.

The figures are those of `docs/ordering.json`, which `benchmarks/ordering.py` writes; a test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatecast.formatting import number
from gatecast.plan.ordering.homestand import CONTROLLED, ROLLING

__all__ = ["MEASURED", "MeasuredShare", "measured_words"]


@dataclass(frozen=True)
class MeasuredShare:
    """Cost of a policy as a share of the fixed orders', over all seasons.

    Parameters
    ----------
    homestands : int
    seasons : str
        In words.
    share : float
    low, high : float
        The lowest and the highest end of the ranges of the seasons, each of 95% of resamples of its homestands.
    """

    homestands: int
    seasons: str
    share: float
    low: float
    high: float


MEASURED = {
    ROLLING: MeasuredShare(1134, "2018, 2019 and 2022", 0.9732, 0.9635, 0.9823),
    CONTROLLED: MeasuredShare(1134, "2018, 2019 and 2022", 0.2921, 0.2353, 0.3588),
}
"""By method: the program on default items, which keep for one day; controlled learning on items that keep for three."""


EXPLAINED = {ROLLING: "the plan made anew after each result", CONTROLLED: "a network trained on simulated homestands"}


def measured_words(method: str) -> str:
    """Return in words what a policy cost and how sure that is.

    Parameters
    ----------
    method : str
        `homestand.CONTROLLED` or `homestand.ROLLING`.
    """
    found = MEASURED[method]
    return (
        f"{method} ({EXPLAINED[method]}): in {number(found.homestands)} homestands of {found.seasons} its orders cost "
        f"{found.share:.0%} of orders all fixed beforehand "
        f"(95% ranges of the seasons: {found.low:.0%} to {found.high:.0%})"
    )
