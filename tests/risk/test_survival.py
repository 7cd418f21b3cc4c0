from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    effective_liquidation_price,
    liquidation_price,
    survival_shares,
    survived_leverage,
    surviving_leverage,
)
from tests.risk.strategies import NOT_FINITE, USELESS, fees, sides, thorough
from tests.risk.tiers import FLAT, tier_tables


def survived(side, worst, **changes):
    keywords: dict[str, Any] = {"entry_price": 100.0, "stake_quote": 1000.0, "tiers": FLAT}
    keywords |= changes
    return survived_leverage(side=side, worst_price=worst, **keywords)


def test_one_trade_by_hand():
    # long to 80 at worst, 1 % slippage: liquidation at x = 0.8/1.01; L = 1/(1 - 0.995 x)
    assert survived(1, 80.0) == pytest.approx(1.0 / (1.0 - 0.995 * 0.8 / 1.01))
    assert survived(-1, 120.0) == pytest.approx(1.0 / (1.005 * 1.2 / 0.99 - 1.0))
    assert survived(1, 80.0, slippage_ratio=0.0) == pytest.approx(1.0 / 0.204)
    # a trade that was never below 105 only needs its maintenance: x = 1.05/1.01 is a gain
    assert survived(1, 105.0) == math.inf
    assert survived(1, 0.0) == 1.0


@pytest.mark.parametrize("side", [1, -1])
def test_unknown_survives_nothing(side):
    for useless in NOT_FINITE:
        assert survived(side, useless) == 0.0
    for useless in USELESS:
        assert survived(side, 80.0, entry_price=useless) == 0.0
        assert survived(side, 80.0, stake_quote=useless) == 0.0


def test_all_and_most_trades():
    levels = [float(level) for level in range(1, 201)]
    assert surviving_leverage(levels) == 1.0
    assert surviving_leverage(levels, 0.99) == 3.0  # 2 of 200 may be lost
    assert surviving_leverage(levels[:100], 0.99) == 2.0
    assert surviving_leverage(levels[:99], 0.99) == 1.0  # not even one of 99
    assert surviving_leverage(levels, 1e-12) == 200.0
    assert surviving_leverage([5.0, math.nan]) == 0.0
    assert surviving_leverage([math.inf]) == math.inf
    assert math.isnan(surviving_leverage([]))


def test_shares():
    found = survival_shares([1.5, 3.0, math.inf, math.nan], (1.0, 2.0, 3.0, 4.0))
    np.testing.assert_array_equal(found, [0.75, 0.5, 0.5, 0.25])
    assert survival_shares([1.0]).shape == (20,)
    assert np.isnan(survival_shares([], (1.0, 2.0))).all()


def test_programming_errors():
    for share in (0.0, 1.1, math.nan):
        with pytest.raises(ValueError, match="trade_share"):
            surviving_leverage([1.0], share)
    with pytest.raises(ValueError, match="side"):
        survived(0, 80.0)
    with pytest.raises(ValueError, match="slippage_ratio"):
        survived(1, 80.0, slippage_ratio=1.0)


@thorough
@given(sides, tier_tables(), st.floats(1.0, 1e6), st.floats(0.02, 0.9), fees)
def test_at_that_leverage_the_worst_price_is_liquidation(side, table, stake, ratio, fee):
    worst = 100.0 * (1.0 - side * ratio)
    leverage = survived(side, worst, tiers=table, stake_quote=stake, taker_fee=fee)
    price = liquidation_price(
        side=side,
        entry_price=100.0,
        amount=stake * leverage / 100.0,
        margin_quote=stake,
        tiers=table,
        taker_fee=fee,
    )
    assert effective_liquidation_price(price, side) == pytest.approx(worst, rel=1e-9)


@thorough
@given(st.lists(st.floats(0.0, 200.0), min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_the_share_survives_the_leverage_it_was_asked_for(levels, share):
    leverage = surviving_leverage(levels, share)
    assert survival_shares(levels, (leverage,))[0] >= share - 1e-9
    shares = survival_shares(levels).tolist()
    assert shares == sorted(shares, reverse=True)
