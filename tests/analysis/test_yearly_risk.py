"""A year drawn from a backtest: figures by hand, and what leverage cannot do."""

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.fill_stress import last_fills
from freqtrade_riskguard.analysis.leverage_survival import survival
from freqtrade_riskguard.analysis.price_extremes import extremes_of
from freqtrade_riskguard.analysis.yearly_risk import DRAWDOWN_LIMITS, LEVERAGES, yearly_risk
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
QUARTER_HOURS = 365 * 24 / 4


def year(*trades, hours=QUARTER_HOURS):
    made = result(*trades, hours=hours)
    extremes = extremes_of(made, ResultCandles("1h"))
    return yearly_risk(
        made, survival(made, extremes, last_fills(made, extremes, TIERS), TIERS, nan)
    )


def by_leverage(found):
    return {each.leverage: each for each in found.by_leverage}


def shares(risk):
    return [chance.share_ratio for chance in risk.drawdowns]


# Bought at 100 and sold at 90: a tenth of the account of 1,000 at 1x, of which it loses a tenth.
LOSER = trade(100, 90, 0, 1)


def test_a_losing_record_by_hand():
    # One trade a quarter: four a year, all alike.
    found = year(LOSER)
    assert (found.trades, found.trades_per_year, found.paths) == (1, 4, 10_000)
    risks = by_leverage(found)
    # Each loses 1 % of the account: 1 - 0.99^4 = 3.9 %.
    assert shares(risks[1.0]) == [0, 0, 0, 0]
    assert risks[1.0].median_growth_ratio == pytest.approx(0.99**4 - 1)
    # 5 % each: 1 - 0.95^4 = 18.5 %.
    assert shares(risks[5.0]) == [1, 0, 0, 0]
    assert risks[5.0].liquidation.share_ratio == 0
    # It lived up to 9.2x: at 10x the margin is gone, 10 % of the account. 1 - 0.9^4 = 34.4 %.
    assert shares(risks[10.0]) == [1, 1, 1, 0]
    assert risks[10.0].liquidation.share_ratio == 1
    # More cannot be lost: margin is all that is in it.
    assert risks[20.0].median_growth_ratio == pytest.approx(0.9**4 - 1)


def test_what_the_number_of_paths_leaves_open():
    chance = by_leverage(year(LOSER))[1.0].liquidation
    # Wilson, 95 %: of 0 in 10,000 up to 1.96^2 / (10,000 + 1.96^2).
    assert (chance.share_ratio, chance.low_ratio) == (0, pytest.approx(0, abs=1e-12))
    assert chance.high_ratio == pytest.approx(3.8415 / 10_003.8415, rel=1e-3)


def test_one_of_two_trades_is_liquidated_by_hand():
    # Two a year, blocks of five. At 10x the loser is liquidated; it is in no path that draws the
    # winner twice: 1/2 for the first, then 1/5 * 1/2 for the same again. 1 - 0.05 = 0.95. Four
    # standard deviations of 10,000 paths: 0.0087.
    found = year(LOSER, trade(100, 101, 2, 3), hours=365 * 24)
    assert found.trades_per_year == 2
    risk = by_leverage(found)[10.0]
    assert risk.liquidation.share_ratio == pytest.approx(0.95, abs=0.009)
    assert risk.liquidation.low_ratio < risk.liquidation.share_ratio < risk.liquidation.high_ratio


def test_a_share_is_of_the_account_before_the_trade():
    # Doubles the account first: a margin of 100 is then 1/20 of 2,000. In the order of closing,
    # whatever the order of the result.
    winner = trade(100, 1_100, 0, 1, min_rate=100.0)
    later = trade(100, 90, 2, 3)
    assert year(winner, later) == year(later, winner)
    # At 10x the second one costs 5 %, twice in a year of two trades 1 - 0.95^2 = 9.75 %. Of 1,000
    # it would have been 10 %, and twice 19 %.
    worst = by_leverage(year(later, winner, hours=365 * 24))[10.0]
    assert shares(worst) == [0, 0, 0, 0]


def test_nothing_is_said_where_no_worst_price_is_known():
    assert year(trade(100, 90, 0, 1, min_rate=None)) is None
    # What is not known is left out.
    known = year(LOSER, trade(100, 90, 2, 3, min_rate=None))
    assert known.trades == 1


def test_nothing_comes_after_an_account_that_is_used_up():
    ruin = trade(1_000, 1, 0, 1, profit_abs=-1_000.0)
    assert year(ruin, trade(100, 90, 2, 3)).trades == 1


EXITS = st.lists(st.floats(min_value=60.0, max_value=140.0), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None)
@given(EXITS)
def test_more_leverage_is_never_less_often_liquidated(exits):
    made = [
        trade(100, leave, 2 * place, 2 * place + 1, min_rate=min(leave, 95.0))
        for place, leave in enumerate(exits)
    ]
    found = year(*made, hours=365 * 24)
    chances = [each.liquidation.share_ratio for each in found.by_leverage]
    assert chances == sorted(chances)
    for each in found.by_leverage:
        # A deeper fall is a rarer one.
        assert shares(each) == sorted(shares(each), reverse=True)
        for chance in (*each.drawdowns, each.liquidation):
            assert 0 <= chance.low_ratio <= chance.share_ratio <= chance.high_ratio <= 1
    assert [each.leverage for each in found.by_leverage] == list(LEVERAGES)
    assert len(found.by_leverage[0].drawdowns) == len(DRAWDOWN_LIMITS)
