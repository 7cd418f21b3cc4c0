"""The funding breaker: a position, or an account, that is bled by funding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.words import percent
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


@dataclass(frozen=True, slots=True)
class FundingBreaker:
    """No new entries where funding has already taken too much.

    Per pair and side: funding paid / initial margin above ``max_drain_ratio``, over the life of
    open trades and of those closed within the lookback. For the account: funding paid within the
    lookback above ``max_paid_ratio`` of the equity.
    """

    name: ClassVar[str] = "funding_breaker"

    max_drain_ratio: float
    max_paid_ratio: float
    lookback: timedelta
    pause: timedelta

    def locks(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> Sequence[Lock]:
        """Return a lock per drained pair and side, and one for a drained account."""
        since = account.time - self.lookback
        recent = [trade for trade in closed if trade.close_time >= since]
        until = account.time + self.pause - timedelta(seconds=1)
        paid: dict[tuple[str, int], list[float]] = {}
        for pair, side, funding_quote, margin_quote in (
            *((t.pair, t.side, t.funding_quote, t.margin_quote) for t in recent),
            *((p.market.pair, p.side, p.funding_quote, p.margin_quote) for p in positions),
        ):
            sums = paid.setdefault((pair, side), [0.0, 0.0])
            sums[0] += max(-funding_quote, 0.0)
            sums[1] += margin_quote
        locks = [
            Lock(until, self._drained(account, paid_quote / margin_quote), pair, side)
            for (pair, side), (paid_quote, margin_quote) in paid.items()
            if margin_quote > 0 and paid_quote / margin_quote > self.max_drain_ratio
        ]
        if account.funding_paid_quote > self.max_paid_ratio * max(account.equity_quote, 0.0):
            locks.append(Lock(until, self._bled(account)))
        return tuple(locks)

    def _drained(self, account: Account, drain_ratio: float) -> str:
        return (
            f"Entries paused {self._pause_text()}: funding paid is {percent(drain_ratio)} of the "
            f"margin (limit {percent(self.max_drain_ratio)}, {account.basis}). "
            "Open trades REMAIN OPEN. Lift: /unlock"
        )

    def _bled(self, account: Account) -> str:
        paid = f"{account.funding_paid_quote:.2f} paid in funding"
        hours = self.lookback.total_seconds() / 3600
        return (
            f"Entries paused {self._pause_text()}: {paid} within {hours:g} h, limit "
            f"{percent(self.max_paid_ratio)} of {account.equity_quote:.2f} ({account.basis}). "
            f"{account.open_trades} trades REMAIN OPEN. Lift: /unlock"
        )

    def _pause_text(self) -> str:
        return f"for {self.pause.total_seconds() / 3600:g} h"
