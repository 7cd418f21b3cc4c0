from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk._rolling import rolling_moments
from tests.risk.strategies import thorough


def test_by_hand():
    # windows of three over 1, 3, 5, NaN, 1: (1) (1 3) (1 3 5) (3 5) (5 1)
    x = np.array([1.0, 3.0, 5.0, np.nan, 1.0])
    y = np.array([2.0, 0.0, 4.0, np.nan, 6.0])
    found = rolling_moments(x, y, 3)
    np.testing.assert_array_equal(found.count, [1, 2, 3, 2, 2])
    # (1 3) about 2: 1 + 1; (1 3 5) about 3: 4 + 0 + 4; (3 5): 2; (5 1): 8
    np.testing.assert_allclose(found.square_x, [0, 2, 8, 2, 8])
    # (1 3)(2 0): -1*1 + 1*-1; (1 3 5)(2 0 4) about 2: 0 + 0 + 2*2; (3 5)(0 4): 2 + 2;
    # (5 1)(4 6): 2*-1 + -2*1
    np.testing.assert_allclose(found.product, [0, -2, 4, 4, -4])


@pytest.mark.parametrize("size", range(12))
@pytest.mark.parametrize("window", [1, 2, 3, 5, 20])
def test_every_length_and_window(size, window):
    values = np.sin(np.arange(size, dtype=np.float64))
    found = rolling_moments(values, values, window)
    for place in range(size):
        part = values[max(0, place - window + 1) : place + 1]
        assert found.count[place] == part.size
        expected = float(np.sum((part - part.mean()) ** 2))
        assert found.square_x[place] == pytest.approx(expected, abs=1e-12)
        assert found.product[place] == found.square_x[place]


@thorough
@given(
    st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(float("nan"))), max_size=40),
    st.integers(1, 12),
    st.integers(0, 39),
)
def test_never_negative_and_never_changed_by_what_follows(values, window, cut):
    series = np.array(values, dtype=np.float64)
    whole, part = (rolling_moments(each, each, window) for each in (series, series[:cut]))
    assert (whole.square_x >= 0.0).all()
    np.testing.assert_array_equal(whole.square_x[: part.square_x.size], part.square_x)
    np.testing.assert_array_equal(whole.count[: part.count.size], part.count)
