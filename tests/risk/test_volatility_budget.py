from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import max_added_exposure, portfolio_volatility
from tests.risk.strategies import COVARIANCE, NOT_FINITE, books, sides, thorough


@pytest.mark.parametrize("target", [0.0, -0.1, math.nan, math.inf])
def test_useless_targets_are_errors(target):
    with pytest.raises(ValueError, match="target_volatility"):
        added([0.5, 0.0], target=target)


def added(weights, matrix=COVARIANCE, asset=1, side=1, target=0.1):
    return max_added_exposure(weights, matrix, asset=asset, side=side, target_volatility=target)


def test_added_by_hand():
    # 0.04 x^2 + 2*0.005 x + 0.0025 = 0.01: x = (-0.005 + sqrt(0.000025 + 0.0003))/0.04
    root = math.sqrt(0.000325)
    assert added([0.5, 0.0]) == pytest.approx((root - 0.005) / 0.04)
    # on the short side it hedges first: (0.005 + root)/0.04
    assert added([0.5, 0.0], side=-1) == pytest.approx((root + 0.005) / 0.04)
    # alone: 0.1/0.2
    assert added([0.0, 0.0]) == pytest.approx(0.5)


def test_beyond_the_target_nothing_is_added():
    assert added([2.0, 0.0]) == 0.0
    assert added([2.0, 0.0], side=-1) == 0.0
    assert added([1.0, 0.0]) == pytest.approx(0.0, abs=1e-9)  # 10 % exactly


def test_an_asset_that_never_moved_has_no_limit_here():
    assert added([0.5, 0.0], np.array([[0.01, 0.0], [0.0, 0.0]])) == math.inf


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_adds_nothing(useless):
    blind = COVARIANCE.copy()
    blind[1, 1] = useless
    assert added([0.5, 0.0], blind) == 0.0
    blind = COVARIANCE.copy()
    blind[1, 0] = blind[0, 1] = useless
    assert added([0.5, 0.0], blind) == 0.0
    blind = COVARIANCE.copy()
    blind[0, 0] = useless
    assert added([0.5, 0.0], blind) == 0.0
    assert added([0.0, 0.0], blind) == pytest.approx(0.5)  # not held, not needed


def test_programming_errors():
    with pytest.raises(ValueError, match="side"):
        added([0.5, 0.0], side=0)
    with pytest.raises(ValueError, match="shapes"):
        added([0.5])


@thorough
@given(books, sides, st.floats(0.01, 2.0), st.integers(0, 4))
def test_what_is_added_reaches_the_target_and_not_more(book, side, target, which):
    weights, matrix = book
    asset = which % len(weights)
    before = portfolio_volatility(weights, matrix)
    extra = added(weights, matrix, asset, side, target)
    if before > target:
        assert extra == 0.0
        return
    after = weights.copy()
    after[asset] += side * extra
    assert portfolio_volatility(after, matrix) == pytest.approx(target, rel=1e-6)
