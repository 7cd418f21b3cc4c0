"""Whether candles are those of a backtest: it fills orders nowhere but within its candles."""

from dataclasses import dataclass

from freqtrade_riskguard.backtest_result.candles import PairCandles, ResultCandles
from freqtrade_riskguard.backtest_result.result import Fill, Result

# Prices are rounded to the exchange's steps, amounts and averages to their digits.
_ROUNDING = 1e-3
# A few may lie outside for reasons of their own: candles that were downloaded again, a wide step.
_FEWEST, _MOST_RATIO = 3, 0.02


@dataclass(frozen=True, slots=True)
class Fit:
    """How many fills lie outside the candle of their time, of those whose candle is there."""

    outside: int
    judged: int

    @property
    def is_other_market(self) -> bool:
        """Whether so many lie outside that the candles are of something else."""
        few = self.outside < min(_FEWEST, self.judged) or not self.outside
        return not few and self.outside > _MOST_RATIO * self.judged


def fit_of(result: Result, candles: ResultCandles) -> Fit:
    """Compare every fill with the candle of its time."""
    outside = judged = 0
    for trade in result.trades:
        pair = candles.by_pair.get(trade.pair)
        if pair is None:
            continue
        for fill in trade.fills:
            place = pair.holding(fill.time)
            if place >= 0:
                judged += 1
                outside += _is_outside(fill, pair, place)
    return Fit(outside, judged)


def _is_outside(fill: Fill, candles: PairCandles, place: int) -> bool:
    lowest, highest = float(candles.low[place]), float(candles.high[place])
    return fill.price < lowest * (1 - _ROUNDING) or fill.price > highest * (1 + _ROUNDING)
