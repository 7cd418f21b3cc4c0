"""Sums over a stretch of a list of trades, moved along it in constant time per trade."""

from __future__ import annotations

from collections.abc import Sequence

from freqtrade_riskguard.risk.clustering import effective_trades

DAY_SECONDS = 86_400.0
_SCALE_BITS = 1074  # every double is a whole multiple of 2**-1074

Row = tuple[float, float, int]
"""Close time in epoch seconds, return, and side."""


def _exact(number: float) -> int:
    numerator, denominator = number.as_integer_ratio()
    return numerator * ((1 << _SCALE_BITS) // denominator)


def _nearest(exact_sum: int, count: int = 1) -> float:
    # Python divides whole numbers with one rounding, so this is the mean's nearest double.
    return exact_sum / (count << _SCALE_BITS) if count else 0.0


class EdgeWindow:
    """The trades from ``start`` up to, but without, ``end``: how many won, and how much.

    Sums are whole numbers of the smallest double, so that adding and taking away never drifts.

    Attributes
    ----------
    start, end : int
        Places in the list of trades.
    wins : int
        Trades above 0.
    """

    __slots__ = ("_clusters", "_loss_sum", "_win_sum", "end", "start", "wins")

    def __init__(self) -> None:
        """Begin with nothing, at the list's beginning."""
        self.start = self.end = 0
        self._clear()

    def _clear(self) -> None:
        self.wins = self._win_sum = self._loss_sum = 0
        # By day and side: trades, wins and the exact sum of the returns.
        self._clusters: dict[tuple[int, int], tuple[int, int, int]] = {}

    @property
    def trades(self) -> int:
        """Trades within."""
        return self.end - self.start

    @property
    def mean_win(self) -> float:
        """Mean of the wins; 0.0 without."""
        return _nearest(self._win_sum, self.wins)

    @property
    def mean_loss(self) -> float:
        """Mean size of the losses; 0.0 without."""
        return _nearest(self._loss_sum, self.trades - self.wins)

    @property
    def effective_trades(self) -> float:
        """How many independent trades these are worth."""
        return effective_trades((trades, wins) for trades, wins, _ in self._clusters.values())

    @property
    def days(self) -> int:
        """Days on which trades closed."""
        return len({day for day, _ in self._clusters})

    @property
    def day_sums(self) -> tuple[float, ...]:
        """The sum of the returns of each day, in the order of days."""
        sums: dict[int, int] = {}
        for (day, _), (_, _, exact_sum) in self._clusters.items():
            sums[day] = sums.get(day, 0) + exact_sum
        return tuple(_nearest(sums[day]) for day in sorted(sums))

    def move_to(self, rows: Sequence[Row], start: int, end: int) -> None:
        """Move to another stretch of the list; constant time per trade that comes or goes."""
        if start >= self.end or end <= self.start:  # nothing in common: begin again
            self._clear()
            self.start = self.end = start
        for place in range(self.end, end):
            self._count(rows[place], 1)
        for place in range(end, self.end):
            self._count(rows[place], -1)
        for place in range(start, self.start):
            self._count(rows[place], 1)
        for place in range(self.start, start):
            self._count(rows[place], -1)
        self.start, self.end = start, end

    def insert(self, place: int, row: Row) -> None:
        """Take note that a trade was put into the list; the window keeps the trades that it had."""
        if place >= self.end:
            return
        self.end += 1
        if place < self.start:
            self.start += 1
        else:
            self._count(row, 1)

    def _count(self, row: Row, times: int) -> None:
        close_time, return_ratio, side = row
        exact, won = _exact(return_ratio), return_ratio > 0.0
        if won:
            self.wins += times
            self._win_sum += times * exact
        else:
            self._loss_sum -= times * exact
        key = (int(close_time // DAY_SECONDS), side)
        trades, wins, exact_sum = self._clusters.get(key, (0, 0, 0))
        if trades + times == 0:
            del self._clusters[key]
            return
        self._clusters[key] = (trades + times, wins + times * won, exact_sum + times * exact)
