"""A backtest as shares of the account, with its stops filled badly and its trades' worst moments.

A stop is filled at the worst price that its trade saw, and a slippage beyond: freqtrade fills it
exactly at its price. No trade loses more than its margin.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import isnan
from typing import Any

import numpy as np

from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.calibration.outlook import Record
from freqtrade_riskguard.config import load_config

_YEAR = timedelta(days=365)


def record_of(result: Result, slippage_ratio: float, *, waits: int = 0) -> Record:
    """Return the trades of a backtest, oldest close first.

    Parameters
    ----------
    waits : int
        How many trades must have closed before one counts, see :func:`kelly_waits`.
    """
    rows, since = list(_rows(result, slippage_ratio)), result.start
    if waits:
        closes = [trade.close_time for trade in result.trades]
        since = closes[waits - 1] if len(closes) >= waits else result.end
        told = zip(rows, result.trades, strict=False)
        rows = [row for row, trade in told if trade.open_time >= since]
    found = np.array(rows, dtype=np.float64).reshape(-1, 2)
    span = max(result.end - since, timedelta(days=1))
    return Record(found[:, 0], found[:, 1], per_year=len(found) * (_YEAR / span))


def kelly_waits(block: Mapping[str, Any]) -> int:
    """Return how many trades Kelly waits for before it allows more than 1x.

    An account leaves them behind, or begins with evidence in their place: of the years to come they
    tell nothing, and would hide what leverage does.
    """
    settings = load_config(block)
    is_waiting = settings.enabled and settings.mode_of("kelly") == "enforce"
    return settings.kelly.min_trades if is_waiting else 0


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
