from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from freqtrade_riskguard.risk import (
    covariance_matrix,
    risk_parity,
    risk_parity_weights,
    risk_shares,
)
from tests.risk.strategies import COVARIANCE, NOT_FINITE, thorough


def test_uncorrelated_by_hand():
    # 10 %, 20 %, 40 %: weights as 1/0.1 : 1/0.2 : 1/0.4 = 4 : 2 : 1
    found = risk_parity_weights(np.diag([0.01, 0.04, 0.16]))
    np.testing.assert_allclose(found, [4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0], rtol=1e-12)


def test_two_assets_do_not_depend_on_their_correlation():
    for correlation in (-0.9999, -0.9, 0.0, 0.5, 0.999, 1.0):
        matrix = covariance_matrix([0.1, 0.3], [[1.0, correlation], [correlation, 1.0]])
        np.testing.assert_allclose(risk_parity_weights(matrix), [0.75, 0.25], rtol=1e-9)


def test_budgets_by_hand():
    # uncorrelated: risk shares w^2 s^2 as 4 : 1, so w s as 2 : 1, so w as 20 : 5
    found = risk_parity_weights(np.diag([0.01, 0.04]), [0.8, 0.2])
    np.testing.assert_allclose(found, [0.8, 0.2])
    np.testing.assert_allclose(risk_shares(found, np.diag([0.01, 0.04])), [0.8, 0.2])


def test_one_and_none():
    np.testing.assert_allclose(risk_parity_weights([[0.04]]), [1.0])
    assert risk_parity_weights(np.zeros((0, 0))).shape == (0,)


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -0.01])
def test_what_cannot_be_weighed_gets_nothing(useless):
    np.testing.assert_array_equal(risk_parity_weights(np.diag([0.01, useless])), [0.0, 0.0])
    if not math.isfinite(useless):
        matrix = np.array([[0.01, useless], [useless, 0.04]])
        np.testing.assert_array_equal(risk_parity_weights(matrix), [0.0, 0.0])


def test_a_mix_without_any_risk_has_no_parity():
    for correlation in (-1.0, -0.9999999):
        matrix = covariance_matrix([0.1, 0.1], [[1.0, correlation], [correlation, 1.0]])
        with pytest.raises(ValueError, match="no risk"):
            risk_parity_weights(matrix)


def test_steps_have_an_end(monkeypatch):
    monkeypatch.setattr(risk_parity, "_MAX_STEPS", 1)
    with pytest.raises(ValueError, match="no risk"):
        risk_parity_weights(COVARIANCE)


def test_programming_errors():
    with pytest.raises(ValueError, match="shapes"):
        risk_parity_weights([[0.01, 0.0]])
    with pytest.raises(ValueError, match="shapes"):
        risk_parity_weights(np.eye(2), [1.0])
    for budget in (0.0, -1.0, *NOT_FINITE):
        with pytest.raises(ValueError, match="risk_budgets"):
            risk_parity_weights(np.eye(2), [1.0, budget])


@st.composite
def cases(draw):
    """Covariances from factors, with volatilities and budgets that differ a hundredfold."""
    size = draw(st.integers(2, 8))
    loadings = draw(hnp.arrays(np.float64, (size, 3), elements=st.floats(-1.0, 1.0)))
    matrix = loadings @ loadings.T + draw(st.floats(0.01, 1.0)) * np.eye(size)
    scale = np.sqrt(np.diag(matrix))
    deviations = draw(hnp.arrays(np.float64, size, elements=st.floats(0.01, 1.0)))
    budgets = draw(hnp.arrays(np.float64, size, elements=st.floats(0.01, 1.0)))
    return covariance_matrix(deviations, matrix / np.outer(scale, scale)), budgets


@thorough
@given(cases())
def test_every_position_carries_the_same(case):
    matrix, budgets = case
    weights = risk_parity_weights(matrix)
    assert (weights > 0.0).all()
    assert weights.sum() == pytest.approx(1.0)
    assert np.ptp(risk_shares(weights, matrix)) < 1e-6
    shares = risk_shares(risk_parity_weights(matrix, budgets), matrix)
    np.testing.assert_allclose(shares, budgets / budgets.sum(), atol=1e-6)
