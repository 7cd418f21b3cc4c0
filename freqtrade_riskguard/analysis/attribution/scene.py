"""The data of an estimate: trades, their candles, and another result to compare with."""

from dataclasses import dataclass, field
from datetime import datetime
from math import nan

from freqtrade_riskguard.analysis.attribution.typical import TypicalSize
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.result import Result, Trade

Key = tuple[str, int, datetime]


def key_of(trade: Trade) -> Key:
    """Return what an entry is known by: pair, side and time."""
    return trade.pair, trade.side, trade.open_time


def _return_on_notional(trade: Trade) -> float:
    return trade.profit_ratio / trade.leverage


def _places(result: Result) -> dict[Key, int]:
    return {key_of(trade): place for place, trade in enumerate(result.trades)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A result, its candles, and the result that it is compared with, where there is one."""

    result: Result
    candles: ResultCandles
    other: Result | None = None
    places: dict[Key, int] = field(init=False)
    other_places: dict[Key, int] = field(init=False)
    size: TypicalSize = field(init=False)

    def __post_init__(self) -> None:
        """Look entries up by what they are known by."""
        object.__setattr__(self, "places", _places(self.result))
        object.__setattr__(self, "other_places", {} if self.other is None else _places(self.other))
        object.__setattr__(self, "size", TypicalSize(self.result))

    def profit_elsewhere(self, place: int) -> float:
        """Return what a trade of the other result would have made with a size of this one.

        Its return on its notional there, on the notional that is typical here; NaN for none.
        """
        if self.other is None:
            return nan
        trade = self.other.trades[place]
        return _return_on_notional(trade) * self.size.notional_at(trade.open_time)

    def return_elsewhere(self, trade: Trade) -> float:
        """Return what the same entry made of its notional in the other result; NaN for none."""
        place = self.other_places.get(key_of(trade))
        if self.other is None or place is None:
            return nan
        return _return_on_notional(self.other.trades[place])

    def price_at(self, pair: str, time: datetime) -> float:
        """Return the price with which the candle of a time opened; NaN where there is none."""
        candles = self.candles.by_pair.get(pair)
        index = -1 if candles is None else candles.holding(time)
        return nan if candles is None or index < 0 else float(candles.open[index])

    def worst_between(self, trade: Trade, since: datetime) -> float:
        """Return the worst price for a trade from a time until its exit; NaN where unknown."""
        candles = self.candles.by_pair.get(trade.pair)
        if candles is None:
            return nan
        first, last = candles.holding(since), candles.holding(trade.close_time)
        if first < 0 or last < 0:
            return nan
        # What is left at the open of a candle has not seen it; of any other exit nobody knows.
        end = max(last, first + 1)
        if trade.side > 0:
            return float(candles.low[first:end].min(initial=trade.exit_price))
        return float(candles.high[first:end].max(initial=trade.exit_price))
