from math import nan

import pytest

from freqtrade_riskguard.analysis.candles import ResultCandles
from freqtrade_riskguard.analysis.extremes import extremes_of
from freqtrade_riskguard.analysis.stress import last_fills
from freqtrade_riskguard.analysis.survivors import survival
from freqtrade_riskguard.analysis.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import candles, result, trade

# No maintenance margin: liquidated where all of it is lost, at 100*(1 - 1/L) for a long at 100.
TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
NOTHING = ResultCandles("1h")


def survived(made, slippage=nan, market=NOTHING):
    extremes = extremes_of(made, market)
    return survival(made, extremes, last_fills(made, extremes, TIERS), TIERS, slippage)


def test_one_trade_by_hand():
    # Down to 80, and liquidation 1 % before its price: 80/1.01 = 79.208 = 100*(1 - 1/L), so
    # L = 4.8095: 4x lives, 5x and all above are lost.
    found = survived(result(trade(100, 101, 0, 1, min_rate=80.0)))
    assert found.keeps_all == pytest.approx(4.8095, abs=1e-4)
    assert found.liquidated == (0,) * 4 + (1,) * 16
    assert (found.lost_ratio(3), found.lost_ratio(4)) == (0, 1)
    assert (found.counted, found.unknown) == (1, 0)


def test_the_short_twin():
    # Up to 120: 120/0.99 = 121.212 = 100*(1 + 1/L), so L = 4.7143.
    found = survived(result(trade(100, 99, 0, 1, max_rate=120.0, is_short=True)))
    assert found.keeps_all == pytest.approx(4.7143, abs=1e-4)


def test_a_stop_that_is_filled_badly():
    # Stopped at 90: 90/1.01 = 89.109, L = 9.182. At the candle's 80 and 2 % beyond, 78.4:
    # 78.4/1.01 = 77.624, L = 4.469.
    market = candles((100, 100, 99, 100), (100, 101, 80, 95))
    made = result(trade(100, 90, 0, 1, exit_reason="stop_loss"))
    assert survived(made, market=market).keeps_all == pytest.approx(9.1818, abs=1e-4)
    assert survived(made, 0.02, market).keeps_all == pytest.approx(4.4690, abs=1e-4)


def test_another_exit_is_the_same_under_stress():
    made = result(trade(100, 95, 0, 1, min_rate=80.0))
    assert survived(made, 0.03).keeps_all == pytest.approx(survived(made).keeps_all)


def test_ninety_nine_of_a_hundred():
    # 98 that saw 95, one that saw 80 and one that saw 60: of 100 one may be lost, so the second
    # worst decides: 4.8095. The worst: 60/1.01 = 59.406, L = 2.4634.
    lows = [95.0] * 98 + [80.0, 60.0]
    made = result(*(trade(100, 101, n, n + 0.5, min_rate=low) for n, low in enumerate(lows)))
    found = survived(made)
    assert found.keeps_all == pytest.approx(2.4634, abs=1e-4)
    assert found.keeps_most == pytest.approx(4.8095, abs=1e-4)
    assert (found.liquidated[2], found.lost_ratio(2)) == (1, 0.01)
    assert found.liquidated[4] == 2


def test_what_was_liquidated_did_not_survive_its_own_leverage():
    # At its last price of 98 far more would have survived; but nobody knows how far it went on.
    made = result(trade(100, 98, 0, 1, exit_reason="liquidation", leverage=3.0, min_rate=98.0))
    found = survived(made)
    assert found.liquidated[:3] == (0, 0, 1)


def test_trades_of_which_nothing_is_known_do_not_count():
    made = result(trade(100, 101, 0, 1, min_rate=None), trade(100, 101, 2, 3, min_rate=80.0))
    found = survived(made)
    assert (found.counted, found.unknown) == (1, 1)


def test_without_any_trade_that_counts():
    found = survived(result())
    assert found.liquidated == ()
    assert found.keeps_all != found.keeps_all
    assert found.counted == 0
