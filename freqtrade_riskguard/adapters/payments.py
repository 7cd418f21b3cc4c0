"""Funding paid within a lookback, by every trade, open or closed."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.memory import Memory

_KEY = "payments"


class FundingPayments:
    """Adds up what trades paid, payment by payment.

    A trade's own figure is that of its whole life: held for a month at an ordinary rate it looks
    like a bad day. What a trade had paid before the guard first saw it counts by the share of its
    life that lies within the lookback.

    Parameters
    ----------
    lookback : timedelta
        How long a payment counts.
    memory : Memory
        Where each trade's payments are kept, so that a restart forgets none.
    """

    def __init__(self, lookback: timedelta, memory: Memory) -> None:
        self._lookback = lookback
        self._memory = memory
        self._seen: dict[int, float] = {}
        self._paid: dict[int, list[tuple[float, float]]] = {}
        self._total = 0.0
        self._oldest = inf

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
        over = list(closed)
        changed = [
            trade
            for trade in (*over, *open_now)
            if self._seen.get(trade.id) != (trade.funding_fees or 0.0)
        ]
        for trade in changed:
            self._take(trade, time)
        for trade in over:
            self._seen.pop(trade.id, None)
        oldest = (time - self._lookback).timestamp()
        if changed or self._oldest <= oldest:
            self._add_up(oldest)
        return self._total

    def _add_up(self, oldest: float) -> None:
        """Count the payments after a time, and forget the others."""
        within = {
            number: [payment for payment in payments if payment[0] > oldest]
            for number, payments in self._paid.items()
        }
        self._paid = {number: payments for number, payments in within.items() if payments}
        self._total = sum(paid for payments in self._paid.values() for _, paid in payments)
        self._oldest = min((payments[0][0] for payments in self._paid.values()), default=inf)

    def _take(self, trade: LocalTrade, time: datetime) -> None:
        funding = trade.funding_fees or 0.0
        before = self._seen.get(trade.id)
        if before is None:
            before = self._recall(trade)
        if before is None:
            age = max(time - trade.open_date_utc, timedelta(seconds=1))
            change = funding * min(1.0, self._lookback / age)
        else:
            change = funding - before
        self._seen[trade.id] = funding
        if change < 0:
            self._paid.setdefault(trade.id, []).append((time.timestamp(), -change))
        if change:
            kept = {"seen": funding, "paid": self._paid.get(trade.id, [])}
            self._memory.remember(trade, _KEY, json.dumps(kept))

    def _recall(self, trade: LocalTrade) -> float | None:
        """Return the funding that was last seen of a trade, and take up what it had paid."""
        kept = self._memory.recall(trade, _KEY)
        if not isinstance(kept, str):
            return None
        figures = json.loads(kept)
        paid = [(float(when), float(amount)) for when, amount in figures["paid"]]
        if paid:
            self._paid[trade.id] = paid
        return float(figures["seen"])
