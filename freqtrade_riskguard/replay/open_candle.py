"""A candle before it ends: the one place that says how the price moves inside.

A recorded candle tells four prices and not their order. The replay lets the price

1. stand at the candle's open for the first ten seconds, so that whoever acts within seconds of a
   candle's beginning trades at its open, as a backtest does;
2. then move in three straight lines of equal duration: open, first extreme, second extreme, close.
   A candle that rises (or ends where it began) visits its low first, one that falls its high.

Nothing but the price at the moment and what was passed on the way there is ever told.
"""

from dataclasses import dataclass

from freqtrade_riskguard.replay.candles import Candles

QUIET_MS = 10_000
LEGS = 3


@dataclass(frozen=True)
class OpenCandle:
    """A candle up to a moment.

    Parameters
    ----------
    open_price, high_price, low_price, close_price
        Prices so far, quote units; the close is the price at the moment.
    volume_base
        Traded so far, base units.
    """

    open_price: float
    high_price: float
    low_price: float
    close_price: float
    volume_base: float


def forming_at(candles: Candles, place: int, now_ms: int, price_decimals: int) -> OpenCandle:
    """Return a candle as it was at a moment within it.

    Parameters
    ----------
    candles
        Candles.
    place
        Index of the one that the moment lies in.
    now_ms
        The moment, milliseconds since 1970 UTC.
    price_decimals
        Decimals that prices on the way are rounded to.

    Returns
    -------
    OpenCandle
        The candle so far. Volume comes evenly once the price moves.
    """
    start_price = float(candles.open[place])
    length_ms = int(candles.ends_ms[place] - candles.opens_ms[place]) - QUIET_MS
    elapsed_ms = now_ms - int(candles.opens_ms[place]) - QUIET_MS
    if elapsed_ms <= 0:
        return OpenCandle(start_price, start_price, start_price, start_price, 0.0)

    low, high, end = (
        float(candles.low[place]),
        float(candles.high[place]),
        float(candles.close[place]),
    )
    corners = (start_price, low, high, end) if end >= start_price else (start_price, high, low, end)
    leg, within_ms = divmod(elapsed_ms * LEGS, length_ms)
    begin, goal = corners[leg], corners[leg + 1]
    exact = begin + (goal - begin) * within_ms / length_ms
    # Rounding must not leave the candle, whose own prices may lie between two ticks.
    price = min(max(round(exact, price_decimals), low), high)
    seen = (*corners[: leg + 1], price)
    share = elapsed_ms / length_ms
    volume = round(float(candles.volume[place]) * share, 8)
    return OpenCandle(start_price, max(seen), min(seen), price, volume)


def merge(open_price: float, candles: Candles, places: range, rest: OpenCandle) -> OpenCandle:
    """Put the part of a longer candle that has passed together.

    Parameters
    ----------
    open_price
        Its open, quote units.
    candles
        Shorter candles.
    places
        Those of them that lie within it and have ended.
    rest
        The shorter candle that forms at the moment.

    Returns
    -------
    OpenCandle
        The longer candle so far.
    """
    ended = slice(places.start, places.stop)
    highs, lows = candles.high[ended], candles.low[ended]
    high = max(open_price, rest.high_price, float(highs.max()) if highs.size else open_price)
    low = min(open_price, rest.low_price, float(lows.min()) if lows.size else open_price)
    volume = round(float(candles.volume[ended].sum()) + rest.volume_base, 8)
    return OpenCandle(open_price, high, low, rest.close_price, volume)
