from math import nan

import pytest

from freqtrade_riskguard.analysis.fill_stress import last_fills
from freqtrade_riskguard.analysis.leverage_survival import survival
from freqtrade_riskguard.analysis.price_extremes import extremes_of
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import candles, order, result, trade

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


# One bought at 100, five more at 82 (85 on average), all sold at 90. It fell to 70 before.
ADDED = {
    "open_rate": 85.0,
    "amount": 6.0,
    "leverage": 3.0,
    "profit_abs": 30.0,
    "stake_amount": 170.0,
    "orders": [
        order(100, 1.0, 1, is_entry=True),
        order(82, 5.0, 3, is_entry=True),
        order(90, 6.0, 5, is_entry=False),
    ],
}
FALL = candles(
    (100, 100, 100, 100),
    (100, 101, 99, 100),
    (100, 100, 70, 82),
    (82, 85, 81, 84),
    (84, 91, 84, 90),
    (90, 90, 90, 90),
)


def test_what_was_added_to_is_judged_by_what_it_was_before():
    # 100 to 70, 1 % before: 70/1.01 = 69.307 = 100*(1 - 1/L), L = 3.2581. The average of 85 would
    # have survived 5.4.
    made = result(trade(85, 90, 1, 5, **ADDED))
    assert survived(made, market=FALL).keeps_all == pytest.approx(3.2581, abs=1e-4)
    # Without the fall to 70 it saw no less than the 82 at which more was added: 82/1.01 = 81.188,
    # L = 5.3158. The average of 85, at 81, would have survived 17.7.
    calm = candles(*[(100, 101, 98, 100)] * 3, (82, 85, 81, 84), *[(84, 91, 84, 90)] * 2)
    assert survived(made, market=calm).keeps_all == pytest.approx(5.3158, abs=1e-4)
    # Without candles nobody knows when it fell, only that it did: the average counts.
    recorded = result(trade(85, 90, 1, 5, **ADDED, min_rate=70.0))
    assert survived(recorded).keeps_all == pytest.approx(5.4164, abs=1e-4)


def test_the_short_twin_of_what_was_added_to():
    # 100 to 130: 130/0.99 = 131.313 = 100*(1 + 1/L), L = 3.1936.
    mirrored = candles(
        (100, 100, 100, 100),
        (100, 101, 99, 100),
        (100, 130, 100, 118),
        (118, 119, 115, 116),
        (116, 116, 109, 110),
        (110, 110, 110, 110),
    )
    orders = [
        order(100, 1.0, 1, is_entry=True),
        order(118, 5.0, 3, is_entry=True),
        order(110, 6.0, 5, is_entry=False),
    ]
    made = result(trade(115, 110, 1, 5, **{**ADDED, "orders": orders}, is_short=True))
    assert survived(made, market=mirrored).keeps_all == pytest.approx(3.1936, abs=1e-4)


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
