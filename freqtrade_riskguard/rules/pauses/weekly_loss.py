"""The weekly loss limit: a trigger, not a maximum, and it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import window_end
from freqtrade_riskguard.rules.pauses.period_loss import (
    Period,
    is_within,
    loss_equity_floor,
    loss_lock,
)
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position

_DAY = timedelta(days=1)
_DAYS_PER_WEEK = 7


class WeeklyLossConfig(RuleSection):
    """Pauses entries until Monday 00:00 UTC once the week has lost ``limit``."""

    limit: Ratio = Field(
        default=0.15,
        description="loss since Monday 00:00 UTC / equity at that time; open losses count",
    )
    close_all: bool = Field(
        default=False, description="true: reaching the limit also closes all open positions"
    )


@dataclass(frozen=True, slots=True)
class WeeklyLoss:
    """No entries until Monday 00:00 UTC once the week has lost ``limit_ratio``.

    Open trades remain unless ``close_all`` is set; then all are closed once the equity has reached
    the limit, not only at the next look. An unknown equity pauses entries by the hour.
    """

    name: ClassVar[str] = "weekly_loss"
    is_monotone: ClassVar[bool] = True

    limit_ratio: float
    close_all: bool = False

    def locks(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        positions: Sequence[Position],
    ) -> Sequence[Lock]:
        """Return the lock until the week ends, or nothing."""
        start_quote = account.week_start_equity_quote
        is_reached = self.name in account.floors_reached
        if is_within(account.equity_quote, start_quote, self.limit_ratio) and not is_reached:
            return ()
        today = window_end(account.time, _DAY) - _DAY
        this_week = Period(
            start_equity_quote=start_quote,
            end=today + (_DAYS_PER_WEEK - today.weekday()) * _DAY,
            words="this week",
            end_words="Monday 00:00 UTC",
        )
        lock = loss_lock(
            account, this_week, self.limit_ratio, close_all=self.close_all, is_reached=is_reached
        )
        return () if lock is None else (lock,)

    def equity_floor(self, account: Account) -> float:
        """Return the equity at which the limit is reached; NaN where trades may stay."""
        if not self.close_all:
            return nan
        return loss_equity_floor(account, account.week_start_equity_quote, self.limit_ratio)
