from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import Edge, EdgeEstimator
from tests.risk.strategies import NOT_FINITE, thorough

DAY = 86_400.0


def test_by_hand():
    estimator = EdgeEstimator()
    for time, ratio in ((1.0, 0.03), (2.0, -0.01), (3.0, 0.01), (4.0, 0.0)):
        estimator.add(time, ratio)
    assert len(estimator) == 4
    # wins 0.03 and 0.01; losses 0.01 and a zero, which is no win
    assert estimator.edge(4.0) == Edge(4, 2, 0.02, 0.005)


def test_what_closes_later_is_not_known_yet():
    estimator = EdgeEstimator()
    estimator.add(10.0, 0.02)
    estimator.add(20.0, -0.01)
    assert estimator.edge(9.99).trades == 0
    assert estimator.edge(10.0).trades == 1
    assert estimator.edge(19.0).mean_loss == 0.0
    assert estimator.edge(20.0).trades == 2
    assert estimator.edge(10.0) == Edge(1, 1, 0.02, 0.0)  # going back is answered too
    estimator.add(30.0, 0.06)
    assert estimator.edge(30.0) == Edge(3, 2, 0.04, 0.01)
    assert estimator.edge(20.0) == Edge(2, 1, 0.02, 0.01)
    assert estimator.edge(-math.inf).trades == 0


def test_old_trades_age_out():
    estimator = EdgeEstimator()
    estimator.add(0.0, 0.02)
    estimator.add(DAY, 0.04)
    assert estimator.edge(90.0 * DAY).trades == 2  # exactly 90 days old still counts
    assert estimator.edge(90.0 * DAY + 1.0).trades == 1
    assert estimator.edge(92.0 * DAY) == Edge(0, 0, 0.0, 0.0)
    assert estimator.edge(math.inf).trades == 0


def test_only_the_newest_count():
    estimator = EdgeEstimator(max_trades=2)
    for time, ratio in ((1.0, 0.5), (2.0, 0.01), (3.0, -0.02)):
        estimator.add(time, ratio)
    assert estimator.edge(3.0) == Edge(2, 1, 0.01, 0.02)


def test_a_window_of_one_trade():
    estimator = EdgeEstimator(max_trades=1)
    estimator.add(1.0, 0.5)
    estimator.add(2.0, -0.02)
    assert estimator.edge(2.0) == Edge(1, 0, 0.0, 0.02)


def test_default_window_is_200_trades():
    estimator = EdgeEstimator()
    for time in range(300):
        estimator.add(float(time), 0.01)
    assert estimator.edge(300.0).trades == 200


def test_settings_reach_the_edge():
    estimator = EdgeEstimator(min_trades=5, prior_trades=7.0, confidence=0.8)
    edge = estimator.edge(0.0)
    assert (edge.min_trades, edge.prior_trades, edge.confidence) == (5, 7.0, 0.8)


def test_out_of_order_is_tolerated():
    forward, shuffled = EdgeEstimator(max_trades=3), EdgeEstimator(max_trades=3)
    rows = [(float(time), 0.01 * (time - 2.5)) for time in range(6)]
    for row in rows:
        forward.add(*row)
    for index in (3, 0, 5, 1, 4, 2):
        shuffled.add(*rows[index])
        shuffled.edge(10.0)
    assert shuffled.edge(10.0) == forward.edge(10.0)


def test_a_late_trade_from_before_the_window_changes_nothing():
    estimator = EdgeEstimator(max_trades=2)
    for time, ratio in ((1.0, 0.1), (2.0, 0.2), (3.0, 0.3)):
        estimator.add(time, ratio)
    assert estimator.edge(3.0).mean_win == pytest.approx(0.25)
    estimator.add(0.5, 9.0)
    assert estimator.edge(3.0).mean_win == pytest.approx(0.25)
    estimator.add(4.0, 0.5)
    assert estimator.edge(4.0).mean_win == pytest.approx(0.4)
    estimator.add(3.5, 0.1)  # within the window, but not at its end
    assert estimator.edge(4.0).mean_win == pytest.approx(0.3)


def test_sums_never_drift():
    estimator = EdgeEstimator(max_trades=3)
    estimator.add(0.0, 1e16)
    for time in range(1, 1001):
        estimator.add(float(time), 0.1)
        estimator.edge(float(time))
    assert estimator.edge(1000.0).mean_win == 0.1


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_what_is_not_finite_is_refused(useless):
    estimator = EdgeEstimator()
    with pytest.raises(ValueError, match="finite"):
        estimator.add(0.0, useless)
    with pytest.raises(ValueError, match="finite"):
        estimator.add(useless, 0.01)
    assert len(estimator) == 0


def test_no_time_is_an_error():
    with pytest.raises(ValueError, match="now"):
        EdgeEstimator().edge(math.nan)


@pytest.mark.parametrize(("age", "most"), [(0.0, 200), (math.nan, 200), (1.0, 0)])
def test_an_empty_window_is_refused(age, most):
    with pytest.raises(ValueError, match="window"):
        EdgeEstimator(age, most)


def from_scratch(rows, now, age, most):
    """The same by its definition: sort, cut, and add up in whole fractions."""
    seen = sorted((row for row in rows if now - age <= row[0] <= now), key=lambda row: row[0])
    counted = [Fraction(ratio) for _, ratio in seen[-most:]]
    wins = [ratio for ratio in counted if ratio > 0]
    losses = [-ratio for ratio in counted if ratio <= 0]
    mean_win = float(sum(wins) / len(wins)) if wins else 0.0
    mean_loss = float(sum(losses) / len(losses)) if losses else 0.0
    return Edge(len(counted), len(wins), mean_win, mean_loss)


times = st.integers(0, 60).map(float)


@thorough
@given(
    st.lists(
        st.one_of(
            st.tuples(times, st.floats(-1e3, 1e3)),  # a trade
            times,  # a question
        ),
        max_size=40,
    ),
    st.integers(1, 30),
    st.integers(1, 8),
)
def test_any_order_of_trades_and_questions_gives_what_a_fresh_one_would(steps, age, most):
    estimator = EdgeEstimator(float(age), most)
    # times are drawn whole and made unique, so that "the newest" is never a tie
    rows: list[tuple[float, float]] = []
    for index, step in enumerate(steps):
        if isinstance(step, tuple):
            row = (step[0] + index / 1000.0, step[1])
            rows.append(row)
            estimator.add(*row)
        else:
            assert estimator.edge(step) == from_scratch(rows, step, float(age), most)
    for now in (0.0, 30.0, 70.0, 15.0, 100.0):
        assert estimator.edge(now) == from_scratch(rows, now, float(age), most)
