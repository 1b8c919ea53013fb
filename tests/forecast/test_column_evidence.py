"""Figures of a column's token, beside the same worked out game by game."""

import numpy as np
import pytest

from gatecast.forecast.column_evidence import ColumnEvidence
from gatecast.networks.column_reader import TOKEN_FIGURES

GAMES = 60
DRAW = np.random.default_rng(3)
DAY = np.arange(GAMES) * 2
HOME = np.zeros(GAMES, np.int64)
CAME = DRAW.normal(9, 0.3, GAMES)
MIDDLE = CAME - DRAW.normal(0, 0.2, GAMES)
SPREAD = np.full(GAMES, 0.2)
SOLD = np.round(0.7 * np.exp(CAME + DRAW.normal(0, 0.05, GAMES)))
FLAG = (DRAW.random(GAMES) < 0.3).astype(float)
NUMBER = DRAW.normal(0, 10, GAMES)
COLUMNS = np.stack([SOLD, FLAG, NUMBER], axis=1)


def evidence(columns=COLUMNS, home=HOME, trust=None, **changes):
    given = {"middle": MIDDLE, "spread": SPREAD, "log_attendance": CAME} | changes
    return ColumnEvidence.of(home, DAY, columns, trust=np.ones(GAMES) if trust is None else trust, **given)


def figure(tokens, name):
    return tokens[..., TOKEN_FIGURES.index(name)]


def test_figures_are_those_of_the_games_known_at_the_cutoff():
    at = 40
    tokens = evidence().tokens(HOME[at : at + 1], COLUMNS[at : at + 1], MIDDLE[[at]], SPREAD[[at]], DAY[[at]] - 1)[0]
    errors, logs = (CAME - MIDDLE)[:at], np.log(SOLD)
    assert figure(tokens, "positive").tolist() == [1, 0, 0]
    assert figure(tokens, "flag").tolist() == [0, 1, 0]
    assert figure(tokens, "games") == pytest.approx(np.log1p(at) / 5, rel=1e-5)
    ratio = np.mean(CAME[:at] - logs[:at])
    assert figure(tokens, "shift_by_ratio")[0] == pytest.approx(logs[at] + ratio - MIDDLE[at], rel=1e-4)
    assert figure(tokens, "ratio_spread")[0] == pytest.approx(
        np.log(np.std(CAME[:at] - logs[:at], ddof=1)) / 2, rel=0.01
    )
    for column, values in enumerate((logs, FLAG, NUMBER)):
        slope, _ = np.polyfit(values[:at], errors, 1)
        shift = slope * at / (at + 2) * (values[at] - values[:at].mean())
        assert figure(tokens, "shift_by_slope")[column] == pytest.approx(shift, rel=1e-3)
        correlation = np.corrcoef(values[:at], errors)[0, 1]
        assert figure(tokens, "correlation")[column] == pytest.approx(correlation, abs=2e-3)
    beside = logs - MIDDLE
    slope, _ = np.polyfit(beside[:at], errors, 1)
    shift = slope * at / (at + 2) * (beside[at] + ratio)
    assert figure(tokens, "shift_by_both")[0] == pytest.approx(shift, rel=1e-3)
    assert figure(tokens, "shift_by_both")[1:].tolist() == [0, 0]


def test_nothing_after_the_cutoff_counts():
    at, later = 30, np.arange(GAMES) >= 30
    changed = np.where(later[:, None] & (np.arange(GAMES) != at)[:, None], COLUMNS * 3 + 1, COLUMNS)
    changed[:, 1] = FLAG
    first, second = (
        each.tokens(HOME[[at]], COLUMNS[[at]], MIDDLE[[at]], SPREAD[[at]], DAY[[at]] - 1)
        for each in (evidence(), evidence(changed, log_attendance=np.where(later, CAME + 0.5, CAME)))
    )
    assert np.array_equal(first, second)


def test_what_is_not_known_is_no_token():
    columns = COLUMNS.copy()
    columns[5, 0] = np.nan
    tokens = evidence().tokens(HOME, columns, MIDDLE, SPREAD, DAY - 1)
    assert not tokens[5, 0].any()
    assert tokens[5, 1, 0] == 1
    assert not tokens[:2].any()
    assert not evidence().tokens(HOME + 7, columns, MIDDLE, SPREAD).any()


def test_a_column_of_positive_numbers_knows_nothing_of_zero():
    columns = COLUMNS[:1].copy()
    columns[0, 0] = 0.0
    tokens = evidence().tokens(HOME[:1], columns, MIDDLE[:1], SPREAD[:1])
    assert not tokens[0, 0].any()
    assert tokens[0, 1, 0] == 1


def test_units_do_not_matter():
    other = COLUMNS * [1000.0, 1.0, 7.0]
    first, second = (evidence(columns).tokens(HOME, columns, MIDDLE, SPREAD, DAY - 1) for columns in (COLUMNS, other))
    assert np.allclose(first, second, atol=1e-4)


def test_each_club_has_evidence_of_its_own():
    home = (np.arange(GAMES) % 2).astype(np.int64)
    both = evidence(home=home).tokens(home, COLUMNS, MIDDLE, SPREAD, DAY - 1)
    mine = home == 1
    alone = ColumnEvidence.of(
        home[mine],
        DAY[mine],
        COLUMNS[mine],
        middle=MIDDLE[mine],
        spread=SPREAD[mine],
        log_attendance=CAME[mine],
        trust=np.ones(mine.sum()),
    ).tokens(home[mine], COLUMNS[mine], MIDDLE[mine], SPREAD[mine], DAY[mine] - 1)
    assert np.allclose(both[mine], alone, atol=1e-5)


def test_a_column_that_never_varies_says_nothing_of_single_games():
    columns = np.full((GAMES, 1), 5.0)
    tokens = evidence(columns).tokens(HOME, columns, MIDDLE, SPREAD, DAY - 1)
    assert np.isfinite(tokens).all()
    assert (figure(tokens, "correlation") == 0).all()


def test_one_zero_or_one_typo_among_counts_leaves_the_ratio_as_it_is():
    clean = evidence().tokens(HOME[-1:], COLUMNS[-1:], MIDDLE[-1:], SPREAD[-1:])
    for wrong in (0.0, 1e9, 0.001):
        columns = COLUMNS.copy()
        columns[20, 0] = wrong
        tokens = evidence(columns).tokens(HOME[-1:], COLUMNS[-1:], MIDDLE[-1:], SPREAD[-1:])
        assert figure(tokens, "shift_by_ratio")[0, 0] == pytest.approx(figure(clean, "shift_by_ratio")[0, 0], abs=0.01)
        assert figure(tokens, "ratio_spread")[0, 0] == pytest.approx(figure(clean, "ratio_spread")[0, 0], abs=0.1)


def test_what_was_never_seen_counts_as_little_beyond_what_was():
    asked = COLUMNS[-1:].copy()
    asked[0, 2] = NUMBER.max() + NUMBER.std(ddof=1)
    edge = evidence().tokens(HOME[-1:], asked, MIDDLE[-1:], SPREAD[-1:])
    asked[0, 2] = 1e6
    beyond = evidence().tokens(HOME[-1:], asked, MIDDLE[-1:], SPREAD[-1:])
    assert figure(beyond, "shift_by_slope")[0, 2] == pytest.approx(figure(edge, "shift_by_slope")[0, 2], rel=1e-4)


def test_an_offset_does_not_matter():
    first, second = (
        evidence(columns).tokens(HOME, columns, MIDDLE, SPREAD, DAY - 1)
        for columns in (COLUMNS + np.array([0, 0, far]) for far in (-1000.0, -1e9))
    )
    assert np.allclose(first, second, atol=1e-3)
