"""How far the market went while each trade was open, and where its stop could have been filled."""

from dataclasses import dataclass
from math import isclose, nan

import numpy as np

from freqtrade_riskguard.analysis.candles import FloatArray, PairCandles, ResultCandles
from freqtrade_riskguard.analysis.result import Result, Trade

# An exchange's price steps are wider than a candle file's digits.
_SAME_PRICE = 1e-5


@dataclass(frozen=True, slots=True)
class Extremes:
    """One entry per trade of a result, quote units; NaN where unknown.

    Attributes
    ----------
    lowest, highest : ndarray of float64
        From entry to exit. A stop ends it: what its candle did beyond is not in it.
    stop_worst : ndarray of float64
        The worst price, for the trade, of the candle in which its stop was filled; NaN for any
        other exit.
    recorded : int
        Trades without candles: their extremes are freqtrade's, all of the exit's candle included.
    """

    lowest: FloatArray
    highest: FloatArray
    stop_worst: FloatArray
    recorded: int


def extremes_of(result: Result, candles: ResultCandles) -> Extremes:
    """Find the extremes of every trade, in its candles or else in what freqtrade recorded."""
    found = np.full((3, len(result.trades)), np.nan)
    recorded = 0
    for number, trade in enumerate(result.trades):
        pair = candles.by_pair.get(trade.pair)
        entry = -1 if pair is None else pair.holding(trade.open_time)
        leaving = -1 if pair is None else pair.holding(trade.close_time)
        if pair is None or entry < 0 or leaving < 0:
            recorded += 1
            found[:, number] = _recorded(trade)
        else:
            found[:, number] = _in_candles(trade, pair, entry, leaving)
    return Extremes(found[0], found[1], found[2], recorded)


def _recorded(trade: Trade) -> tuple[float, float, float]:
    worst = trade.lowest_price if trade.side > 0 else trade.highest_price
    return trade.lowest_price, trade.highest_price, worst if trade.is_stop else nan


def _in_candles(
    trade: Trade, candles: PairCandles, entry: int, leaving: int
) -> tuple[float, float, float]:
    low, high = float(candles.low[leaving]), float(candles.high[leaving])
    stop_worst = (low if trade.side > 0 else high) if trade.is_stop else nan
    lows, highs = candles.low[entry:leaving], candles.high[entry:leaving]
    lowest = float(lows.min(initial=trade.exit_price))
    highest = float(highs.max(initial=trade.exit_price))
    # What is left at the candle's open saw nothing of it. In any other exit's candle nobody knows
    # what came first: all of it counts, but for the side on which a stop ended it.
    if not isclose(trade.exit_price, candles.open[leaving], rel_tol=_SAME_PRICE):
        ended = trade.is_stop or trade.is_liquidation
        lowest = lowest if ended and trade.side > 0 else min(lowest, low)
        highest = highest if ended and trade.side < 0 else max(highest, high)
    return lowest, highest, stop_worst
