"""The recomputation of an account in cross margin, by hand."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from tests.support.cross_account import account_liquidation

PAIR = "BTC/USDT:USDT"
START = datetime(2025, 2, 3, tzinfo=UTC)


def candles(lows, highs=None):
    times = pd.date_range(START, periods=len(lows), freq="5min")
    return {PAIR: pd.DataFrame({"low": lows, "high": highs or [100.0] * len(lows)}, index=times)}


def at(candle):
    return 1000 * (START.timestamp() + 300 * candle)


def order(candle, price, amount, *, entry):
    return {
        "order_filled_timestamp": at(candle),
        "safe_price": price,
        "amount": amount,
        "ft_is_entry": entry,
    }


def trade(*, is_short=False, amount=500.0, closed=4, close_rate=100.0):
    """Return a trade of 50,000 at 100: 5x of the account of 10,000."""
    side = -1 if is_short else 1
    fees = 0.0005 * amount * (100.0 + close_rate)
    return {
        "pair": PAIR,
        "is_short": is_short,
        "open_timestamp": at(0),
        "close_timestamp": at(closed),
        "close_rate": close_rate,
        "profit_abs": side * amount * (close_rate - 100.0) - fees,
        "orders": [
            order(0, 100.0, amount, entry=True),
            order(closed, close_rate, amount, entry=False),
        ],
    }


def test_a_long_dies_at_the_low_of_a_candle():
    # 10,000 - 25 of fee; at 80.4 500 coins have lost 9,800, the fee of 20.1 and 0.4 % of 40,200,
    # which is 160.8, are more than the 175 that are left.
    found = account_liquidation([trade()], candles([100.0, 90.0, 80.4, 70.0, 100.0]))
    assert found is not None
    assert found.time == START.replace(minute=10)
    assert found.equity_quote == pytest.approx(10_000 - 25 - 9_800 - 20.1)
    assert found.loss_ratio == pytest.approx(1 - found.equity_quote / 10_000)
    assert account_liquidation([trade()], candles([100.0, 90.0, 80.5, 81.0, 100.0])) is None


def test_a_short_dies_at_the_high():
    highs = [100.0, 110.0, 119.6, 100.0, 100.0]
    found = account_liquidation([trade(is_short=True)], candles([90.0] * 5, highs))
    assert found is not None
    assert found.time == START.replace(minute=10)
    assert account_liquidation([trade(is_short=True)], candles([10.0] * 5, [119.4] * 5)) is None


def test_a_hedge_counts_at_its_own_worst():
    # Two halves of 25,000: at 90 and 110 each has lost 2,500, at 70 and 130 7,500.
    both = [trade(amount=250.0), trade(amount=250.0, is_short=True)]
    assert account_liquidation(both, candles([90.0] * 5, [110.0] * 5)) is None
    assert account_liquidation(both, candles([70.0] * 5, [130.0] * 5)) is not None


def test_what_is_closed_within_a_candle_was_gone_at_its_price():
    stopped = trade(closed=2, close_rate=85.0)
    assert account_liquidation([stopped], candles([100.0, 90.0, 70.0, 50.0, 50.0])) is None


def test_what_was_lost_before_is_no_collateral():
    # 5 % of 50,000 are gone with 48.75 of fees: the next of 40,000 has 7,451 less its fee of 20.
    # At 82 it has lost 7,200.
    lost = trade(closed=1, close_rate=95.0)
    second = trade(amount=400.0)
    second["open_timestamp"] = second["orders"][0]["order_filled_timestamp"] = at(2)
    lows = [100.0, 95.0, 95.0, 82.0, 100.0]
    assert account_liquidation([second], candles(lows)) is None
    found = account_liquidation([lost, second], candles([100.0, 95.0, 95.0, 81.5, 100.0]))
    assert found is not None
    assert found.time == START.replace(minute=15)


def test_without_trades_nothing_is_liquidated():
    assert account_liquidation([], candles([100.0])) is None
