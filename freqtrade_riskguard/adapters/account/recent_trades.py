"""The closed trades that a breaker looks at."""

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from freqtrade_riskguard.snapshot import ClosedTrade


class RecentTrades:
    """Those within the lookback, and the newest ones before it: a streak has no lookback.

    Parameters
    ----------
    lookback : timedelta
        How long a trade counts.
    streak : int
        So many stay beyond it.
    per_pair, per_side : bool
        Whether so many stay of each pair, side, or pair and side.
    """

    def __init__(
        self, lookback: timedelta, *, streak: int, per_pair: bool = False, per_side: bool = False
    ) -> None:
        self._lookback = lookback
        self._per_pair, self._per_side = per_pair, per_side
        self._within: deque[ClosedTrade] = deque()
        self._streak = streak
        self._before: defaultdict[tuple[str, int], list[ClosedTrade]] = defaultdict(list)
        self._all: list[ClosedTrade] | None = None

    @property
    def all(self) -> Sequence[ClosedTrade]:
        """Return the trades, oldest first."""
        if self._all is None:
            before = (trade for group in self._before.values() for trade in group)
            self._all = [*sorted(before, key=_close_time), *self._within]
        return self._all

    def add(self, trade: ClosedTrade) -> None:
        """Add a trade that has closed; late ones find their place."""
        is_late = bool(self._within) and trade.close_time < self._within[-1].close_time
        self._within.append(trade)
        if is_late:
            self._within = deque(sorted(self._within, key=_close_time))
        self._all = None

    def drop_old(self, time: datetime) -> None:
        """Let go of what is beyond the lookback, but for the newest."""
        while self._within and self._within[0].close_time < time - self._lookback:
            trade = self._within.popleft()
            key = (trade.pair if self._per_pair else "", trade.side if self._per_side else 0)
            group = self._before[key]
            # One that is booked late may be older than those that are there.
            insort(group, trade, key=_close_time)
            del group[: -self._streak]
            self._all = None


def _close_time(trade: ClosedTrade) -> datetime:
    return trade.close_time
