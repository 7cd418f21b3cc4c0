"""Funding paid within a lookback, by every trade, open or closed."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.snapshot import ClosedTrade

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
    memory : StateStore
        Where each trade's payments are kept, so that a restart forgets none.
    """

    def __init__(self, lookback: timedelta, memory: StateStore) -> None:
        self._lookback = lookback
        self._memory = memory
        self._seen: dict[int, float] = {}
        self._paid: dict[int, list[tuple[float, float]]] = {}
        self._total = 0.0
        self._oldest = inf

    def update(
        self, time: datetime, opened: Iterable[LocalTrade], closed: Iterable[ClosedTrade]
    ) -> float:
        """Return the funding paid within the lookback, quote units; never negative.

        Parameters
        ----------
        opened : iterable of LocalTrade
            Those open now.
        closed : iterable of ClosedTrade
            Those that have closed since the last call.
        """
        changed = [
            trade for trade in opened if self._seen.get(trade.id) != (trade.funding_fees or 0.0)
        ]
        for trade in changed:
            self._take(trade, time)
        over = list(closed)
        if over:
            self._take_closed(over, time)
        oldest = (time - self._lookback).timestamp()
        if changed or over or self._oldest <= oldest:
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
            self._memory.set_for_trade(trade, _KEY, json.dumps(kept))

    def _take_closed(self, trades: Iterable[ClosedTrade], time: datetime) -> None:
        """Count the last payments of trades, at their close: so a restart comes to the same."""
        unseen = [trade.trade_id for trade in trades if trade.trade_id not in self._seen]
        for number, kept in self._memory.get_for_closed(unseen, _KEY).items():
            self._seen[number] = self._read(number, kept)
        for trade in trades:
            before = self._seen.pop(trade.trade_id, None)
            if before is None:
                paid_quote = paid_within(trade, time - self._lookback)
            else:
                paid_quote = before - trade.funding_quote
            if paid_quote > 0:
                payments = self._paid.setdefault(trade.trade_id, [])
                payments.append((trade.close_time.timestamp(), paid_quote))
                payments.sort()

    def _recall(self, trade: LocalTrade) -> float | None:
        """Return the funding that was last seen of a trade, and take up what it had paid."""
        kept = self._memory.get_for_trade(trade, _KEY)
        return self._read(trade.id, kept) if isinstance(kept, str) else None

    def _read(self, number: int, kept: str) -> float:
        figures = json.loads(kept)
        paid = [(float(when), float(amount)) for when, amount in figures["paid"]]
        if paid:
            self._paid[number] = paid
        return float(figures["seen"])


def paid_within(trade: ClosedTrade, since: datetime) -> float:
    """Return what a closed trade paid in funding, by the share of its life after ``since``."""
    opened = trade.close_time if trade.open_time is None else trade.open_time
    life = max(trade.close_time - opened, timedelta(seconds=1))
    share: float = min(max((trade.close_time - since) / life, 0.0), 1.0)
    return max(-trade.funding_quote, 0.0) * share
