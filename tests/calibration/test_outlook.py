"""Calibration on trades whose true edge is known."""

import numpy as np
import pytest

from freqtrade_riskguard.calibration.outlook import (
    MOST_BEYOND,
    Outlook,
    Record,
    best_multiple,
    has_edge,
    outlook,
)

BUDGET, PER_YEAR = 0.20, 100
# 55 % win 2 %, 44 % lose 1.5 %, one in a hundred loses 6 %.
SIZES, CHANCES = (0.02, -0.015, -0.06), (0.55, 0.44, 0.01)


def record(returns, *, per_year=PER_YEAR, lows=None):
    returns = np.asarray(returns, dtype=float)
    return Record(returns, np.minimum(returns, 0.0) if lows is None else np.asarray(lows), per_year)


def trades(count, seed):
    return np.random.default_rng(seed).choice(SIZES, size=count, p=CHANCES)


def fresh_years(multiple, years=8_000):
    """Return median growth and how often the budget is passed, over years that nobody drew from."""
    logs = np.log1p(multiple * trades(years * PER_YEAR, seed=99).reshape(years, PER_YEAR))
    walk = np.cumsum(logs, axis=1)
    peaks = np.maximum(np.maximum.accumulate(walk, axis=1), 0.0)
    depth = -np.expm1(np.min(walk - peaks, axis=1))
    return float(np.median(walk[:, -1])), float(np.mean(depth > BUDGET))


@pytest.fixture(scope="module")
def optimum():
    """By brute force: the multiple with the most growth of those that keep the budget."""
    found = {multiple: fresh_years(multiple) for multiple in np.arange(0.9, 2.0, 0.05)}
    within = {each: growth for each, (growth, beyond) in found.items() if beyond <= MOST_BEYOND}
    return max(within, key=within.__getitem__)


@pytest.mark.parametrize("seed", range(3))
def test_a_known_edge_is_found_and_the_budget_is_kept_on_fresh_data(optimum, seed):
    found = best_multiple(record(trades(4_000, seed)), BUDGET, most=10.0)
    assert found is not None
    multiple, year = found
    assert multiple == pytest.approx(optimum, rel=0.15)
    assert year.is_within
    assert fresh_years(multiple)[1] <= 0.07


@pytest.mark.parametrize("seed", range(20))
def test_without_an_edge_nothing_beats_not_trading(seed):
    coins = np.random.default_rng(seed).choice((0.02, -0.02), size=1_000)
    assert best_multiple(record(coins), BUDGET, most=10.0) is None


def test_few_trades_or_none_prove_nothing():
    assert not has_edge(record([0.02, 0.02, -0.01] * 9))
    assert has_edge(record([0.02, 0.02, -0.01] * 10))
    assert not has_edge(record([-0.02, -0.02, 0.01] * 100))
    assert not has_edge(record([]))
    assert best_multiple(record([]), BUDGET, most=10.0) is None
    assert outlook(record([]), BUDGET) == Outlook(0.0, 0.0, 0.0)


def test_open_trades_count_at_their_worst():
    # Each trade gains 1 % and was 25 % down while it was open: every path is beyond 20 %.
    gains = [0.01] * 50
    assert outlook(record(gains), BUDGET, paths=100).beyond_ratio == 0.0
    assert outlook(record(gains, lows=[-0.25] * 50), BUDGET, paths=100).beyond_ratio == 1.0
    # The budget itself is not beyond it.
    assert outlook(record(gains, lows=[-0.19] * 50), BUDGET, paths=100).beyond_ratio == 0.0


def test_growth_within_the_budget_beats_any_growth_beyond_it():
    within, beyond = Outlook(0.01, 0.05, 0.05), Outlook(9.0, 0.06, 0.06)
    assert within.score == 0.01
    assert beyond.score == pytest.approx(-1.06)
    # And beyond it, nearer is better.
    assert beyond.score > Outlook(9.0, 0.5, 0.5).score > Outlook(-0.5, 0.5, 0.5).score
