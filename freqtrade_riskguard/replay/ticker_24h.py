"""The last 24 hours of a contract."""

from dataclasses import dataclass

from freqtrade_riskguard.replay.candle_store import FUTURES, CandleStore
from freqtrade_riskguard.replay.intervals import DAY_MS


@dataclass(frozen=True, kw_only=True)
class Day:
    """The ticker of the last 24 hours, from the candles in them; prices in quote units.

    Parameters
    ----------
    open_price, high_price, low_price
        First, highest and lowest price.
    average_price
        Mean of their closes, weighted by volume.
    volume_base
        Traded, base units.
    """

    open_price: float
    high_price: float
    low_price: float
    average_price: float
    volume_base: float


def last_day(candle_store: CandleStore, now_ms: int) -> Day | None:
    """Return what happened in the 24 hours before a moment; None where no candle lies in them."""
    for candles in candle_store.shortest_first(FUTURES):
        first, stop = candles.opened_before(now_ms - DAY_MS), candles.closed_by(now_ms)
        if first < stop:
            closes, volumes = candles.close[first:stop], candles.volume[first:stop]
            volume_base = float(volumes.sum())
            traded_quote = float(closes @ volumes)
            return Day(
                open_price=float(candles.open[first]),
                high_price=float(candles.high[first:stop].max()),
                low_price=float(candles.low[first:stop].min()),
                average_price=traded_quote / volume_base if volume_base else float(closes.mean()),
                volume_base=volume_base,
            )
    return None
