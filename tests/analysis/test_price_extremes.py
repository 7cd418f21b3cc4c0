from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.price_extremes import extremes_of
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from tests.support.results import candles, result, trade

# Bought at the open of the second candle; the fourth goes anywhere.
MARKET = candles((100, 101, 99, 100), (100, 108, 97, 105), (105, 110, 96, 107), (107, 150, 50, 107))


def one(leave, reason, market=MARKET, **changes):
    """Return lowest, highest and the worst of the stop's candle of a trade left in the fourth."""
    made = result(trade(100, leave, 1, 3, exit_reason=reason, **changes))
    found = extremes_of(made, market)
    return found.lowest[0], found.highest[0], found.stop_worst[0], found.recorded


def test_what_is_left_at_the_open_of_a_candle_saw_nothing_of_it():
    lowest, highest, stop_worst, recorded = one(107, "exit_signal")
    assert (lowest, highest, recorded) == (96, 110, 0)
    assert isnan(stop_worst)


def test_a_stop_ends_the_excursion_and_its_candle_goes_on():
    # Stopped at 95: no further down for the trade, but perhaps up to 150 before.
    assert one(95, "stop_loss") == (95, 150, 50, 0)


def test_any_other_exit_within_a_candle_may_have_seen_all_of_it():
    lowest, highest, stop_worst, _ = one(112, "roi")
    assert (lowest, highest) == (50, 150)
    assert isnan(stop_worst)


def test_a_liquidation_ends_it_too():
    lowest, highest, stop_worst, _ = one(90, "liquidation")
    assert (lowest, highest) == (90, 150)
    assert isnan(stop_worst)


def test_a_trade_of_a_single_candle():
    made = result(trade(100, 98, 1, 1, exit_reason="stop_loss"))
    found = extremes_of(made, MARKET)
    assert (found.lowest[0], found.highest[0], found.stop_worst[0]) == (98, 108, 97)


def test_without_candles_freqtrades_own_record_counts():
    lowest, highest, stop_worst, recorded = one(
        95, "stop_loss", ResultCandles("1h"), min_rate=60.0, max_rate=140.0
    )
    assert (lowest, highest, recorded) == (60, 140, 1)
    # Of the whole trade: of the candle of the stop nothing is known.
    assert isnan(stop_worst)
    lowest, highest, stop_worst, recorded = one(
        110, "roi", ResultCandles("1h"), min_rate=60.0, max_rate=140.0
    )
    assert (lowest, highest, recorded) == (60, 140, 1)
    assert isnan(stop_worst)


def test_a_trade_beyond_the_candles_too():
    found = extremes_of(result(trade(100, 90, 1, 9, min_rate=80.0, max_rate=130.0)), MARKET)
    assert (found.lowest[0], found.highest[0], found.recorded) == (80, 130, 1)


@given(
    st.lists(st.tuples(*[st.floats(50, 150)] * 4), min_size=4, max_size=4),
    st.floats(50, 150),
    st.sampled_from(["stop_loss", "exit_signal", "roi", "liquidation"]),
)
def test_a_short_in_the_mirrored_market_sees_the_same(prices, leave, reason):
    # Mirrored at 100: what was high is low.
    market = [(o, max(o, h, low, c), min(o, h, low, c), c) for o, h, low, c in prices]
    mirrored = [(200 - o, 200 - low, 200 - h, 200 - c) for o, h, low, c in market]
    lowest, highest, stop_worst, _ = one(leave, reason, candles(*market))
    found = one(200 - leave, reason, candles(*mirrored), is_short=True)
    assert found[0] == pytest.approx(200 - highest)
    assert found[1] == pytest.approx(200 - lowest)
    assert found[2] == pytest.approx(200 - stop_worst, nan_ok=True)
