"""A trade between its entries: what was held until more was added, and what the market did then.

A position that is added to has another average price and margin from then on. What it had survived
until then is judged by what it was until then.
"""

from dataclasses import dataclass
from math import isclose

from freqtrade_riskguard.backtest_result.candles import PairCandles
from freqtrade_riskguard.backtest_result.result import Fill, Trade

# An exchange's price steps are wider than a candle file's digits.
_SAME_PRICE = 1e-5


@dataclass(frozen=True, slots=True)
class TradeLeg:
    """A trade from one of its entries to the next, or to its exit.

    Attributes
    ----------
    entry_price : float
        Average of what was held.
    stake_quote : float
        Its initial margin.
    lowest, highest : float
        While it was held; NaN where unknown.
    """

    entry_price: float
    stake_quote: float
    lowest: float
    highest: float


def recorded_parts(trade: Trade) -> tuple[TradeLeg, ...]:
    """Return a trade as one part, with the extremes that freqtrade recorded: it keeps no others."""
    return (
        TradeLeg(trade.entry_price, trade.stake_quote, trade.lowest_price, trade.highest_price),
    )


def parts_in(trade: Trade, candles: PairCandles, entry: int, leaving: int) -> tuple[TradeLeg, ...]:
    """Return the parts of a trade, oldest first.

    Parameters
    ----------
    entry, leaving : int
        Places of the candles in which it was opened and closed.
    """
    ends_at_worst = trade.is_stop or trade.is_liquidation
    if sum(fill.is_entry for fill in trade.fills) < 2:  # noqa: PLR2004 - was it added to?
        seen = _seen(trade.side, candles, entry, leaving, trade.exit_price, ended=ends_at_worst)
        return (TradeLeg(trade.entry_price, trade.stake_quote, *seen),)
    found: list[TradeLeg] = []
    held: tuple[float, float] | None = None
    since = entry
    for fill, (average, amount) in zip(trade.fills, _held(trade.fills), strict=True):
        if not fill.is_entry:
            continue
        if held is not None:
            place = min(max(candles.since(fill.time), since), leaving)
            # An order below the market ends the way down to it, as a stop does.
            ended = trade.side * (candles.open[place] - fill.price) > 0
            seen = _seen(trade.side, candles, since, place, fill.price, ended=bool(ended))
            found.append(_part(held, trade.leverage, seen))
            since = place
        held = average, amount
    if held is None:
        return recorded_parts(trade)
    seen = _seen(trade.side, candles, since, leaving, trade.exit_price, ended=ends_at_worst)
    return (*found, _part(held, trade.leverage, seen))


def average_at(trade: Trade, place: int) -> float:
    """Return the average price of what was held when a fill of a trade came."""
    return _held(trade.fills[: place + 1])[-1][0]


def _held(fills: tuple[Fill, ...]) -> list[tuple[float, float]]:
    """Return the average price and the amount after each fill; an exit leaves the average."""
    found, average, amount = [], 0.0, 0.0
    for fill in fills:
        if fill.is_entry:
            paid = average * amount + fill.price * fill.amount
            amount += fill.amount
            average = paid / amount
        else:
            amount = max(amount - fill.amount, 0.0)
        found.append((average, amount))
    return found


def _part(held: tuple[float, float], leverage: float, seen: tuple[float, float]) -> TradeLeg:
    average, amount = held
    return TradeLeg(average, average * amount / leverage, *seen)


def _seen(
    side: int, candles: PairCandles, first: int, last: int, price: float, *, ended: bool
) -> tuple[float, float]:
    """Return the extremes of a stretch that ended in its last candle at a price."""
    lowest = float(candles.low[first:last].min(initial=price))
    highest = float(candles.high[first:last].max(initial=price))
    # What ends at the candle's open saw nothing of it. Of any other candle nobody knows what came
    # first: all of it counts, but for the side on which the price itself ended it.
    if not isclose(price, candles.open[last], rel_tol=_SAME_PRICE):
        lowest = lowest if ended and side > 0 else min(lowest, float(candles.low[last]))
        highest = highest if ended and side < 0 else max(highest, float(candles.high[last]))
    return lowest, highest
