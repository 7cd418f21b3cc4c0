"""Where within a candle an account falls to a floor, with all pairs moving together.

A candle tells how far its price went, not when. Two ways through it are looked at: every pair goes
to its own low, or every pair to its own high, all at the same pace. A share of 0 is the start of
the candle and 1 its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan


@dataclass(frozen=True, slots=True)
class CandleLeg:
    """A position on its way through a candle.

    Attributes
    ----------
    start_price : float
        The candle's open, or what was paid within the candle.
    low_price, high_price : float
        How far the candle went.
    stop_price : float
        Where the position is closed on its way; NaN for nowhere.
    """

    side: int
    amount: float
    start_price: float
    low_price: float
    high_price: float
    exit_fee_ratio: float = 0.0
    stop_price: float = nan

    def end_price(self, towards: int) -> float:
        """Return where the way ends: the high for +1, the low for -1."""
        return self.high_price if towards > 0 else self.low_price

    def price_at(self, towards: int, share: float) -> float:
        """Return the price after a share of the way."""
        end = self.end_price(towards)
        price = self.start_price + share * (end - self.start_price)
        # The last digit of a float must not leave the candle.
        return min(max(price, min(self.start_price, end)), max(self.start_price, end))

    def change_quote(self, towards: int) -> float:
        """Return what the whole way brings, the fee of closing at the price of each moment in."""
        change = self.end_price(towards) - self.start_price
        return self.amount * (self.side - self.exit_fee_ratio) * change

    def stop_share(self, towards: int) -> float:
        """Return the share of the way at which the stop closes the position; 1 where it does not.

        Formula: ``(start - stop) / (start - end)``
        """
        to_stop = self.side * (self.start_price - self.stop_price)
        if isnan(to_stop):
            return 1.0
        way = self.side * (self.start_price - self.end_price(towards))
        if to_stop <= 0:
            return 0.0
        return min(1.0, to_stop / way) if way > 0 else 1.0


@dataclass(frozen=True, slots=True)
class FloorTouch:
    """Where an account falls to its floor: on the way to the highs (+1) or lows (-1), and when."""

    towards: int
    share: float

    def exit_price(self, leg: CandleLeg) -> float:
        """Return where a position is closed; NaN where its own stop has closed it before."""
        if leg.stop_share(self.towards) < self.share:
            return nan
        return leg.price_at(self.towards, self.share)


def equity_floor_touch(
    equity_quote: float,
    floor_quote: float,
    legs: Sequence[CandleLeg],
    settled: Sequence[CandleLeg] = (),
) -> FloorTouch | None:
    """Return where the equity first falls to a floor within a candle; None where it does not.

    Formula: the least ``f`` of ``equity + sum(change_i * min(f, stop_share_i)) <= floor``

    Parameters
    ----------
    equity_quote : float
        With every position at its start.
    floor_quote : float
        The equity at which all is closed.
    legs : sequence of CandleLeg
        The positions that can be closed on the way.
    settled : sequence of CandleLeg
        Those that cannot be closed in this candle any more. Once the account falls to its floor on
        a way, they count as they are at its end, so that the others leave room for them.

    Returns
    -------
    FloorTouch or None
        Of the two paths, to all lows and to all highs, the one that falls first.
    """
    touches = []
    for towards in (-1, 1):
        moves = [(leg.change_quote(towards), leg.stop_share(towards)) for leg in legs]
        others = [(leg.change_quote(towards), leg.stop_share(towards)) for leg in settled]
        share = _floor_share(equity_quote, floor_quote, [*moves, *others])
        if isnan(share):
            continue
        if others:
            at_the_end = equity_quote + sum([change * until for change, until in others])
            earlier = _floor_share(at_the_end, floor_quote, moves)
            share = share if isnan(earlier) else min(share, earlier)
        touches.append(FloorTouch(towards, share))
    return min(touches, key=lambda touch: touch.share, default=None)


def _floor_share(
    equity_quote: float, floor_quote: float, moves: Sequence[tuple[float, float]]
) -> float:
    """Return the least share at which the floor is reached; NaN for none.

    Equity is a straight line between the shares at which positions are stopped.
    """
    if equity_quote <= floor_quote:
        return 0.0
    share, equity = 0.0, equity_quote
    corners = {until for _, until in moves if 0 < until < 1}
    for corner in (*sorted(corners), 1.0):
        at_corner = equity_quote + sum([change * min(corner, until) for change, until in moves])
        if at_corner <= floor_quote:
            return share + (corner - share) * (equity - floor_quote) / (equity - at_corner)
        share, equity = corner, at_corner
    return nan
