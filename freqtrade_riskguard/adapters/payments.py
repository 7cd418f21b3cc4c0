"""Funding paid within a lookback, by every trade, open or closed."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade


class FundingPayments:
    """Adds up what trades paid, payment by payment.

    A trade's own figure is that of its whole life: held for a month at an ordinary rate it looks
    like a bad day. What a trade had paid before it was first seen (before a restart) counts by the
    share of its life that lies within the lookback.

    Parameters
    ----------
    lookback : timedelta
        How long a payment counts.
    """

    def __init__(self, lookback: timedelta) -> None:
        self._lookback = lookback
        self._seen: dict[int, float] = {}
        self._paid: deque[tuple[datetime, float]] = deque()

    def update(
        self, time: datetime, opened: Iterable[LocalTrade], closed: Iterable[LocalTrade]
    ) -> float:
        """Return the funding paid within the lookback, quote units; never negative.

        Parameters
        ----------
        opened, closed : iterable of LocalTrade
            Those open now, and those that have closed since the last call.
        """
        open_now = list(opened)
        for trade in (*closed, *open_now):
            self._take(trade, time)
        open_ids = {trade.id for trade in open_now}
        self._seen = {number: paid for number, paid in self._seen.items() if number in open_ids}
        while self._paid and self._paid[0][0] <= time - self._lookback:
            self._paid.popleft()
        return sum(paid for _, paid in self._paid)

    def _take(self, trade: LocalTrade, time: datetime) -> None:
        funding = trade.funding_fees or 0.0
        before = self._seen.get(trade.id)
        if before is None:
            age = max(time - trade.open_date_utc, timedelta(seconds=1))
            change = funding * min(1.0, self._lookback / age)
        else:
            change = funding - before
        self._seen[trade.id] = funding
        if change < 0:
            self._paid.append((time, -change))
