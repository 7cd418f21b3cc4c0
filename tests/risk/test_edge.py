from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import Edge, EdgeState
from tests.risk.strategies import thorough

GOOD = Edge(trades=60, wins=33, mean_win=0.03, mean_loss=0.02)


def test_figures_by_hand():
    assert GOOD.win_probability == pytest.approx(0.55)
    assert GOOD.payoff_ratio == pytest.approx(1.5)
    assert GOOD.shrunk_probability == pytest.approx(0.5125)  # (33 + 20*0.4)/80
    # f at p': 0.5125 - 0.4875/1.5 = 0.1875; exposure 0.1875/0.02 = 9.375; half of it 4.6875
    assert GOOD.risk_fraction == pytest.approx(0.1875)
    assert GOOD.optimal_exposure == pytest.approx(9.375)
    assert GOOD.exposure_cap() == pytest.approx(4.6875)
    assert GOOD.exposure_cap(0.25) == pytest.approx(2.34375)
    # 0.5125*0.03 - 0.4875*0.02 = 0.015375 - 0.00975
    assert GOOD.probability_bounds[1] == pytest.approx(0.651204, abs=1e-6)
    assert GOOD.state is EdgeState.PROVEN


def test_nothing_known():
    nothing = Edge(trades=0, wins=0, mean_win=0.0, mean_loss=0.0)
    assert nothing.state is EdgeState.UNPROVEN
    assert nothing.win_probability == nothing.payoff_ratio == nothing.risk_fraction == 0.0
    assert nothing.exposure_cap() == 0.0
    assert nothing.probability_bounds == (0.0, 1.0)


@pytest.mark.parametrize(
    ("trades", "wins", "mean_win", "mean_loss", "state"),
    [
        (29, 20, 0.03, 0.02, EdgeState.UNPROVEN),  # one trade short
        (30, 20, 0.03, 0.02, EdgeState.PROVEN),
        (30, 30, 0.03, 0.0, EdgeState.UNPROVEN),  # no loss yet
        (30, 29, 0.03, 0.0, EdgeState.UNPROVEN),  # the loss was a zero
        (30, 29, 0.03, math.nan, EdgeState.UNPROVEN),
        (60, 0, 0.0, 0.02, EdgeState.DISPROVEN),  # no win
        (60, 0, 0.0, 0.0, EdgeState.DISPROVEN),
        (59, 0, 0.0, 0.02, EdgeState.BREAK_EVEN),  # too few to disprove anything
        (29, 0, 0.0, 0.02, EdgeState.UNPROVEN),
        # 40 % at 3:2 is exactly break-even, and rounding must not make an edge of it
        (40, 16, 0.03, 0.02, EdgeState.BREAK_EVEN),
        (40, 15, 0.03, 0.02, EdgeState.BREAK_EVEN),
        (40, 17, 0.03, 0.02, EdgeState.PROVEN),
        # 10 of 60 at 1:2: the upper bound is 0.2598 where 0.6667 is break-even
        (60, 10, 0.01, 0.02, EdgeState.DISPROVEN),
        (59, 10, 0.01, 0.02, EdgeState.BREAK_EVEN),
        (29, 5, 0.01, 0.02, EdgeState.UNPROVEN),
    ],
)
def test_verdicts(trades, wins, mean_win, mean_loss, state):
    edge = Edge(trades, wins, mean_win, mean_loss)
    assert edge.classify() is state
    assert edge.state is state


def test_the_upper_bound_disproves_and_not_the_rate():
    # 23 of 60 at 1:1: f at 0.3833 is below 0, but the bound decides: 0.4895 at
    # 90 %, 0.5098 at 95 %
    assert Edge(60, 23, 0.02, 0.02).probability_bounds[1] == pytest.approx(0.4895, abs=1e-4)
    assert Edge(60, 23, 0.02, 0.02).state is EdgeState.DISPROVEN
    assert Edge(60, 23, 0.02, 0.02, confidence=0.95).state is EdgeState.BREAK_EVEN


def test_an_edge_is_disproven_by_days_and_not_by_trades():
    lost = Edge(60, 20, 0.01, 0.01)
    assert lost.state is EdgeState.DISPROVEN
    # The same trades within 13 days, or worth as much as 20 independent ones (upper bound 0.5171).
    assert replace(lost, days=13).state is EdgeState.BREAK_EVEN
    assert replace(lost, days=14).state is EdgeState.DISPROVEN
    assert replace(lost, effective_trades=20.0).state is EdgeState.BREAK_EVEN
    # Days like these would have gained in 6 % of the resamples; the bound leaves 5 % above it.
    assert replace(lost, gain_probability=0.06).state is EdgeState.BREAK_EVEN
    assert replace(lost, gain_probability=0.05).state is EdgeState.DISPROVEN


def test_a_ban_ends_in_a_probation_until_an_edge_is_proven():
    new = Edge(0, 0, 0.0, 0.0)
    assert replace(new, ban_age_days=0.0).state is EdgeState.DISPROVEN
    assert replace(new, ban_age_days=6.99).state is EdgeState.DISPROVEN
    assert replace(new, ban_age_days=7.0).state is EdgeState.PROBATION
    assert replace(GOOD, ban_age_days=6.99).state is EdgeState.DISPROVEN
    assert replace(GOOD, ban_age_days=7.0).state is EdgeState.PROVEN
    # Break-even after a ban is no reason to go back to full stakes.
    assert replace(Edge(40, 16, 0.03, 0.02), ban_age_days=30.0).state is EdgeState.PROBATION


def test_fewer_independent_trades_are_shrunk_more():
    # Worth 20 trades: p' = (0.55*20 + 20*0.4)/40 = 0.475; exposure 0.475/0.02 - 0.525/0.03 = 6.25.
    clustered = replace(GOOD, effective_trades=20.0)
    assert clustered.shrunk_probability == pytest.approx(0.475)
    assert clustered.optimal_exposure == pytest.approx(6.25)


def test_the_worst_return_never_takes_half_of_the_account():
    # 95 of 100 at 5 % and 1 %: f is 0.9; at 0.5/0.01 one mean loss takes half.
    sure = Edge(100, 95, 0.05, 0.01, prior_trades=1e-9)
    assert sure.risk_fraction == pytest.approx(0.94)
    assert sure.optimal_exposure == pytest.approx(50.0)


def test_a_record_of_two_outcomes_is_the_formula_of_the_means():
    assert GOOD.exposure_over([0.03] * 33 + [-0.02] * 27) == pytest.approx(9.375)
    clustered = replace(GOOD, effective_trades=20.0)
    assert clustered.exposure_over([0.03] * 33 + [-0.02] * 27) == pytest.approx(6.25)
    assert GOOD.exposure_over([]) == 0.0
    assert replace(GOOD, returns_exposure=2.0).exposure_cap() == 1.0


@pytest.mark.parametrize("fraction", [-0.1, 0.51, 1.0, math.nan])
def test_more_than_half_kelly_is_an_error(fraction):
    with pytest.raises(ValueError, match="fraction"):
        GOOD.exposure_cap(fraction)


sizes = st.floats(1e-4, 0.5)
records = st.integers(1, 200).flatmap(
    lambda n: st.builds(
        Edge, trades=st.just(n), wins=st.integers(0, n), mean_win=sizes, mean_loss=sizes
    )
)


@thorough
@given(records, st.floats(0.0, 0.5))
def test_never_above_its_cap_and_nothing_without_an_edge(edge, fraction):
    cap = edge.exposure_cap(fraction)
    assert 0.0 <= cap <= 0.5 * edge.optimal_exposure + 1e-12
    # the worst case of one mean loss at the cap costs at most half of equity
    assert cap * edge.mean_loss <= 0.5 + 1e-9
    if edge.win_probability * edge.mean_win <= (1.0 - edge.win_probability) * edge.mean_loss:
        assert edge.risk_fraction == pytest.approx(0.0, abs=1e-9)
        assert edge.state is not EdgeState.PROVEN


@thorough
@given(records)
def test_shrinking_only_ever_takes_away(edge):
    sure = Edge(edge.trades, edge.wins, edge.mean_win, edge.mean_loss, prior_trades=1e-9)
    assert edge.risk_fraction <= sure.risk_fraction + 1e-9


@thorough
@given(records)
def test_one_more_win_never_takes_away(edge):
    if edge.wins < edge.trades:
        better = Edge(edge.trades, edge.wins + 1, edge.mean_win, edge.mean_loss)
        assert better.risk_fraction >= edge.risk_fraction
        if edge.state is EdgeState.PROVEN:
            assert better.state is EdgeState.PROVEN
