"""The edge of a stream of closed trades, kept up to date in constant time per trade."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

from freqtrade_riskguard.risk.edge import Edge

NINETY_DAYS_SECONDS = 90.0 * 86_400.0
_SCALE_BITS = 1074  # every double is a whole multiple of 2**-1074


def _exact(number: float) -> int:
    numerator, denominator = number.as_integer_ratio()
    return numerator * ((1 << _SCALE_BITS) // denominator)


class EdgeEstimator:
    """The edge over the latest trades, up to any moment.

    Sums are whole numbers of the smallest double, so that adding and taking away never drifts: the
    answer is the one that a fresh estimator would give. Trades may be added out of order and
    moments asked about in any order; forward in time both cost constant amortised time. Every trade
    is kept (about 100 bytes), so that going back in time is answered too.

    Parameters
    ----------
    max_age_seconds : float, default 90 days
        A trade that closed longer before the moment is no longer counted.
    max_trades : int, default 200
        Of those left, the newest so many count.
    min_trades, prior_trades, confidence
        Handed to :class:`Edge`.

    Raises
    ------
    ValueError
        For a window that holds nothing.
    """

    __slots__ = (
        "_confidence",
        "_end",
        "_loss_sum",
        "_max_age_seconds",
        "_max_trades",
        "_min_trades",
        "_prior_trades",
        "_returns",
        "_start",
        "_times",
        "_win_sum",
        "_wins",
    )

    def __init__(
        self,
        max_age_seconds: float = NINETY_DAYS_SECONDS,
        max_trades: int = 200,
        min_trades: int = 30,
        *,
        prior_trades: float = 20.0,
        confidence: float = 0.90,
    ) -> None:
        """Begin without trades."""
        if not (max_age_seconds > 0.0 and max_trades >= 1):
            raise ValueError(f"the window is empty: {max_age_seconds} seconds, {max_trades} trades")
        self._max_age_seconds = max_age_seconds
        self._max_trades = max_trades
        self._min_trades = min_trades
        self._prior_trades = prior_trades
        self._confidence = confidence
        self._times: list[float] = []
        self._returns: list[float] = []
        self._start = self._end = 0  # the window is [start, end) of the two lists
        self._wins = self._win_sum = self._loss_sum = 0

    def __len__(self) -> int:
        """Trades added so far, counted now or not."""
        return len(self._times)

    def add(self, close_time: float, return_ratio: float) -> None:
        """Add one closed trade.

        Parameters
        ----------
        close_time : float
            Epoch seconds.
        return_ratio : float
            Profit with all costs as a fraction of the notional; above 0 is a win, else a loss.

        Raises
        ------
        ValueError
            When either is NaN or infinite.
        """
        if not (math.isfinite(close_time) and math.isfinite(return_ratio)):
            raise ValueError(
                f"a closed trade needs finite numbers, got {return_ratio!r} at {close_time!r}"
            )
        place = bisect_right(self._times, close_time)
        self._times.insert(place, close_time)
        self._returns.insert(place, return_ratio)
        # Keep the window on the trades that it had; `edge` moves it to where it belongs.
        if place < self._end:
            self._end += 1
            if place < self._start:
                self._start += 1
            else:
                self._count(return_ratio, 1)

    def edge(self, now: float) -> Edge:
        """Give the edge as it was known at a moment.

        Parameters
        ----------
        now : float
            Epoch seconds. Trades that close later are not counted.

        Returns
        -------
        Edge

        Raises
        ------
        ValueError
            For NaN.
        """
        if math.isnan(now):
            raise ValueError("`now` must be a time, got NaN")
        end = bisect_right(self._times, now)
        start = max(bisect_left(self._times, now - self._max_age_seconds), end - self._max_trades)
        self._move_to(min(start, end), end)
        losses = end - self._start - self._wins
        return Edge(
            trades=end - self._start,
            wins=self._wins,
            mean_win=_mean(self._win_sum, self._wins),
            mean_loss=_mean(self._loss_sum, losses),
            min_trades=self._min_trades,
            prior_trades=self._prior_trades,
            confidence=self._confidence,
        )

    def _move_to(self, start: int, end: int) -> None:
        if start >= self._end or end <= self._start:  # nothing in common: begin again
            self._wins = self._win_sum = self._loss_sum = 0
            self._start = self._end = start
        for place in range(self._end, end):
            self._count(self._returns[place], 1)
        for place in range(end, self._end):
            self._count(self._returns[place], -1)
        for place in range(start, self._start):
            self._count(self._returns[place], 1)
        for place in range(self._start, start):
            self._count(self._returns[place], -1)
        self._start, self._end = start, end

    def _count(self, return_ratio: float, times: int) -> None:
        if return_ratio > 0.0:
            self._wins += times
            self._win_sum += times * _exact(return_ratio)
        else:
            self._loss_sum -= times * _exact(return_ratio)


def _mean(exact_sum: int, count: int) -> float:
    # Python divides whole numbers with one rounding, so this is the mean's nearest double.
    return exact_sum / (count << _SCALE_BITS) if count else 0.0
