from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.risk import effective_trades, gain_probability


def test_trades_of_days_of_their_own_count_in_full():
    assert effective_trades([(1, 1), (1, 0), (1, 0)]) == 3.0
    assert effective_trades([]) == 0.0
    assert effective_trades([(0, 0), (1, 1)]) == 1.0


def test_days_that_fall_together_count_as_days():
    # All of a day won or all lost: ten trades on each of four days tell as much as four.
    assert effective_trades([(10, 10), (10, 0), (10, 0), (10, 10)]) == pytest.approx(4.0)
    assert effective_trades([(40, 12)]) == pytest.approx(1.0)  # one day alone
    # Nothing is known of how wins cluster where there is none: 8 trades on 2 days.
    assert effective_trades([(4, 0), (4, 0)]) == pytest.approx(2.0)


def test_days_that_differ_no_more_than_by_chance_count_in_full():
    assert effective_trades([(4, 2), (4, 2), (4, 2)]) == 12.0


def test_by_hand():
    # Two days of two: 2 won, and 1 of 2. n = 4, W = 3; sum(w^2/m) = 2 + 0.5 = 2.5.
    # between = (2.5 - 9/4)/1 = 0.25; within = (3 - 2.5)/2 = 0.25: rho = 0, all four count.
    assert effective_trades([(2, 2), (2, 1)]) == 4.0
    # 3 of 3, and 1 of 3: n = 6, W = 4; sum = 3 + 1/3; between = 10/3 - 16/6 = 2/3;
    # within = (4 - 10/3)/4 = 1/6; m0 = (6 - 18/6)/1 = 3;
    # rho = (2/3 - 1/6)/(2/3 + 2/6) = 0.5: 6/(1 + 2*0.5) = 3.
    assert effective_trades([(3, 3), (3, 1)]) == pytest.approx(3.0)


clusters = st.lists(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=1,
    max_size=20,
)


@settings(max_examples=100, deadline=None)
@given(clusters)
def test_never_more_than_there_are_trades_nor_fewer_than_one(rows):
    trades = sum(n for n, _ in rows)
    assert 1.0 - 1e-9 <= effective_trades(rows) <= trades + 1e-9
    lost = [(n, n - won) for n, won in rows]  # what won loses: the same days
    assert effective_trades(lost) == pytest.approx(effective_trades(rows))


def test_a_bootstrap_of_days():
    assert gain_probability([]) == 1.0
    assert gain_probability([-0.01] * 14) == 0.0
    assert gain_probability([0.01] * 14) == 1.0


def test_a_bootstrap_against_all_ways_to_draw():
    days = [-0.02, -0.01, 0.005, 0.012]
    draws = list(itertools.product(days, repeat=4))
    exact = sum(sum(draw) > 0.0 for draw in draws) / len(draws)
    # 1,000 resamples: a standard error of 1.6 % at most.
    assert gain_probability(days) == pytest.approx(exact, abs=0.05)
    assert gain_probability(days) == gain_probability(list(days))
