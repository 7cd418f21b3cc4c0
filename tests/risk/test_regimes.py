from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import DEFAULT_REGIMES, Regime, RegimeTable
from tests.risk.strategies import thorough


@pytest.mark.parametrize(
    ("volatility", "name", "leverage"),
    [
        (0.2, "turbulent", 1.0),
        (0.050001, "turbulent", 1.0),
        (0.05, "moderate", 3.0),  # "2-5 %" names both of its ends
        (0.02, "moderate", 3.0),
        (0.019999, "calm", 10.0),
        (0.005, "calm", 10.0),
        (0.004999, "still", 20.0),
        (0.0, "still", 20.0),
    ],
)
def test_the_default_table(volatility, name, leverage):
    regime = DEFAULT_REGIMES.regime_of(volatility)
    assert (regime.name, regime.max_leverage) == (name, leverage)


@pytest.mark.parametrize("unknown", [math.nan, math.inf, -math.inf, -0.01])
def test_unknown_is_the_wildest(unknown):
    assert DEFAULT_REGIMES.regime_of(unknown).name == "turbulent"


def test_another_table():
    table = RegimeTable((Regime("wild", 1.0, 0.1), Regime("usual", 2.0, 0.0)))
    assert table.regime_of(0.1).name == "usual"
    assert table.regime_of(0.11).name == "wild"
    only = RegimeTable((Regime("all", 2.0, 0.0),))
    assert only.regime_of(0.0).name == only.regime_of(0.3).name == "all"


@pytest.mark.parametrize(
    "regimes",
    [
        (),
        (Regime("a", 1.0, 0.1),),  # says nothing below 10 %
        (Regime("a", 1.0, 0.1), Regime("b", 2.0, 0.2), Regime("c", 3.0, 0.0)),
        (Regime("a", 1.0, 0.0), Regime("b", 2.0, 0.0)),
        (Regime("a", 3.0, 0.1), Regime("b", 2.0, 0.0)),  # calmer, but less leverage
        (Regime("a", 0.5, 0.1), Regime("b", 2.0, 0.0)),
        (Regime("a", 1.0, 0.1), Regime("b", math.inf, 0.0)),
        (Regime("a", 1.0, math.inf), Regime("b", 2.0, 0.0)),
        (Regime("a", math.nan, 0.1), Regime("b", 2.0, 0.0)),
        (Regime("a", 1.0, math.nan), Regime("b", 2.0, 0.0)),
    ],
)
def test_unsound_tables_are_refused(regimes):
    with pytest.raises(ValueError, match="regime"):
        RegimeTable(regimes)


@thorough
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_wilder_market_never_allows_more(one, other):
    calm, wild = sorted((one, other))
    assert (
        DEFAULT_REGIMES.regime_of(wild).max_leverage <= DEFAULT_REGIMES.regime_of(calm).max_leverage
    )
    assert DEFAULT_REGIMES.regime_of(math.nan).max_leverage == min(
        regime.max_leverage for regime in DEFAULT_REGIMES.regimes
    )
