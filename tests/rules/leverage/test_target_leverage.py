from math import nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.leverage.target_leverage import TargetLeverage
from tests.factories import entry, market

RULE = TargetLeverage(target=4.0, base_volatility=0.6)
USUAL = 0.6 / sqrt(365)  # a day, of 60 % a year


@pytest.mark.parametrize(
    ("volatility", "limit"),
    # Calm days do not raise it; twice the usual volatility halves it; unknown is 1x.
    [(0.5 * USUAL, 4.0), (USUAL, 4.0), (2 * USUAL, 2.0), (8 * USUAL, 0.5), (nan, 1.0)],
)
def test_the_target_shrinks_as_volatility_grows(volatility, limit):
    cap = RULE.max_leverage(entry(market=market(daily_volatility=volatility)))

    assert cap.limit == pytest.approx(limit)


def test_the_reason_has_the_volatility_that_decided():
    wild = entry(market=market(daily_volatility=2 * USUAL))
    unknown = entry(market=market(daily_volatility=nan))

    assert RULE.max_leverage(wild).why == "target 4x, volatility 120 % a year (usual 60 %)"
    assert RULE.max_leverage(unknown).why == "target 4x, volatility unknown (usual 60 %)"


@given(calmer=st.floats(0, 1), wilder=st.floats(0, 1))
def test_more_volatility_never_allows_more(calmer, wilder):
    calmer, wilder = sorted((calmer, wilder))

    assert (
        RULE.max_leverage(entry(market=market(daily_volatility=wilder))).limit
        <= RULE.max_leverage(entry(market=market(daily_volatility=calmer))).limit
    )
