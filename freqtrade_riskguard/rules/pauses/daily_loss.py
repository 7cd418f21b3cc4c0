"""The daily loss limit: a trigger, not a maximum, and it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import window_end
from freqtrade_riskguard.rules.pauses.period_loss import (
    Period,
    is_within,
    loss_exit_price,
    loss_lock,
)
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


class DailyLossConfig(RuleSection):
    """Pauses entries until the UTC day ends, at the top-level ``daily_loss_limit``."""

    close_all: bool = Field(
        default=False, description="true: reaching the limit also closes all open positions"
    )


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """No entries for the rest of the UTC day once it has lost ``limit_ratio``.

    Open trades remain unless ``close_all`` is set; then each is closed at the price at which the
    limit is reached, not only at the next look. An unknown equity pauses entries by the hour.
    """

    name: ClassVar[str] = "daily_loss"

    limit_ratio: float
    close_all: bool = False

    def locks(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        positions: Sequence[Position],
    ) -> Sequence[Lock]:
        """Return the lock until the day ends, or nothing."""
        start_quote = account.day_start_equity_quote
        if is_within(account.equity_quote, start_quote, self.limit_ratio):
            return ()
        today = Period(
            start_equity_quote=start_quote,
            end=window_end(account.time, timedelta(days=1)),
            words="today",
            end_words="00:00 UTC",
        )
        lock = loss_lock(account, today, self.limit_ratio, close_all=self.close_all)
        return () if lock is None else (lock,)

    def exit_price(self, position: Position, account: Account) -> float:
        """Return where the limit is reached before the next look; NaN where trades may stay."""
        if not self.close_all:
            return nan
        start_quote = account.day_start_equity_quote
        return loss_exit_price(position, account, start_quote, self.limit_ratio)
