from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    MARGIN_LADDER,
    TrailingEquityStop,
    drawdown_stake_factor,
    ladder_cut_ratio,
    loss_left_quote,
)
from tests.risk.strategies import NOT_FINITE, thorough


@pytest.mark.parametrize(
    ("drawdown", "factor"),
    [(0.0, 1.0), (-0.1, 1.0), (0.049, 1.0), (0.05, 0.9), (0.08, 0.75), (0.12, 0.5), (0.18, 0.0)],
)
def test_stake_factor(drawdown, factor):
    assert drawdown_stake_factor(drawdown) == factor


def test_unknown_drawdown_stakes_nothing():
    assert drawdown_stake_factor(math.nan) == drawdown_stake_factor(math.inf) == 0.0


def test_cuts_between_levels():
    # to 0.9: a tenth goes; from 0.9 to 0.75: 1 - 0.75/0.9 = 1/6 of what is left; to nothing: all
    assert ladder_cut_ratio(0, 1) == pytest.approx(0.1)
    assert ladder_cut_ratio(1, 2) == pytest.approx(1.0 / 6.0)
    assert ladder_cut_ratio(0, 3) == pytest.approx(0.5)
    assert ladder_cut_ratio(3, 4) == 1.0
    assert ladder_cut_ratio(4, 4) == ladder_cut_ratio(4, 1) == ladder_cut_ratio(2, 2) == 0.0
    assert ladder_cut_ratio(0, 1, MARGIN_LADDER) == 0.0  # monitor
    assert ladder_cut_ratio(1, 2, MARGIN_LADDER) == 0.25


def test_steps_one_by_one_cut_as_much_as_all_at_once():
    left = 1.0
    for level in range(3):
        left *= 1.0 - ladder_cut_ratio(level, level + 1)
    assert left == pytest.approx(1.0 - ladder_cut_ratio(0, 3))


def test_the_trailing_stop_fires_once_per_peak():
    stop = TrailingEquityStop()
    stop, fires = stop.advance(1000.0, 851.0)
    assert not fires
    stop, fires = stop.advance(1000.0, 850.0)  # 15 % below
    assert fires
    assert stop.fired_peak_quote == 1000.0
    stop, fires = stop.advance(1000.0, 600.0)
    assert not fires
    stop, fires = stop.advance(1001.0, 1001.0)  # a new peak arms it
    assert not fires
    stop, fires = stop.advance(1001.0, 800.0)
    assert fires


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_a_hole_fires_nothing(useless):
    stop = TrailingEquityStop()
    assert stop.advance(useless, 100.0) == (stop, False)
    assert stop.advance(1000.0, useless) == (stop, False)


def test_what_may_still_be_lost():
    # 3 % of 1000 is 30; after a loss of 10 there are 20; a gain of 50 makes 80
    assert loss_left_quote(
        start_equity_quote=1000.0, equity_quote=990.0, limit_ratio=0.03
    ) == pytest.approx(20.0)
    assert loss_left_quote(
        start_equity_quote=1000.0, equity_quote=1050.0, limit_ratio=0.03
    ) == pytest.approx(80.0)
    assert loss_left_quote(start_equity_quote=1000.0, equity_quote=900.0, limit_ratio=0.03) == 0.0


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -1.0])
def test_unknown_leaves_nothing_to_lose(useless):
    found = loss_left_quote(start_equity_quote=useless, equity_quote=1.0, limit_ratio=0.03)
    assert found == 0.0
    found = loss_left_quote(start_equity_quote=1000.0, equity_quote=useless, limit_ratio=0.03)
    assert found == 0.0


@pytest.mark.parametrize("limit", [1.0, -0.1, math.nan])
def test_limits_are_fractions(limit):
    with pytest.raises(ValueError, match="distance_ratio"):
        TrailingEquityStop().advance(1000.0, 900.0, limit)
    with pytest.raises(ValueError, match="limit_ratio"):
        loss_left_quote(start_equity_quote=1.0, equity_quote=1.0, limit_ratio=limit)


@thorough
@given(st.floats(-0.5, 1.5), st.floats(0.0, 1.0))
def test_a_deeper_drawdown_never_stakes_more(drawdown, deeper):
    assert drawdown_stake_factor(drawdown + deeper) <= drawdown_stake_factor(drawdown)


@thorough
@given(st.lists(st.floats(1.0, 1000.0), min_size=1, max_size=40))
def test_between_two_firings_there_is_a_new_peak(equities):
    stop, peak, fired_at = TrailingEquityStop(), 0.0, []
    for equity in equities:
        peak = max(peak, equity)
        stop, fires = stop.advance(peak, equity)
        if fires:
            assert equity <= 0.85 * peak
            fired_at.append(peak)
    assert fired_at == sorted(set(fired_at))
