"""The price of a contract over time as straight lines, to be searched for crossings.

The lines are those of the replay's candles (see `open_candle`): ten seconds at the open, then three
of equal duration over the extremes to the close.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from freqtrade_riskguard.replay.candles import Candles, Floats
from freqtrade_riskguard.replay.open_candle import LEGS, QUIET_MS

Moments = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a price first reaches a level.

    Parameters
    ----------
    time_ms
        When, milliseconds since 1970 UTC, with fractions.
    price
        The level, or the price behind it where it was reached by a jump, quote units.
    falling
        Whether the lower level was reached.
    jumped
        Whether the level was passed without standing at it, or had been passed before.
    line_end_ms, line_end_price
        Where the line that reached it ends.
    """

    time_ms: float
    price: float
    falling: bool
    jumped: bool
    line_end_ms: float
    line_end_price: float


@dataclass(frozen=True, kw_only=True, eq=False)
class PricePath:
    """Straight lines in the order of time; between the end of one and the next the price stands.

    Parameters
    ----------
    begins_ms, ends_ms
        Of each line, milliseconds since 1970 UTC, with fractions; lines do not overlap.
    begin_prices, end_prices
        Quote units. Where the next line begins elsewhere than the last ended, the price jumps.
    """

    begins_ms: Moments
    ends_ms: Moments
    begin_prices: Floats
    end_prices: Floats
    _lows: Floats = field(init=False, repr=False)
    _highs: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the extremes of each line for quick searches."""
        object.__setattr__(self, "_lows", np.minimum(self.begin_prices, self.end_prices))
        object.__setattr__(self, "_highs", np.maximum(self.begin_prices, self.end_prices))

    @classmethod
    def of_candles(cls, candles: Candles) -> "PricePath":
        """Return the path through candles of one interval."""
        opens_ms = candles.opens_ms.astype(np.float64)
        moving_ms = opens_ms + QUIET_MS
        leg_ms = (candles.ends_ms - moving_ms) / LEGS
        times = np.stack(
            [opens_ms, *(moving_ms + leg_ms * leg for leg in range(LEGS)), candles.ends_ms]
        )
        rises = candles.close >= candles.open
        first = np.where(rises, candles.low, candles.high)
        second = np.where(rises, candles.high, candles.low)
        prices = np.stack([candles.open, candles.open, first, second, candles.close])
        return cls(
            begins_ms=times[:-1].T.ravel(),
            ends_ms=times[1:].T.ravel(),
            begin_prices=prices[:-1].T.ravel(),
            end_prices=prices[1:].T.ravel(),
        )

    @classmethod
    def of_series(cls, shortest_first: Iterable[Candles]) -> "PricePath":
        """Return the path through candles of several intervals: at each moment the shortest."""
        paths = [cls.of_candles(candles) for candles in shortest_first if len(candles)]
        return reduce(PricePath.filled_from, paths) if paths else _NO_PATH

    def price_at(self, time_ms: float) -> float | None:
        """Return the price at a moment, quote units; None before the first line.

        Where the price jumps, the price behind the jump.
        """
        line = int(self.begins_ms.searchsorted(time_ms, side="right")) - 1
        return self._on_line(line, time_ms) if line >= 0 else None

    def prices_at(self, times_ms: Moments) -> Floats:
        """Return the prices at moments; NaN before the first line."""
        return self._on_lines(self.begins_ms.searchsorted(times_ms, side="right") - 1, times_ms)

    def prices_before(self, times_ms: Moments) -> Floats:
        """Return the prices right before moments, where jumps at them have not yet happened."""
        return self._on_lines(self.begins_ms.searchsorted(times_ms, side="left") - 1, times_ms)

    def corners_ms(self, after_ms: float, until_ms: float) -> Moments:
        """Return the moments between two at which a line begins or ends."""
        first = int(self.ends_ms.searchsorted(after_ms, side="right"))
        stop = int(self.begins_ms.searchsorted(until_ms, side="left"))
        corners = np.concatenate([self.begins_ms[first:stop], self.ends_ms[first:stop]])
        return corners[(corners > after_ms) & (corners < until_ms)]

    def first_crossing(
        self,
        after_ms: float,
        until_ms: float,
        *,
        below: float = -math.inf,
        above: float = math.inf,
    ) -> Crossing | None:
        """Find where the price first is at or beyond one of two levels.

        Parameters
        ----------
        after_ms, until_ms
            From when to when, both included, milliseconds since 1970 UTC.
        below
            Reached by a price that is not higher, quote units.
        above
            Reached by a price that is not lower, quote units.

        Returns
        -------
        Crossing or None
            At `after_ms` itself where a level is behind the price already.
        """
        line = int(self.begins_ms.searchsorted(after_ms, side="right")) - 1
        if line >= 0:
            price = self._on_line(line, after_ms)
            if price <= below or price >= above:
                return self._crossing(line, after_ms, price, below, jumped=True)
            # The line may have left a level behind: only what is ahead on it counts.
            end_price = float(self.end_prices[line])
            if after_ms < self.ends_ms[line] and (end_price <= below or end_price >= above):
                return self._reached(line, until_ms, below, above)
        first = line + 1
        stop = int(self.begins_ms.searchsorted(until_ms, side="right"))
        hits = (self._lows[first:stop] <= below) | (self._highs[first:stop] >= above)
        offset = int(hits.argmax()) if hits.size else 0
        if not hits.size or not hits[offset]:
            return None
        line = first + offset
        price = float(self.begin_prices[line])
        if price <= below or price >= above:
            return self._crossing(line, float(self.begins_ms[line]), price, below, jumped=True)
        return self._reached(line, until_ms, below, above)

    def _reached(self, line: int, until_ms: float, below: float, above: float) -> Crossing | None:
        begin, end = float(self.begin_prices[line]), float(self.end_prices[line])
        level = below if end <= below else above
        begin_ms, end_ms = float(self.begins_ms[line]), float(self.ends_ms[line])
        time_ms = begin_ms + (end_ms - begin_ms) * (level - begin) / (end - begin)
        if time_ms > until_ms:
            return None
        return self._crossing(line, time_ms, level, below, jumped=False)

    def _crossing(
        self, line: int, time_ms: float, price: float, below: float, *, jumped: bool
    ) -> Crossing:
        return Crossing(
            time_ms=time_ms,
            price=price,
            falling=price <= below,
            jumped=jumped,
            line_end_ms=max(time_ms, float(self.ends_ms[line])),
            line_end_price=float(self.end_prices[line]),
        )

    def _on_line(self, line: int, time_ms: float) -> float:
        begin_ms, end_ms = float(self.begins_ms[line]), float(self.ends_ms[line])
        begin, end = float(self.begin_prices[line]), float(self.end_prices[line])
        if time_ms >= end_ms:
            return end
        return begin + (end - begin) * (time_ms - begin_ms) / (end_ms - begin_ms)

    def _on_lines(self, lines: NDArray[np.intp], times_ms: Moments) -> Floats:
        if not self.begins_ms.size:
            return np.full(times_ms.shape, np.nan)
        found = np.maximum(lines, 0)
        begins_ms, ends_ms = self.begins_ms[found], self.ends_ms[found]
        share = np.minimum((times_ms - begins_ms) / (ends_ms - begins_ms), 1.0)
        begins, ends = self.begin_prices[found], self.end_prices[found]
        # The end itself, not what rounding makes of it.
        prices = np.where(share < 1.0, begins + (ends - begins) * share, ends)
        return np.where(lines >= 0, prices, np.nan)

    def filled_from(self, coarser: "PricePath") -> "PricePath":
        """Return this path with its holes, and what is before and after it, from another."""
        holes = np.flatnonzero(self.begins_ms[1:] > self.ends_ms[:-1])
        hole_begins = np.array([-np.inf, *self.ends_ms[holes], self.ends_ms[-1]])
        hole_ends = np.array([self.begins_ms[0], *self.begins_ms[holes + 1], np.inf])
        parts = [self, *map(coarser.cut, hole_begins, hole_ends)]
        columns = ("begins_ms", "ends_ms", "begin_prices", "end_prices")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
        order = np.argsort(joined["begins_ms"], kind="stable")
        return PricePath(**{name: column[order] for name, column in joined.items()})

    def cut(self, begin_ms: float, end_ms: float) -> "PricePath":
        """Return the part of the path between two moments, milliseconds since 1970 UTC."""
        first = int(self.ends_ms.searchsorted(begin_ms, side="right"))
        stop = int(self.begins_ms.searchsorted(end_ms, side="left"))
        begins_ms = np.maximum(self.begins_ms[first:stop], begin_ms)
        ends_ms = np.minimum(self.ends_ms[first:stop], end_ms)
        lines = np.arange(first, max(first, stop))
        return PricePath(
            begins_ms=begins_ms,
            ends_ms=ends_ms,
            begin_prices=self._on_lines(lines, begins_ms),
            end_prices=self._on_lines(lines, ends_ms),
        )


_NO_PATH = PricePath(
    begins_ms=np.empty(0), ends_ms=np.empty(0), begin_prices=np.empty(0), end_prices=np.empty(0)
)
