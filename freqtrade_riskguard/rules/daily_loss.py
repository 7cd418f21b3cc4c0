"""The daily loss limit: a trigger, not a maximum, and it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.words import percent
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """No entries for the rest of the UTC day once it has lost ``limit_ratio``."""

    name: ClassVar[str] = "daily_loss"

    limit_ratio: float

    def locks(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        positions: Sequence[Position],
    ) -> Sequence[Lock]:
        """Return the lock until the day ends, or nothing."""
        start = account.day_start_equity_quote
        change_ratio = account.equity_quote / start - 1 if start > 0 else -1.0
        if change_ratio > -self.limit_ratio:
            return ()
        midnight = account.time.replace(hour=0, minute=0, second=0, microsecond=0)
        # freqtrade rounds lock ends up by a whole candle, also those on a boundary.
        until = midnight + timedelta(days=1, seconds=-1)
        why = (
            f"Entries paused until 00:00 UTC: {percent(change_ratio)} today "
            f"(limit {percent(self.limit_ratio)}, {account.basis}). "
            f"{account.open_trades} trades REMAIN OPEN. Lift: /unlock"
        )
        return (Lock(until, why),)
