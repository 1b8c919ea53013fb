"""Columns of clubs' own that the pretrained network learns to read: made up beside games that were forecast without.

Real tables of attendance carry no tickets sold, prices or promotions. So columns are drawn beside what came and what
the forecast missed: counts that run ahead of the attendance, numbers and labels that go with the errors by any degree,
and others that say nothing, or nothing that the schedule does not say.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import ContextGames

__all__ = ["made_up_columns"]

Floats = npt.NDArray[np.float64]
Random = np.random.Generator
MOST = 8
"""Columns of one table."""


def made_up_columns(draw: Random, games: ContextGames, errors: Floats) -> Floats:
    """Return columns of one club's games, NaN where unknown, shape (games, columns).

    Parameters
    ----------
    draw : numpy.random.Generator
    games : ContextGames
    errors : ndarray of float, shape (games,)
        What the forecast missed of each, in logarithms.
    """
    scaled = (errors - errors.mean()) / max(float(errors.std()), 1e-3)
    names = list(KINDS)
    chances = np.array([chance for chance, _ in KINDS.values()])
    parts: list[Floats] = []
    for _ in range(int(draw.choice([1, 1, 1, 2, 2, 3, 4]))):
        kind = names[int(draw.choice(len(names), p=chances / chances.sum()))]
        parts.append(np.atleast_2d(KINDS[kind][1](draw, games, scaled)))
        if draw.random() < 0.12:
            parts.append(_copy(draw, parts[-1]))
    columns = np.concatenate(parts)[:MOST].T.astype(np.float64)
    rows = len(columns)
    for i in range(columns.shape[1]):
        if draw.random() < 0.25:
            columns[draw.random(rows) < draw.uniform(0, 0.5), i] = np.nan
    if draw.random() < 0.4:
        columns[: int(rows * draw.uniform(0, 0.95))] = np.nan
    return columns


def _pace(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    """Tickets sold some days before, or another count that runs ahead of the attendance."""
    people, rows = games.attendance, len(games)
    spread = np.exp(draw.uniform(np.log(0.02), np.log(0.6)))
    sold = people * draw.uniform(0.05, 0.98) * np.exp(draw.normal(0, spread, rows))
    if draw.random() < 0.3:
        sold = sold * draw.uniform(0.2, 1) + people.mean() * draw.uniform(0.1, 0.8)
    if draw.random() < 0.25:
        sold = sold * np.exp(draw.normal(0, 0.3) * np.linspace(0, 1, rows))
    if draw.random() < 0.5:
        sold = np.where(np.isfinite(games.seats), np.minimum(sold, games.seats), sold)
    return np.maximum(np.round(sold), 1.0)


def _telling_number(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    """A number that goes with what was missed, such as a rating or a price."""
    share = draw.choice([-1, 1]) * draw.beta(1, 2)
    z = share * scaled + np.sqrt(1 - share**2) * draw.normal(0, 1, len(games))
    kind = draw.random()
    if kind < 0.4:
        return np.exp(draw.normal(3, 1) + draw.uniform(0.1, 0.6) * z)
    if kind < 0.7:
        return np.round(draw.uniform(2, 30) * z + draw.normal(0, 30))
    return z * np.exp(draw.normal(0, 2)) + draw.normal(0, 5)


def _telling_label(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    """A label of some games, such as a promotion, that goes with what was missed."""
    score = draw.normal(0, 1) * scaled + draw.normal(0, 1, len(games))
    return (score > np.quantile(score, 1 - draw.uniform(0.03, 0.5))).astype(np.float64)


def _telling_labels(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    """One of several labels for each game, as so many flags."""
    labels = int(draw.integers(2, 7))
    score = draw.normal(0, 1, (labels, 1)) * scaled * draw.choice([0.0, 0.5, 1.0]) + draw.gumbel(0, 1, (labels, 1))
    score = score + draw.gumbel(0, 1, (labels, len(games)))
    return (np.argmax(score, axis=0)[None] == np.arange(labels)[:, None]).astype(np.float64)


def _noise(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    rows, kind = len(games), draw.random()
    if kind < 0.25:
        return np.exp(draw.normal(draw.uniform(0, 9), draw.uniform(0.05, 1), rows))
    if kind < 0.45:
        return draw.normal(draw.normal(0, 30), np.exp(draw.normal(0, 2)), rows)
    if kind < 0.6:
        return draw.integers(1, int(draw.integers(3, 32)), rows).astype(np.float64)
    if kind < 0.8:
        return (draw.random(rows) < draw.uniform(0.03, 0.6)).astype(np.float64)
    return np.cumsum(draw.normal(0, 1, rows)) * np.exp(draw.normal(0, 1)) + draw.normal(0, 5)


def _schedule(draw: Random, games: ContextGames, scaled: Floats) -> Floats:
    """What the schedule or the past says already."""
    rows, kind = len(games), draw.random()
    if kind < 0.3:
        return np.isin(games.weekday, draw.choice(7, int(draw.integers(1, 4)), replace=False)).astype(np.float64)
    if kind < 0.5:
        return np.arange(1, rows + 1, dtype=np.float64)
    if kind < 0.7:
        return games.month.astype(np.float64)
    return np.r_[games.attendance[:1], games.attendance[:-1]]


def _copy(draw: Random, columns: Floats) -> Floats:
    """The same once more, a little apart, as counts of two days are."""
    apart = draw.choice([0.0, 0.02, 0.1])
    return columns * np.exp(draw.normal(0, apart, columns.shape)) if apart else columns.copy()


KINDS: dict[str, tuple[float, Callable[[Random, ContextGames, Floats], Floats]]] = {
    "pace": (0.26, _pace),
    "number": (0.12, _telling_number),
    "label": (0.14, _telling_label),
    "labels": (0.1, _telling_labels),
    "noise": (0.34, _noise),
    "schedule": (0.14, _schedule),
}
"""Chance of each kind of column."""
