from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    exposure_cap_stake,
    gross_exposure,
    gross_exposure_cap,
    net_exposure,
    net_exposure_cap,
    position_cap,
    reserve_cap,
    total_margin_cap,
)
from tests.risk.strategies import NOT_FINITE, USELESS, sides, thorough


def test_position_cap():
    assert position_cap(1000.0, 2) == 200.0  # min(20 %, 60 %/2)
    assert position_cap(1000.0, 3) == pytest.approx(200.0)  # 60 %/3 is 20 % too
    assert position_cap(1000.0, 6) == pytest.approx(100.0)  # 60 %/6
    assert position_cap(1000.0, math.inf) == position_cap(1000.0, -1) == 200.0
    assert position_cap(1000.0, 0) == position_cap(1000.0, math.nan) == 0.0
    assert position_cap(1000.0, 1, position_ratio=0.9, total_ratio=0.5) == 500.0


def test_total_margin_cap():
    assert total_margin_cap(1000.0, 450.0) == 150.0  # 600 - 450
    assert total_margin_cap(1000.0, 700.0) == 0.0


def test_reserve_cap():
    assert reserve_cap(1000.0, 350.0) == 250.0  # 350 - 100
    assert reserve_cap(1000.0, 50.0) == 0.0


def test_gross_exposure_cap():
    assert gross_exposure_cap(1000.0, 2000.0, 4.0) == 250.0  # (3000 - 2000)/4
    assert gross_exposure_cap(1000.0, 3500.0, 4.0) == 0.0


def test_net_exposure_cap():
    assert net_exposure_cap(1, 1000.0, 1500.0, 4.0) == 125.0  # (2000 - 1500)/4
    assert net_exposure_cap(-1, 1000.0, 1500.0, 4.0) == 875.0  # (2000 + 1500)/4
    assert net_exposure_cap(1, 1000.0, 2500.0, 4.0) == 0.0


def test_exposure_cap_stake():
    assert exposure_cap_stake(1000.0, 0.5, 2.0) == 250.0
    assert exposure_cap_stake(1000.0, 0.0, 2.0) == 0.0
    assert exposure_cap_stake(1000.0, math.inf, 2.0) == math.inf


@pytest.mark.parametrize("useless", USELESS)
def test_no_equity_or_leverage_buys_nothing(useless):
    assert position_cap(useless, 2) == 0.0
    assert total_margin_cap(useless, 0.0) == 0.0
    assert reserve_cap(useless, 100.0) == 0.0
    assert gross_exposure_cap(useless, 0.0, 2.0) == 0.0
    assert gross_exposure_cap(1000.0, 0.0, useless) == 0.0
    assert net_exposure_cap(1, useless, 0.0, 2.0) == 0.0
    assert net_exposure_cap(-1, 1000.0, 0.0, useless) == 0.0
    assert exposure_cap_stake(useless, 0.5, 2.0) == 0.0
    assert exposure_cap_stake(useless, math.inf, 2.0) == 0.0
    assert exposure_cap_stake(1000.0, 0.5, useless) == 0.0


@pytest.mark.parametrize("useless", [math.nan, math.inf])
def test_unknown_use_buys_nothing(useless):
    assert total_margin_cap(1000.0, useless) == 0.0
    assert reserve_cap(1000.0, -useless) == reserve_cap(1000.0, math.inf) == 0.0
    assert gross_exposure_cap(1000.0, useless, 2.0) == 0.0
    assert net_exposure_cap(1, 1000.0, useless, 2.0) == 0.0
    assert net_exposure_cap(-1, 1000.0, useless, 2.0) == 0.0  # no infinite hedge either


@pytest.mark.parametrize("useless", [math.nan, -0.5, -math.inf])
def test_unknown_exposure_buys_nothing(useless):
    assert exposure_cap_stake(1000.0, useless, 2.0) == 0.0


def test_a_bad_side_is_an_error():
    with pytest.raises(ValueError, match="side"):
        net_exposure_cap(0, 1000.0, 0.0, 2.0)


@thorough
@given(sides, st.floats(1.0, 1e6), st.lists(st.floats(-1e6, 1e6), max_size=5), st.floats(1.0, 20.0))
def test_a_stake_at_its_cap_keeps_the_limit(side, equity, signed, leverage):
    sizes, held = [abs(each) for each in signed], [1 if each >= 0 else -1 for each in signed]
    stake = gross_exposure_cap(equity, sum(sizes), leverage)
    if stake > 0.0:
        after = gross_exposure([*sizes, stake * leverage], equity)
        assert after == pytest.approx(3.0)
    stake = net_exposure_cap(side, equity, sum(signed), leverage)
    if stake > 0.0:
        after = net_exposure([*held, side], [*sizes, stake * leverage], equity)
        assert after == pytest.approx(2.0, abs=1e-6)


@thorough
@given(st.floats(1.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(1.0, 50.0))
def test_more_in_use_never_leaves_more(equity, used, more, leverage):
    assert total_margin_cap(equity, used + more) <= total_margin_cap(equity, used)
    assert reserve_cap(equity, used) <= reserve_cap(equity, used + more)
    assert gross_exposure_cap(equity, used + more, leverage) <= gross_exposure_cap(
        equity, used, leverage
    )
    assert net_exposure_cap(1, equity, used + more, leverage) <= net_exposure_cap(
        1, equity, used, leverage
    )


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_not_finite_never_passes_through(useless):
    assert position_cap(useless, 3) == 0.0
