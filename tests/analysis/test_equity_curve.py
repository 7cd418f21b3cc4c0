import numpy as np
import pytest

from freqtrade_riskguard.analysis.equity_curve import marked_equity
from tests.support.results import BTC, ETH, START, result, trade

BEGIN = int(START.timestamp())


def hourly(*closes, first=0):
    opened = BEGIN + 3600 * (first + np.arange(len(closes), dtype=np.int64))
    return opened, np.array(closes, dtype=np.float64)


def test_the_account_sees_what_is_held():
    # Bought at 500, closes 500, 400, 450 of one day, then 300 and 550 of the next; sold at 560 in
    # the last candle. Equity 1000, 900, 950 | 800, 1060: 20 % below the peak, and the second day
    # lost 150 of 950 at its worst.
    found = marked_equity(
        result(trade(500, 560, 21, 25)), {BTC: hourly(500, 400, 450, 300, 550, first=21)}
    )
    assert found.equity_quote == pytest.approx([1000, 900, 950, 800, 1060])
    assert found.max_drawdown_ratio == pytest.approx(0.20)
    assert found.worst_day_ratio == pytest.approx(800 / 950 - 1)


def test_the_short_twin():
    # What the price gains, it loses: 1000, 1100, 1050, 1200, 940.
    made = result(trade(500, 560, 21, 25, is_short=True))
    found = marked_equity(made, {BTC: hourly(500, 400, 450, 300, 550, first=21)})
    assert found.equity_quote == pytest.approx([1000, 1100, 1050, 1200, 940])


def test_fees_at_each_fill_and_funding_at_the_close():
    # 1 % of 500 at each fill, and 10 of funding: 995, then 1000 - 20.
    paid = trade(500, 500, 0, 1, fee_open=0.01, fee_close=0.01, funding_fees=-10, profit_abs=-20)
    found = marked_equity(result(paid), {BTC: hourly(500, 500)})
    assert found.equity_quote == pytest.approx([995, 980])


def test_funding_that_is_not_recorded_is_in_the_profit():
    # As above, but only the profit of -20 tells of the 10 that were paid.
    paid = trade(500, 500, 0, 1, fee_open=0.01, fee_close=0.01, profit_abs=-20)
    del paid["funding_fees"]
    found = marked_equity(result(paid), {BTC: hourly(500, 500)})
    assert found.equity_quote == pytest.approx([995, 980])


def test_a_missing_candle_leaves_the_price_where_it_was():
    opened, closes = hourly(100, 90, 80, 95)
    kept = [0, 1, 3]
    found = marked_equity(
        result(trade(100, 95, 0, 3)),
        {BTC: (opened[kept], closes[kept]), ETH: hourly(1, 1, 1, 1)},
    )
    assert found.equity_quote == pytest.approx([1000, 990, 990, 995])


def test_a_pair_without_candles_counts_when_it_closes():
    made = result(trade(100, 90, 0, 2, pair=ETH))
    assert marked_equity(made, {BTC: hourly(1, 1, 1)}).equity_quote == pytest.approx(
        [1000, 1000, 990]
    )


def test_without_candles_nothing_is_known():
    found = marked_equity(result(trade(100, 90, 0, 2)), {})
    assert (found.max_drawdown_ratio, found.worst_day_ratio) == (0, 0)
