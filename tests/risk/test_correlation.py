from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from freqtrade_riskguard.risk import (
    nearest_correlation,
    shrunk_correlation,
    stressed_correlation,
)
from tests.risk.strategies import NOT_FINITE, thorough

# a and b move together, c independently of both: r_ab = 1, r_ac = r_bc = 0, mean 1/3
FOUR = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, 1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]])


def assert_correlation(matrix):
    assert np.array_equal(matrix, matrix.T)
    assert np.all(np.diag(matrix) == 1.0)
    assert np.all(np.abs(matrix) <= 1.0)
    if matrix.size:
        assert np.linalg.eigvalsh(matrix)[0] >= -1e-12 * len(matrix)


def pairs(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def test_a_repair_by_hand():
    # -0.8 between all of three: eigenvalues 1 - 1.6 = -0.6 (along (1, 1, 1)) and 1.8 twice. What is
    # left is 1.8*(I - J/3): 1.2 on the diagonal and -0.6 beside it, so -0.5 after scaling
    found = nearest_correlation(np.full((3, 3), -0.8))
    np.testing.assert_allclose(pairs(found), [-0.5] * 3)
    assert_correlation(found)


def test_what_is_sound_stays():
    sound = np.array([[1.0, 0.3, -0.2], [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]])
    np.testing.assert_array_equal(nearest_correlation(sound), sound)
    assert nearest_correlation(np.zeros((0, 0))).shape == (0, 0)
    np.testing.assert_array_equal(nearest_correlation([[7.0]]), [[1.0]])


def test_what_is_no_correlation_is_bounded():
    found = nearest_correlation([[0.0, 1.5], [2.5, 9.0]])
    np.testing.assert_array_equal(found, np.ones((2, 2)))
    found = nearest_correlation([[1.0, math.nan], [math.nan, 1.0]])
    np.testing.assert_allclose(pairs(found), [0.9])
    found = nearest_correlation([[1.0, -math.inf], [-math.inf, 1.0]])
    np.testing.assert_allclose(pairs(found), [-1.0])
    found = nearest_correlation([[1.0, 0.2], [0.4, 1.0]])
    np.testing.assert_allclose(pairs(found), [0.3])


def test_shrinking_by_hand():
    # half way to the mean of 1/3: 0.5*1 + 0.5/3 = 2/3 and 0.5/3 = 1/6
    found = shrunk_correlation(FOUR, shrinkage=0.5)
    np.testing.assert_allclose(pairs(found), [2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0])
    sample = pairs(shrunk_correlation(FOUR, shrinkage=0.0))
    np.testing.assert_allclose(sample, [1.0, 0.0, 0.0], atol=1e-15)


def test_estimated_shrinkage_by_hand():
    # error (each pair twice, n - 1 = 3): 2*(0 + 1/3 + 1/3) = 4/3; spread 2*(4/9 + 1/9 + 1/9) = 4/3:
    # a = 1, so everything becomes the mean
    np.testing.assert_allclose(pairs(shrunk_correlation(FOUR)), [1.0 / 3.0] * 3)
    # the same rows twice, n - 1 = 7: a = (4/7)/(4/3) = 3/7; 4/7 + 3/7/3 = 5/7 and 1/7
    found = shrunk_correlation(np.tile(FOUR, (2, 1)))
    np.testing.assert_allclose(pairs(found), [5.0 / 7.0, 1.0 / 7.0, 1.0 / 7.0])


def test_two_common_returns_are_too_few_and_three_are_enough():
    # the third row is known of a alone, then of both: r of (1, -1, 0) and (-1, 1, 0) is -1
    few = [[1.0, -1.0], [-1.0, 1.0], [0.0, math.nan]]
    np.testing.assert_allclose(pairs(shrunk_correlation(few)), [0.9])
    few[2][1] = 0.0
    np.testing.assert_allclose(pairs(shrunk_correlation(few)), [-1.0])


def test_two_assets_are_their_own_average():
    found = shrunk_correlation(FOUR[:, 1:] + FOUR[:, :2])  # b + a and c + b
    assert found[0, 1] == pytest.approx(math.sqrt(0.5))  # 8/(sqrt(16)*sqrt(8))
    np.testing.assert_allclose(pairs(shrunk_correlation(FOUR, shrinkage=1.0)), [1.0 / 3.0] * 3)


def test_holes_are_left_out_pair_by_pair():
    returns = np.vstack((FOUR, [[9.0, math.nan, 0.0], [math.inf, 1.0, 0.0]]))
    found = shrunk_correlation(returns, shrinkage=0.0)
    assert found[0, 1] == pytest.approx(1.0)


def test_unknown_pairs_are_strongly_correlated():
    frozen = FOUR.copy()
    frozen[:, 2] = 5.0
    found = shrunk_correlation(frozen, shrinkage=0.0)
    np.testing.assert_allclose(pairs(found), [1.0, 0.9, 0.9], atol=1e-12)
    np.testing.assert_allclose(pairs(shrunk_correlation(FOUR[:2])), [0.9] * 3)  # two rows
    np.testing.assert_allclose(pairs(shrunk_correlation(np.zeros((0, 2)))), [0.9])
    assert shrunk_correlation(np.zeros((5, 0))).shape == (0, 0)
    np.testing.assert_array_equal(shrunk_correlation(FOUR[:, :1]), [[1.0]])


def test_stressed_by_hand():
    calm = np.array([[1.0, 0.2, 0.95], [0.2, 1.0, 0.3], [0.95, 0.3, 1.0]])
    found = stressed_correlation(calm, pair_floors={(2, 1): 0.92})
    np.testing.assert_allclose(pairs(found), [0.9, 0.95, 0.92])
    np.testing.assert_allclose(pairs(stressed_correlation(calm, floor=0.0)), [0.2, 0.95, 0.3])
    lower = stressed_correlation(calm, floor=0.5, pair_floors={(0, 1): 0.3})
    np.testing.assert_allclose(pairs(lower), [0.3, 0.95, 0.5], atol=0.02)  # after the repair


def test_stress_of_unknown():
    found = stressed_correlation(np.eye(2), floor=1.0)
    np.testing.assert_array_equal(found, np.ones((2, 2)))
    found = stressed_correlation([[1.0, math.nan], [math.nan, 1.0]], floor=0.5)
    np.testing.assert_allclose(pairs(found), [0.9])


def test_programming_errors():
    for shape in ((2, 3), (2,)):
        with pytest.raises(ValueError, match="square"):
            nearest_correlation(np.ones(shape))
        with pytest.raises(ValueError, match="square"):
            stressed_correlation(np.ones(shape))
    with pytest.raises(ValueError, match="table"):
        shrunk_correlation(np.ones(3))
    for shrinkage in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="shrinkage"):
            shrunk_correlation(FOUR, shrinkage=shrinkage)
    for floor in (1.1, *NOT_FINITE):
        with pytest.raises(ValueError, match="floors"):
            stressed_correlation(np.eye(2), floor=floor)
        with pytest.raises(ValueError, match="floors"):
            stressed_correlation(np.eye(2), pair_floors={(0, 1): floor})


entries = st.one_of(st.floats(-2.0, 2.0), st.just(math.nan))
matrices = st.integers(1, 6).flatmap(lambda k: hnp.arrays(np.float64, (k, k), elements=entries))
tables = st.tuples(st.integers(0, 12), st.integers(1, 5)).flatmap(
    lambda shape: hnp.arrays(
        np.float64, shape, elements=st.one_of(st.floats(-0.2, 0.2), st.just(math.nan))
    )
)


@thorough
@given(matrices)
def test_a_repair_is_always_a_correlation(matrix):
    repaired = nearest_correlation(matrix)
    assert_correlation(repaired)
    np.testing.assert_allclose(nearest_correlation(repaired), repaired, atol=1e-9)


@thorough
@given(tables)
def test_shrunk_ones_are_always_correlations(returns):
    assert_correlation(shrunk_correlation(returns))


@thorough
@given(matrices, st.floats(0.0, 1.0))
def test_stressed_ones_are_always_correlations(matrix, floor):
    stressed = stressed_correlation(matrix, floor=floor)
    assert_correlation(stressed)
