"""Candles of prices that were others than recorded for a while."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from freqtrade_riskguard.replay.matching.price_path import Moments, PricePath

_RECORDED = 1.0


class PriceSteps:
    """What the recorded price of a contract was multiplied by over time; it is added to only."""

    def __init__(self) -> None:
        self._begins_ms: list[int] = []
        self._factors: list[float] = []

    def add(self, now_ms: int, factor: float) -> None:
        """Multiply by another factor from a moment on, which is none before the last one."""
        if self.at(now_ms) == factor:
            return
        if self._begins_ms and self._begins_ms[-1] == now_ms:
            self._factors[-1] = factor
            return
        self._begins_ms.append(now_ms)
        self._factors.append(factor)

    def at(self, time_ms: float) -> float:
        """Return the factor at a moment."""
        place = bisect_right(self._begins_ms, time_ms)
        return self._factors[place - 1] if place else _RECORDED

    def moved(self, begin_ms: int, end_ms: int) -> list[tuple[int, int]]:
        """Return from when to when (not included) prices are not the recorded ones."""
        return [
            (start, stop)
            for start, stop, factor in self.spans(begin_ms, end_ms)
            if factor != _RECORDED
        ]

    def spans(self, begin_ms: int, end_ms: int) -> Iterator[tuple[int, int, float]]:
        """Yield beginnings, ends and factors between two moments, without a hole."""
        turns = [begin for begin in self._begins_ms if begin_ms < begin < end_ms]
        starts = [begin_ms, *turns]
        for start, stop in zip(starts, [*turns, end_ms], strict=True):
            yield start, stop, self.at(start)


@dataclass(frozen=True, slots=True)
class MovedPrices:
    """One price of a contract as it was traded.

    Parameters
    ----------
    path
        As it was recorded.
    steps
        What that was multiplied by.
    decimals
        What prices are rounded to.
    """

    path: PricePath
    steps: PriceSteps
    decimals: int

    def candle(
        self, begin_ms: int, end_ms: int, *, now_ms: int | None = None
    ) -> tuple[float, float, float, float]:
        """Return open, high, low and close of a candle.

        Parameters
        ----------
        begin_ms, end_ms
            Its beginning and its end, which belongs to the next.
        now_ms
            The moment up to which it is told; None where it has ended.
        """
        stop_ms = end_ms if now_ms is None else now_ms
        seen = [
            factor * price
            for start, stop, factor in self.steps.spans(begin_ms, stop_ms)
            for price in self._passed(start, stop)
        ]
        if now_ms is not None:
            seen.append(self.steps.at(now_ms) * float(self.path.prices_at(_moments(now_ms))[0]))
        prices = [round(price, self.decimals) for price in seen]
        return prices[0], max(prices), min(prices), prices[-1]

    def _passed(self, begin_ms: int, end_ms: int) -> list[float]:
        """Return recorded prices at which the extremes between two moments lie, in their order."""
        if end_ms <= begin_ms:
            return []
        turns = np.sort(self.path.corners_ms(begin_ms, end_ms))
        # On both sides of each: there the price may jump.
        within = np.stack([self.path.prices_before(turns), self.path.prices_at(turns)]).T.ravel()
        first = self.path.prices_at(_moments(begin_ms))
        last = self.path.prices_before(_moments(end_ms))
        return [float(price) for price in (*first, *within, *last)]


def _moments(time_ms: int) -> Moments:
    return np.array([time_ms], dtype=np.float64)
