"""The weekly loss limit: a trigger, not a maximum, and it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses import window_end
from freqtrade_riskguard.rules.period_loss import Period, loss_lock
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position

_DAY = timedelta(days=1)
_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class WeeklyLoss:
    """No entries until Monday 00:00 UTC once the week has lost ``limit_ratio``.

    Open trades remain unless ``close_all`` is set. An unknown equity pauses entries by the hour.
    """

    name: ClassVar[str] = "weekly_loss"

    limit_ratio: float
    close_all: bool = False

    def locks(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        positions: Sequence[Position],
    ) -> Sequence[Lock]:
        """Return the lock until the week ends, or nothing."""
        today = window_end(account.time, _DAY) - _DAY
        this_week = Period(
            start_equity_quote=account.week_start_equity_quote,
            end=today + (_DAYS_PER_WEEK - today.weekday()) * _DAY,
            words="this week",
            end_words="Monday 00:00 UTC",
        )
        lock = loss_lock(account, this_week, self.limit_ratio, close_all=self.close_all)
        return () if lock is None else (lock,)
