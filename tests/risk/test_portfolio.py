from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    covariance_matrix,
    marginal_volatility,
    portfolio_volatility,
    risk_shares,
    volatility_contributions,
)
from tests.risk.strategies import COVARIANCE, NOT_FINITE, books, thorough

HALVES = [0.5, 0.5]


def test_covariance():
    found = covariance_matrix([0.1, 0.2], [[1.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(found, COVARIANCE)
    assert np.isnan(covariance_matrix([0.1, math.nan], np.eye(2))[1]).all()


def test_by_hand():
    # 0.25*(0.01 + 2*0.01 + 0.04) = 0.0175
    total = math.sqrt(0.0175)
    assert portfolio_volatility(HALVES, COVARIANCE) == pytest.approx(total)
    # C w = (0.01, 0.025); times w: 0.005 and 0.0125, of 0.0175
    np.testing.assert_allclose(
        marginal_volatility(HALVES, COVARIANCE), [0.01 / total, 0.025 / total]
    )
    np.testing.assert_allclose(
        volatility_contributions(HALVES, COVARIANCE), [0.005 / total, 0.0125 / total]
    )
    np.testing.assert_allclose(risk_shares(HALVES, COVARIANCE), [2.0 / 7.0, 5.0 / 7.0])


def test_a_hedge_takes_away():
    # long 0.5 and short 0.25: 0.0025 - 0.0025 + 0.0025; C w = (0.0025, -0.005)
    total = 0.05
    assert portfolio_volatility([0.5, -0.25], COVARIANCE) == pytest.approx(total)
    np.testing.assert_allclose(
        volatility_contributions([0.5, -0.25], COVARIANCE), [0.00125 / total, 0.00125 / total]
    )


def test_no_risk():
    assert portfolio_volatility([0.0, 0.0], COVARIANCE) == 0.0
    assert portfolio_volatility([], np.zeros((0, 0))) == 0.0
    perfect = np.array([[0.01, 0.01], [0.01, 0.01]])
    assert portfolio_volatility([1.0, -1.0], perfect) == 0.0
    for parts in (volatility_contributions, marginal_volatility, risk_shares):
        np.testing.assert_array_equal(parts([1.0, -1.0], perfect), [0.0, 0.0])


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown(useless):
    blind = COVARIANCE.copy()
    blind[1, 1] = useless
    for weights, matrix in (([0.5, useless], COVARIANCE), (HALVES, blind)):
        assert math.isnan(portfolio_volatility(weights, matrix))
        assert np.isnan(risk_shares(weights, matrix)).all()
        assert np.isnan(volatility_contributions(weights, matrix)).all()
        assert np.isnan(marginal_volatility(weights, matrix)).all()
    assert portfolio_volatility([0.5, 0.0], blind) == pytest.approx(0.05)  # not held, not needed


def test_shapes_that_do_not_fit_are_errors():
    with pytest.raises(ValueError, match="shapes"):
        covariance_matrix([0.1], np.eye(2))
    for parts in (portfolio_volatility, volatility_contributions, marginal_volatility, risk_shares):
        with pytest.raises(ValueError, match="shapes"):
            parts([0.5], COVARIANCE)
    with pytest.raises(ValueError, match="shapes"):
        portfolio_volatility(COVARIANCE, COVARIANCE)


@thorough
@given(books)
def test_contributions_add_up(book):
    weights, matrix = book
    total = portfolio_volatility(weights, matrix)
    # A variance is exact to 1e-16 or so, its root to 1e-8.
    assert volatility_contributions(weights, matrix).sum() == pytest.approx(total, abs=1e-7)
    assert total <= np.sum(np.abs(weights) * np.sqrt(np.diag(matrix))) + 1e-7
    if total > 1e-3:
        assert risk_shares(weights, matrix).sum() == pytest.approx(1.0)


@thorough
@given(books, st.floats(0.0, 10.0))
def test_volatility_grows_with_size_and_does_not_know_sides(book, times):
    weights, matrix = book
    total = portfolio_volatility(weights, matrix)
    assert portfolio_volatility(weights * times, matrix) == pytest.approx(total * times, abs=1e-9)
    assert portfolio_volatility(-weights, matrix) == pytest.approx(total, abs=1e-12)
