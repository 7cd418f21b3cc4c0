"""A backtest as shares of the account, with its stops filled badly and its trades' worst moments.

A stop is filled at the worst price that its trade saw, and a slippage beyond: freqtrade fills it
exactly at its price. No trade loses more than its margin.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import isnan

import numpy as np

from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.calibration.outlook import Record

_YEAR = timedelta(days=365)


def record_of(result: Result, slippage_ratio: float) -> Record:
    """Return the trades of a backtest, oldest close first."""
    rows = np.array(list(_rows(result, slippage_ratio)), dtype=np.float64).reshape(-1, 2)
    span = max(result.end - result.start, timedelta(days=1))
    return Record(rows[:, 0], rows[:, 1], per_year=len(rows) * (_YEAR / span))


def _rows(result: Result, slippage_ratio: float) -> Iterator[tuple[float, float]]:
    balance_quote = result.starting_balance_quote
    for trade in result.trades:
        # An account that is used up neither wins nor loses anything more.
        if balance_quote <= 0.0:
            return
        worst_price = trade.lowest_price if trade.side > 0 else trade.highest_price
        profit_quote = _stressed_quote(trade, worst_price, slippage_ratio)
        low_quote = min(profit_quote, 0.0)
        if not isnan(worst_price):
            move_ratio = trade.side * (worst_price - trade.entry_price) / trade.entry_price
            lost_quote = move_ratio * trade.stake_quote * trade.leverage
            low_quote = min(low_quote, max(lost_quote, -trade.stake_quote))
        yield profit_quote / balance_quote, low_quote / balance_quote
        balance_quote += trade.profit_quote


def _stressed_quote(trade: Trade, worst_price: float, slippage_ratio: float) -> float:
    if not trade.is_stop or isnan(worst_price):
        return trade.profit_quote
    worse = min if trade.side > 0 else max
    filled = worse(trade.exit_price, worst_price) * (1.0 - trade.side * slippage_ratio)
    change_quote = trade.side * (filled - trade.exit_price) * trade.last_amount
    return max(trade.profit_quote + change_quote, min(-trade.stake_quote, trade.profit_quote))
