"""How far the market went while each trade was open, and where its stop could have been filled."""

from dataclasses import dataclass
from math import nan

import numpy as np

from freqtrade_riskguard.analysis.trade_legs import TradeLeg, parts_in, recorded_parts
from freqtrade_riskguard.backtest_result.candles import FloatArray, PairCandles, ResultCandles
from freqtrade_riskguard.backtest_result.result import Result, Trade


@dataclass(frozen=True, slots=True)
class Extremes:
    """One entry per trade of a result, quote units; NaN where unknown.

    Attributes
    ----------
    parts : tuple of tuple of Part
        Between its entries; one where it was not added to, or where its candles are not known.
    stop_worst : ndarray of float64
        The worst price, for the trade, of the candle in which its stop was filled; NaN for any
        other exit, and without candles.
    cut_worst : tuple of tuple of float
        The same of what the guard has cut off before the last exit, one for each cut.
    recorded : int
        Trades without candles: their extremes are freqtrade's, all of the exit's candle included.
    recorded_added : int
        Of these, how many were added to.
    """

    parts: tuple[tuple[TradeLeg, ...], ...]
    stop_worst: FloatArray
    cut_worst: tuple[tuple[float, ...], ...]
    recorded: int
    recorded_added: int

    @property
    def lowest(self) -> FloatArray:
        """From entry to exit. A stop ends it: what its candle did beyond is not in it."""
        lows = [min(part.lowest for part in parts) for parts in self.parts]
        return np.array(lows, dtype=np.float64)

    @property
    def highest(self) -> FloatArray:
        """The same upwards."""
        highs = [max(part.highest for part in parts) for parts in self.parts]
        return np.array(highs, dtype=np.float64)


def extremes_of(result: Result, candles: ResultCandles) -> Extremes:
    """Find the extremes of every trade, in its candles or else in what freqtrade recorded."""
    parts, stops, cuts = [], [], []
    recorded = added = 0
    for trade in result.trades:
        pair = candles.by_pair.get(trade.pair)
        entry = -1 if pair is None else pair.holding(trade.open_time)
        leaving = -1 if pair is None else pair.holding(trade.close_time)
        if pair is None or entry < 0 or leaving < 0:
            recorded += 1
            added += sum(fill.is_entry for fill in trade.fills) > 1
            parts.append(recorded_parts(trade))
            stops.append(nan)
        else:
            parts.append(parts_in(trade, pair, entry, leaving))
            stops.append(_worst(trade, pair, leaving) if trade.is_stop else nan)
        cuts.append(
            tuple(
                nan if pair is None else _worst(trade, pair, pair.holding(cut.time))
                for _, cut in trade.cuts
            )
        )
    return Extremes(
        tuple(parts), np.array(stops, dtype=np.float64), tuple(cuts), recorded, int(added)
    )


def _worst(trade: Trade, candles: PairCandles, place: int) -> float:
    if place < 0:
        return nan
    return float(candles.low[place] if trade.side > 0 else candles.high[place])
