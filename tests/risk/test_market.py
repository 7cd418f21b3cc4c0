from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import MarketRegime, market_regime
from tests.risk.strategies import NOT_FINITE, thorough


@pytest.mark.parametrize(
    ("move", "volatility", "regime", "multiple"),
    [
        (0.0, 0.03, MarketRegime.RANGE, 0.85),
        (0.0199, 0.03, MarketRegime.RANGE, 0.85),
        (-0.0199, 0.03, MarketRegime.RANGE, 0.85),
        (0.02, 0.03, MarketRegime.NORMAL, 1.0),
        (-0.02, 0.03, MarketRegime.NORMAL, 1.0),
        (0.5, 0.03, MarketRegime.NORMAL, 1.0),
        (-0.10, 0.03, MarketRegime.NORMAL, 1.0),
        (-0.1001, 0.03, MarketRegime.SELL_OFF, 1.5),
        (-0.1001, 0.10, MarketRegime.SELL_OFF, 1.5),
        (-0.1001, 0.1001, MarketRegime.CRISIS, 2.0),
        (-0.1001, math.nan, MarketRegime.CRISIS, 2.0),
        (-0.20, 0.03, MarketRegime.SELL_OFF, 1.5),
        (-0.2001, 0.03, MarketRegime.CRISIS, 2.0),
    ],
)
def test_regimes(move, volatility, regime, multiple):
    found = market_regime(move, volatility)
    assert found is regime
    assert found.margin_multiple == multiple


@pytest.mark.parametrize("unknown", NOT_FINITE)
def test_an_unknown_move_is_a_crisis(unknown):
    assert market_regime(unknown, 0.03) is MarketRegime.CRISIS


def test_thresholds_out_of_order_are_errors():
    for changes in (
        {"range_ratio": -0.1},
        {"range_ratio": 0.1},
        {"sell_off_ratio": 0.3},
        {"crisis_ratio": math.nan},
    ):
        with pytest.raises(ValueError, match="sell-off"):
            market_regime(0.0, 0.03, **changes)


@thorough
@given(st.floats(-1.0, 0.0), st.floats(0.0, 1.0), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_a_deeper_fall_or_wilder_market_never_asks_less(move, deeper, volatility, wilder):
    before = market_regime(move, volatility).margin_multiple
    assert market_regime(move - deeper, volatility).margin_multiple >= before
    assert market_regime(move, volatility + wilder).margin_multiple >= before
