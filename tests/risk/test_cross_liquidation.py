from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    CrossPosition,
    TierTable,
    cross_liquidation_price,
    liquidation_price,
)
from tests.risk.strategies import positions, sides, thorough

ONE_PERCENT = TierTable.flat(0.01)
TWO_PERCENT = TierTable.flat(0.02)
LOSING_SHORT = CrossPosition(
    side=-1, entry_price=50.0, mark_price=60.0, amount=5.0, tiers=TWO_PERCENT
)


def price_of(side, collateral, others=(), **more):
    return cross_liquidation_price(
        side=side,
        entry_price=100.0,
        amount=20.0,
        collateral_quote=collateral,
        tiers=ONE_PERCENT,
        others=others,
        **more,
    )


def test_profit_and_maintenance_of_the_others():
    assert LOSING_SHORT.unrealised_quote == -50.0  # -1*5*(60 - 50)
    assert LOSING_SHORT.maintenance_quote == 6.0  # 300*0.02
    winning_long = CrossPosition(1, 50.0, 60.0, 5.0, TWO_PERCENT)
    assert winning_long.unrealised_quote == 50.0


def test_the_others_use_up_collateral():
    # 1000 - 50 - 6 = 944 for the 2000 long: (2000 - 944)/(20*0.99) = 1056/19.8
    assert price_of(1, 1000.0, [LOSING_SHORT]) == pytest.approx(1056.0 / 19.8, rel=1e-14)
    # and for the 2000 short: (2000 + 944)/(20*1.01) = 2944/20.2
    assert price_of(-1, 1000.0, [LOSING_SHORT]) == pytest.approx(2944.0 / 20.2, rel=1e-14)


def test_a_winning_short_helps():
    # a short that gained 50 leaves 1000 + 50 - 40*5*0.02 = 1046: (2000 - 1046)/19.8
    winner = CrossPosition(-1, 50.0, 40.0, 5.0, TWO_PERCENT)
    assert price_of(1, 1000.0, [winner]) == pytest.approx(954.0 / 19.8, rel=1e-14)


def test_fee_and_funding_reach_the_solution():
    # (2000 - 944 + 10)/(20*(1 - 0.01 - 0.001)) = 1066/19.78
    found = price_of(1, 1000.0, [LOSING_SHORT], taker_fee=0.001, funding_quote=-10.0)
    assert found == pytest.approx(1066.0 / 19.78, rel=1e-14)


def test_enough_collateral_means_none():
    assert price_of(1, 5000.0, [LOSING_SHORT]) == 0.0


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", [math.nan, math.inf])
def test_unknown_anywhere_is_unknown(side, useless):
    assert math.isnan(price_of(side, useless))
    blind = CrossPosition(1, 50.0, useless, 5.0, TWO_PERCENT)
    assert math.isnan(price_of(side, 1000.0, [blind]))


def test_bad_sides_are_errors():
    with pytest.raises(ValueError, match="side"):
        CrossPosition(0, 50.0, 60.0, 5.0, TWO_PERCENT)
    with pytest.raises(ValueError, match="side"):
        price_of(0, 1000.0)


@thorough
@given(positions())
def test_alone_it_is_the_isolated_price(position):
    keywords = position.keywords()
    alone = cross_liquidation_price(
        **{name: value for name, value in keywords.items() if name != "margin_quote"},
        collateral_quote=position.stake_quote,
    )
    assert alone == liquidation_price(**keywords)


@thorough
@given(sides, sides, st.floats(10.0, 90.0), st.floats(0.0, 5.0), st.floats(1.0, 3.0))
def test_a_worse_other_brings_liquidation_nearer(side, other_side, mark, amount, times):
    other = CrossPosition(other_side, 50.0, mark, amount, TWO_PERCENT)
    moved = mark / times if other_side > 0 else mark * times
    worse = CrossPosition(other_side, 50.0, moved, amount, TWO_PERCENT)
    # What a falling long loses is more than the margin it no longer needs.
    before, after = price_of(side, 1000.0, [other]), price_of(side, 1000.0, [worse])
    assert side * after >= side * before - 1e-9
