"""How often the alarm for drifting forecasts is raised while all is well, and how soon it finds a shift.

    python benchmarks/drift_alarm.py --seasons 100000

Draws seasons of 81 home games whose errors are normal scores correlated as `gatecast.forecast.scenarios` says,
looks at them after every game as `gatecast.service.drift` does, and prints: how far the latest games stand out at most
in one season of so many, and how few games lie in their ranges at least (the alarm's constants); seasons with a false
alarm; and seasons in which a shift is found, by how many games after it. A shift is given in standard deviations of a
game's forecast: where the 80% range reaches 20% to both sides, one is 16% of attendance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from gatecast.service.drift import (
    COVERAGE_GAMES,
    COVERAGE_ODDS,
    LEVEL_ODDS,
    LONGEST,
    SHORTEST,
    error_correlation,
    window_deviations,
)

GAMES, SHIFT_AT = 81, 30
STANDS, ROAD = (6, 3, 7, 6), (6, 4, 7)
"""Games of homestands and days between them, in turn."""
AT_ONCE = 10_000
SHIFTS = (-0.5, -0.75, -1.0, -1.5, -2.0)
SOON = (10, 20, 30, 50)
HALF_80 = float(ndtri(0.9))


def schedule() -> np.ndarray:
    days, day, stand = list[int](), 0, 0
    while len(days) < GAMES:
        days += range(day, day + STANDS[stand % len(STANDS)])
        day = days[-1] + 1 + ROAD[stand % len(ROAD)]
        stand += 1
    return np.array(days[:GAMES], np.float64)


def looks(scores: np.ndarray, correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """After every game: how far the latest ones stand out, and how many of the last 20 lie in their range."""
    out = np.zeros_like(scores)
    inside = np.full(scores.shape, COVERAGE_GAMES)
    within = (np.abs(scores) <= HALF_80).cumsum(axis=1)
    for played in range(SHORTEST, scores.shape[1] + 1):
        first = max(played - LONGEST, 0)
        found, _ = window_deviations(scores[:, first:played], correlation[first:played, first:played])
        out[:, played - 1] = np.abs(found).max(axis=1)
        if played >= COVERAGE_GAMES:
            before = within[:, played - COVERAGE_GAMES - 1] if played > COVERAGE_GAMES else 0
            inside[:, played - 1] = within[:, played - 1] - before
    return out, inside


def drawn(seasons: int, correlation: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Draw normal scores of so many seasons, some at once."""
    random, root = np.random.default_rng(seed), np.linalg.cholesky(correlation + 1e-9 * np.eye(GAMES))
    for start in range(0, seasons, AT_ONCE):
        yield random.standard_normal((min(AT_ONCE, seasons - start), GAMES)) @ root.T


def worst(seasons: int, errors: np.ndarray, correlation: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    found = [looks(scores, correlation) for scores in drawn(seasons, errors, seed)]
    return np.concatenate([out.max(axis=1) for out, _ in found]), np.concatenate([few.min(axis=1) for _, few in found])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seasons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    days = schedule()
    weekly = np.floor((days - 1) / 7) * 7 - 1
    eve = error_correlation(days, days - 1)
    out, few = worst(arguments.seasons, eve, eve, arguments.seed)
    print(f"{arguments.seasons:,} seasons of {GAMES} home games, forecast on the eve")
    for odds in (20, 50, 100, 200, 1000):
        share = 1 - 1 / odds
        fewest = next((n for n in range(COVERAGE_GAMES, -1, -1) if (few <= n).mean() <= 1 / odds), None)
        print(
            f"1 season in {odds}: {np.quantile(out, share):.2f} standard deviations;"
            f" {fewest} of {COVERAGE_GAMES} inside"
        )
    far, least = LEVEL_ODDS[0][0], COVERAGE_ODDS[0][0]
    print("\nSeasons with a false alarm, %: level, coverage, either")
    every_week = error_correlation(days, weekly)
    cases = (
        ("eve, errors as measured", eve, eve),
        ("eve, independent errors", np.eye(GAMES), eve),
        ("forecast once a week, errors as measured", every_week, every_week),
    )
    for name, errors, correlation in cases:
        out, few = worst(arguments.seasons, errors, correlation, arguments.seed + 1)
        shares = [(out >= far).mean(), (few <= least).mean(), ((out >= far) | (few <= least)).mean()]
        print(f"{name}: " + ", ".join(f"{share * 100:.1f}" for share in shares))
    print(f"\nA shift after {SHIFT_AT} games found, % of seasons, within {', '.join(map(str, SOON))} games")
    for shift in SHIFTS:
        soon = []
        for scores in drawn(arguments.seasons // 5, eve, arguments.seed + 2):
            scores[:, SHIFT_AT:] += shift
            out, inside = looks(scores, eve)
            raised = ((out >= far) | (inside <= least))[:, SHIFT_AT:]
            soon.append(np.where(raised.any(axis=1), raised.argmax(axis=1) + 1, GAMES))
        games = np.concatenate(soon)
        print(f"{shift:+.2f}: " + ", ".join(f"{(games <= within).mean() * 100:.0f}" for within in SOON))


if __name__ == "__main__":
    main()
