from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from freqtrade_riskguard.risk import growth_optimal_exposure, record_exposure
from tests.risk.strategies import NOT_FINITE

# 70 small wins, 28 small losses and two that took 12 %: the means (1 % and 1.36 %) tell of 21.5x.
FAT_TAIL = [0.01] * 70 + [-0.006] * 28 + [-0.12] * 2


def by_search(returns, weights, limit):
    """The same by its definition: the best growth that a search finds."""
    ratios, counts = np.array(returns), np.array(weights)

    def shrinking(exposure):
        return -float(counts @ np.log1p(exposure * ratios))

    found = minimize_scalar(
        shrinking, bounds=(0.0, limit), method="bounded", options={"xatol": 1e-10 * limit}
    )
    return found.x, -found.fun, shrinking


def test_the_rare_large_loss_counts():
    assert growth_optimal_exposure(0.7, 0.01, 0.0136) == pytest.approx(21.47, abs=0.01)
    # Without a bound on the worst trade (0.9 / 0.12 is 7.5x) the record itself allows 4.32x.
    assert record_exposure(FAT_TAIL, max_loss_ratio=0.9) == pytest.approx(4.32, abs=0.005)
    # The worst may take half of the account: 0.5 / 0.12 = 4.17x.
    assert record_exposure(FAT_TAIL) == pytest.approx(0.5 / 0.12)


def test_two_outcomes_are_kellys_formula():
    # 55 of 100 at 3 % and 2 %: 0.55/0.02 - 0.45/0.03 = 12.5; the worst takes 12.5 * 2 % = 25 %.
    assert record_exposure([0.03] * 55 + [-0.02] * 45) == pytest.approx(12.5)
    assert record_exposure([0.03, -0.02], [55.0, 45.0]) == pytest.approx(12.5)


def test_without_an_edge_or_a_loss_there_is_none():
    assert record_exposure([]) == 0.0
    assert record_exposure([0.01, -0.01]) == 0.0
    assert record_exposure([0.01, -0.02]) == 0.0
    assert record_exposure([0.01, 0.0]) == 0.0
    assert record_exposure([0.01, -0.005], [0.0, 1.0]) == 0.0


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_what_is_not_finite_gives_none(useless):
    assert record_exposure([0.03, useless]) == 0.0
    assert record_exposure([0.03, -0.02], [1.0, useless]) == 0.0


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, math.nan])
def test_the_share_at_risk_is_a_share(share):
    with pytest.raises(ValueError, match="max_loss_ratio"):
        record_exposure([0.03, -0.02], max_loss_ratio=share)


def test_each_return_has_its_weight():
    with pytest.raises(ValueError, match="one weight per return"):
        record_exposure([0.03, -0.02], [1.0])


sizes = st.floats(-0.5, 0.5).filter(lambda size: size == 0.0 or abs(size) > 1e-4)
records = st.lists(st.tuples(sizes, st.floats(0.1, 20.0)), min_size=2, max_size=60)


@settings(max_examples=200, deadline=None)
@given(records, st.floats(0.05, 0.95))
def test_no_search_finds_more_growth(rows, share):
    returns, weights = [row[0] for row in rows], [row[1] for row in rows]
    exposure = record_exposure(returns, weights, share)
    worst = min(returns)
    if worst >= 0.0:
        assert exposure == 0.0
        return
    limit = share / -worst
    assert 0.0 <= exposure <= limit
    _, best, shrinking = by_search(returns, weights, limit)
    assert -shrinking(exposure) >= max(best, 0.0) - 1e-9 * sum(weights)


@settings(max_examples=200, deadline=None)
@given(records)
def test_never_more_than_the_means_allow(rows):
    # ln is concave: what is spread around the means is worth less than the means.
    wins = [row for row in rows if row[0] > 0.0]
    losses = [row for row in rows if row[0] <= 0.0]
    won, lost = sum(row[1] for row in wins), sum(row[1] for row in losses)
    if not wins or not losses or not any(row[0] < 0.0 for row in losses):
        return
    mean_win = sum(size * weight for size, weight in wins) / won
    mean_loss = -sum(size * weight for size, weight in losses) / lost
    by_means = growth_optimal_exposure(won / (won + lost), mean_win, mean_loss)
    exposure = record_exposure([row[0] for row in rows], [row[1] for row in rows], 0.99)
    assert exposure <= by_means * (1.0 + 1e-6) + 1e-9
