"""The account marked to market at every candle's close: what closed trades hide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.backtest_result.candles import FloatArray, IntArray
from freqtrade_riskguard.backtest_result.result import Result, Trade

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class EquityCurve:
    """Equity at the close of every candle.

    Attributes
    ----------
    opened_at : ndarray of int64, shape (n_candles,)
        Epoch seconds at which each candle opened.
    equity_quote : ndarray of float64, shape (n_candles,)
        Free money and what is held at the candle's close. Funding counts when a trade closes.
    starting_balance_quote : float
    """

    opened_at: IntArray
    equity_quote: FloatArray
    starting_balance_quote: float

    @property
    def max_drawdown_ratio(self) -> float:
        """The deepest fall from a peak / that peak; 0 without candles."""
        curve = np.concatenate(([self.starting_balance_quote], self.equity_quote))
        return float((1 - curve / np.maximum.accumulate(curve)).max())

    @property
    def worst_day_ratio(self) -> float:
        """The lowest equity of a UTC day / that of the last close before it - 1; 0 or below."""
        if not len(self.opened_at):
            return 0.0
        days = self.opened_at // _DAY_SECONDS
        begins = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
        lows = np.minimum.reduceat(self.equity_quote, begins)
        before = np.concatenate(([self.starting_balance_quote], self.equity_quote[begins[1:] - 1]))
        shares = np.divide(lows, before, out=np.ones_like(lows), where=before > 0)
        return min(0.0, float(shares.min()) - 1)


def curve_of(result: Result, closes: Mapping[str, tuple[IntArray, FloatArray]]) -> EquityCurve:
    """Mark a backtest's account from its start to its end, see :func:`marked_equity`."""
    start, end = result.start.timestamp(), result.end.timestamp()
    within = {}
    for pair, (opened_at, close) in closes.items():
        is_within = (opened_at >= start) & (opened_at <= end)
        within[pair] = (opened_at[is_within], close[is_within])
    return marked_equity(result, within)


def marked_equity(result: Result, closes: Mapping[str, tuple[IntArray, FloatArray]]) -> EquityCurve:
    """Mark a backtest's account.

    Parameters
    ----------
    closes : mapping
        Of each pair, when its candles opened (epoch seconds, ascending) and their closes. A trade
        of any other pair counts when it closes.
    """
    times: IntArray = np.unique(
        np.concatenate([opened for opened, _ in closes.values()] or [np.empty(0, np.int64)])
    )
    cash = np.zeros(len(times))
    held = {pair: np.zeros(len(times)) for pair in closes}
    for trade in result.trades:
        if trade.pair not in held:
            _add(cash, times, trade.close_time, trade.profit_quote)
            continue
        remaining = trade.profit_quote
        for time, amount, received in _fills(trade):
            _add(held[trade.pair], times, time, amount)
            _add(cash, times, time, received)
            remaining -= received
        # Funding, recorded or not: what its fills do not explain of its profit.
        _add(cash, times, trade.close_time, remaining)
    equity = result.starting_balance_quote + np.cumsum(cash)
    for pair, (opened_at, close) in closes.items():
        # A candle that is missing leaves the price where it was.
        place = opened_at.searchsorted(times, side="right") - 1
        marks = np.where(place >= 0, close[np.maximum(place, 0)], 0.0) if len(close) else 0.0
        equity += np.cumsum(held[pair]) * marks
    return EquityCurve(times, equity, result.starting_balance_quote)


def _fills(trade: Trade) -> list[tuple[datetime, float, float]]:
    """Return every fill as (time, amount bought, quote received after fees)."""
    found = []
    for fill in trade.fills:
        bought = (trade.side if fill.is_entry else -trade.side) * fill.amount
        fee = fill.amount * fill.price * (trade.fee_open if fill.is_entry else trade.fee_close)
        found.append((fill.time, bought, -bought * fill.price - fee))
    return found


def _add(changes: npt.NDArray[np.float64], times: IntArray, time: datetime, quote: float) -> None:
    """Add a change at the first candle that opens at a time or later."""
    place = int(times.searchsorted(int(time.timestamp())))
    if place < len(times):
        changes[place] += quote
