"""Homestands drawn at random, on which a policy for every item is trained: calendars, costs, forecasts, outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from gatecast.plan.ordering.belief import SCORES, condition, quantile_at, score_covariance
from gatecast.plan.ordering.features import ProblemArrays
from gatecast.plan.ordering.simulator import Batch

__all__ = ["GAMES", "outcomes_after", "random_homestands"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Outcomes = tuple[FloatArray, FloatArray]
"""Scores of attendance and cases asked for, shape (..., games) each."""

GAMES = 8
"""Most games of a homestand in training."""
LEAD = 7
"""Days before the first game at which the first forecast is made."""


def random_homestands(random: np.random.Generator, count: int, *, games: int = GAMES) -> Batch:
    """Return homestands of one item each, with one outcome drawn from the belief.

    Shelf life is 1 to 6 days, the order 0 to 3 days before the delivery, which comes every day or on some weekdays;
    critical ratios are 0.35 to 0.995; a game asks for 2 to 1,000 cases.

    Parameters
    ----------
    random : numpy.random.Generator
    count : int
    games : int
        Places for games; shorter homestands leave the last ones empty.
    """
    length = random.integers(1, games + 1, count)
    place = np.arange(games)
    pauses = random.random((count, games)) < 0.1
    days = np.cumsum(1 + pauses, axis=1)
    doubleheader = (random.random((count, 1)) < 0.05) & (place == random.integers(1, games, (count, 1)))
    days = days - np.cumsum(doubleheader, axis=1)
    end = length - 1
    comes, delivery = _deliveries(random, days)
    life = random.choice([1, 2, 3, 4, 6], count, p=[0.35, 0.25, 0.2, 0.1, 0.1])[:, None]
    comes &= (days < delivery + life) & (place <= end[:, None])
    known = (days[:, None, :] <= (delivery - random.choice([0, 1, 2, 3], (count, 1)))[..., None]).sum(axis=2)
    known = np.minimum(np.maximum.accumulate(known, axis=1), place)
    last = np.maximum((days[:, None, :] < (delivery + life)[..., None]).sum(axis=2) - 1, place)
    last = np.minimum(last, np.maximum(end[:, None], place))
    score = random.uniform(-0.4, 2.6, count)
    ratio = ndtr(score)
    room = np.where(random.random(count) < 0.85, 1e9, 0.0)
    quantiles = _needs(random, count, games)
    quantiles[place > end[:, None]] = 0.0
    room = np.where(room > 0, room, np.ceil(1.5 * quantiles[:, :, -1].max(axis=1)))
    calendar = ProblemArrays(
        comes,
        last,
        _covers(comes, last),
        end,
        np.ones(count),
        (1 - ratio) / ratio,
        room,
        score,
    )
    covariance = _covariances(random, days)
    weight = np.repeat(np.sqrt(random.uniform(0.1, 0.97, (count, 1))), games, axis=1)
    p_postponed = np.where(random.random((count, games)) < 0.2, random.beta(0.6, 6, (count, games)), 0.0)
    nothing = np.zeros((count, games))
    batch = Batch(calendar, known, quantiles, covariance, weight, p_postponed, nothing, nothing)
    scores, need = _drawn(random, batch, _scores(random, covariance, (count, games)))
    return replace(batch, scores=scores, need=need)


def outcomes_after(random: np.random.Generator, batch: Batch, known: IntArray, count: int) -> Outcomes:
    """Draw the games not yet seen again, many times, from what is believed after those seen.

    A draw of all games is moved by what its own first games and those seen say of the later ones: their means differ,
    and what is left uncertain is the same (Matheron's rule; Doucet, A Note on Efficient Conditional Simulation of
    Gaussian Distributions, 2010).

    Parameters
    ----------
    random : numpy.random.Generator
    batch : Batch
        Of its outcomes only the first games are read.
    known : ndarray of int, shape (batch,)
        Games seen in each row.
    count : int
        Outcomes of each row.

    Returns
    -------
    scores, need : ndarray of float, shape (count, batch, games)
        As in `Batch`; the games seen are as they were.
    """
    rows, games = np.arange(len(known)), batch.need.shape[1]
    seen = np.arange(games) < known[:, None]
    played = ~np.isnan(batch.scores)
    drawn = _scores(random, batch.covariance, (count, *batch.need.shape))
    expected, from_drawn = (
        condition(scores, batch.covariance, played, np)[0][..., rows, known, :]
        for scores in (np.nan_to_num(batch.scores), drawn)
    )
    scores, need = _drawn(random, batch, expected + drawn - from_drawn)
    return np.where(seen, batch.scores, scores), np.where(seen, batch.need, need)


def _scores(random: np.random.Generator, covariance: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return scores of attendance, shape (..., games), as covariances, shape (batch, games, games), say."""
    scores: FloatArray = np.einsum("bij,...bj->...bi", np.linalg.cholesky(covariance), random.standard_normal(shape))
    return scores


def _drawn(random: np.random.Generator, batch: Batch, scores: FloatArray) -> Outcomes:
    """Return scores, NaN for games postponed, and needs where attendance has the scores given, shape (..., games)."""
    total = batch.weight * scores + np.sqrt(1 - batch.weight**2) * random.standard_normal(scores.shape)
    off = random.random(scores.shape) < batch.p_postponed
    return np.where(off, np.nan, scores), np.where(off, 0.0, quantile_at(batch.quantiles, total))


def _deliveries(
    random: np.random.Generator, days: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Return whether a delivery comes between a game and the one before it, and the day of the latest."""
    count = len(days)
    allowed = random.random((count, 7)) < 0.4
    allowed[random.random(count) < 0.7] = True
    allowed[np.arange(count), random.integers(0, 7, count)] = True
    rows = np.arange(count)[:, None]
    back = np.full(days.shape, 7)
    for ago in range(6, -1, -1):
        back = np.where(allowed[rows, (days - ago) % 7], ago, back)
    delivery = days - back
    before = np.concatenate([np.full((count, 1), -99), days[:, :-1]], axis=1)
    return delivery > before, delivery


def _covers(comes: npt.NDArray[np.bool_], last: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    count, games = comes.shape
    following = np.where(comes, np.arange(games), games)
    later = np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1]
    next_one = np.concatenate([later[:, 1:], np.full((count, 1), games)], axis=1)
    covers: npt.NDArray[np.int64] = np.maximum(np.minimum(next_one - 1, last), np.arange(games))
    return covers


def _needs(random: np.random.Generator, count: int, games: int) -> FloatArray:
    """Return quantiles of need, shape (count, games, levels): skewed, and for some cut off by the seats."""
    usual = np.exp(random.uniform(np.log(2), np.log(1000), (count, 1)))
    mean = usual * np.exp(0.25 * random.standard_normal((count, games)))
    spread = random.uniform(0.05, 0.6, (count, 1))
    skew = random.uniform(-0.2, 0.2, (count, 1))
    bent = SCORES + skew[..., None] * (SCORES**2 - 1)
    quantiles = mean[..., None] * np.exp(spread[..., None] * bent)
    seats = np.where(random.random((count, 1)) < 0.3, usual * random.uniform(1.0, 1.6, (count, 1)), np.inf)
    out: FloatArray = np.maximum.accumulate(np.minimum(quantiles, seats[..., None]), axis=-1)
    return out


def _covariances(random: np.random.Generator, days: npt.NDArray[np.int64]) -> FloatArray:
    """Return covariances of scores: as measured on real forecasts, mixed with a level that the homestand shares."""
    out = []
    share = np.where(random.random(len(days)) < 0.5, 0.0, random.uniform(0.0, 0.8, len(days)))
    for day, level in zip(days.astype(np.float64), share, strict=True):
        measured = score_covariance(day, day - day[0] + LEAD)
        out.append((1 - level) * measured + level * (0.5 + 0.5 * np.eye(len(day))))
    return np.stack(out)
