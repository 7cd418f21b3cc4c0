from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import best_allocation, kelly_exposures
from tests.risk.strategies import NOT_FINITE, covariances, thorough


def test_programme_by_hand():
    # Best edges first: c and b take 0.25 each and use 0.5 of the 0.6 margin; a needs 0.5 of margin
    # for each unit, so 0.2 of it fills the rest
    found = best_allocation([0.008, 0.02, 0.03], [0.5, 1.0, 1.0])
    np.testing.assert_allclose(found, [0.2, 0.25, 0.25], atol=1e-12)


def test_the_sum_of_weights_binds_where_margin_is_cheap():
    found = best_allocation([0.01, 0.02, 0.03, 0.04, 0.05], [0.1] * 5)
    np.testing.assert_allclose(found, [0.0, 0.25, 0.25, 0.25, 0.25], atol=1e-12)
    found = best_allocation([0.01, 0.02], [0.1, 0.1], max_weight=0.8)
    np.testing.assert_allclose(found, [0.2, 0.8], atol=1e-12)


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -0.01])
def test_candidates_without_an_edge_or_margin_get_nothing(useless):
    np.testing.assert_allclose(best_allocation([useless, 0.02], [0.5, 0.5]), [0.0, 0.25])
    np.testing.assert_allclose(best_allocation([0.02, 0.02], [useless, 0.5]), [0.0, 0.25])
    np.testing.assert_array_equal(best_allocation([useless], [0.5]), [0.0])


def test_no_candidates():
    assert best_allocation([], []).shape == (0,)


def test_programme_errors():
    with pytest.raises(ValueError, match="shapes"):
        best_allocation([0.01], [0.5, 0.5])
    with pytest.raises(ValueError, match="shapes"):
        best_allocation([[0.01]], [[0.5]])
    for name in ("max_utilisation_ratio", "max_weight", "max_total_weight"):
        for wrong in (-0.1, math.nan, math.inf):
            with pytest.raises(ValueError, match="limits"):
                best_allocation([0.01], [0.5], **{name: wrong})


candidates = st.lists(
    st.tuples(st.floats(-0.05, 0.05), st.floats(0.01, 1.0)), min_size=1, max_size=8
)


@thorough
@given(candidates)
def test_the_programme_keeps_every_limit_and_wastes_nothing(rows):
    edges, rates = (np.array(column) for column in zip(*rows, strict=True))
    weights = best_allocation(edges, rates)
    assert (weights >= 0.0).all()
    assert (weights <= 0.25).all()
    assert weights.sum() <= 1.0 + 1e-7
    assert rates @ weights <= 0.60 + 1e-7
    assert (weights[edges <= 0.0] == 0.0).all()
    # filling up greedily by edge alone is one feasible answer: ours is not worse
    greedy, margin, total = np.zeros(len(rows)), 0.60, 1.0
    for index in np.argsort(-edges):
        if edges[index] > 0.0:
            greedy[index] = max(0.0, min(0.25, total, margin / rates[index]))
            margin -= greedy[index] * rates[index]
            total -= greedy[index]
    assert edges @ weights >= edges @ greedy - 1e-7


def test_kelly_by_hand():
    # half of 0.001/0.0004 = 2.5 and of -0.0002/0.0001 = -2
    found = kelly_exposures([0.001, -0.0002], np.diag([0.0004, 0.0001]))
    np.testing.assert_allclose(found, [1.25, -1.0])
    # correlated: C^-1 (1, 1) with C = [[1, 0.5], [0.5, 1]] is (2/3, 2/3)
    found = kelly_exposures([1.0, 1.0], [[1.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(found, [1.0 / 3.0, 1.0 / 3.0])
    # singular: shared out evenly between twins
    found = kelly_exposures([1.0, 1.0], np.ones((2, 2)))
    np.testing.assert_allclose(found, [0.25, 0.25])


def test_kelly_is_scaled_down_to_its_gross_limit():
    found = kelly_exposures([0.004, -0.0008], np.diag([0.0004, 0.0001]))
    np.testing.assert_allclose(found, [3.0 * 5.0 / 9.0, -3.0 * 4.0 / 9.0])
    assert kelly_exposures([0.004], [[0.0004]], max_gross_ratio=0.0).tolist() == [0.0]
    assert kelly_exposures([0.004], [[0.0004]], fraction=0.0).tolist() == [0.0]


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_assets_get_nothing(useless):
    matrix = np.diag([0.0004, 0.0004])
    np.testing.assert_allclose(kelly_exposures([useless, 0.001], matrix), [0.0, 1.25])
    matrix[0, 0] = useless
    np.testing.assert_allclose(kelly_exposures([0.001, 0.001], matrix), [0.0, 1.25])
    tied = np.array([[0.0004, useless], [useless, 0.0004]])
    np.testing.assert_array_equal(kelly_exposures([0.001, 0.001], tied), [0.0, 0.0])


def test_an_asset_without_variance_gets_nothing():
    found = kelly_exposures([0.001, 0.001], np.diag([0.0, 0.0004]))
    np.testing.assert_allclose(found, [0.0, 1.25])
    assert kelly_exposures([], np.zeros((0, 0))).shape == (0,)


def test_kelly_errors():
    with pytest.raises(ValueError, match="shapes"):
        kelly_exposures([0.001], np.eye(2))
    for fraction in (-0.1, 0.51, math.nan):
        with pytest.raises(ValueError, match="fraction"):
            kelly_exposures([0.001], [[0.1]], fraction=fraction)
    for gross in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match="max_gross_ratio"):
            kelly_exposures([0.001], [[0.1]], max_gross_ratio=gross)


@thorough
@given(covariances(), st.floats(0.0, 0.5), st.floats(0.0, 5.0), st.floats(-0.01, 0.01))
def test_kelly_never_passes_its_gross_limit(matrix, fraction, gross, mean):
    means = np.full(len(matrix), mean)
    found = kelly_exposures(means, matrix, fraction=fraction, max_gross_ratio=gross)
    assert np.sum(np.abs(found)) <= gross * (1.0 + 1e-9)
    assert float(means @ found) >= -1e-12  # never against the edge as a whole
    if mean == 0.0:
        assert not found.any()
