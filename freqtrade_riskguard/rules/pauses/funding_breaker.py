"""The funding breaker: a position, or an account, that is bled by funding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Hours, Minutes, Ratio, RuleSection
from freqtrade_riskguard.formatting import exact_money, money, percent
from freqtrade_riskguard.rules.account_messages import open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until, window_end
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


class FundingBreakerConfig(RuleSection):
    """Pauses entries on a pair, or on all, after too much funding was paid."""

    max_drain: Ratio = Field(
        default=0.10, description="funding paid / initial margin that pauses a pair and side"
    )
    max_paid: Ratio = Field(
        default=0.01,
        description="funding paid within the lookback / equity that pauses all pairs",
    )
    lookback_hours: Hours = Field(default=24.0, description="hours of funding that count")
    pause_minutes: Minutes = Field(
        default=480.0,
        description="the day is divided into windows of this length from 00:00 UTC; a pause ends "
        "with its window",
    )


@dataclass(frozen=True, slots=True)
class FundingBreaker:
    """No new entries where funding has already taken too much.

    Per pair and side: funding paid / initial margin above ``max_drain_ratio``, over the life of
    open trades and of those closed within the lookback. For the account: funding paid within the
    lookback above ``max_paid_ratio`` of the equity; with an unknown equity (NaN) or none, anything
    paid. Pauses last until the ``pause``-long window of the day ends (see :func:`window_end`), and
    go on with the next one while the cause does.
    """

    name: ClassVar[str] = "funding_breaker"
    is_monotone: ClassVar[bool] = True

    max_drain_ratio: float
    max_paid_ratio: float
    lookback: timedelta
    pause: timedelta

    def locks(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> Sequence[Lock]:
        """Return a lock per drained pair and side, and one for a drained account."""
        if not self.may_lock(account, closed, positions):
            return ()
        since = account.time - self.lookback
        recent = [trade for trade in closed if trade.close_time >= since]
        end = window_end(account.time, self.pause)
        head, until = f"Entries paused until {end_text(end, account.time)}", lock_until(end)
        paid: dict[tuple[str, int], list[float]] = {}
        for pair, side, funding_quote, margin_quote in (
            *((t.pair, t.side, t.funding_quote, t.margin_quote) for t in recent),
            *((p.market.pair, p.side, p.funding_quote, p.margin_quote) for p in positions),
        ):
            sums = paid.setdefault((pair, side), [0.0, 0.0])
            # Not max(): that hands on a NaN, which would hide what others have paid.
            sums[0] += -funding_quote if funding_quote < 0 else 0.0
            sums[1] += margin_quote
        locks = [
            Lock(until, f"{head}: {self._drained(account, paid_quote / margin_quote)}", pair, side)
            for (pair, side), (paid_quote, margin_quote) in paid.items()
            if margin_quote > 0 and paid_quote / margin_quote > self.max_drain_ratio
        ]
        equity_quote = account.equity_quote if account.equity_quote > 0 else 0.0
        if account.funding_paid_quote > self.max_paid_ratio * equity_quote:
            locks.append(Lock(until, f"{head}: {self._bled(account)}"))
        return tuple(locks)

    def may_lock(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> bool:
        """Whether any single trade, or the account, has paid too much: else no sum has."""
        if not account.funding_paid_quote <= self.max_paid_ratio * account.equity_quote:
            return True
        limit = self.max_drain_ratio
        # A plain loop: this is asked on every candle, and a generator takes twice as long.
        for group in (positions, closed):
            for trade in group:
                if not -trade.funding_quote <= limit * trade.margin_quote:
                    return True
        return False

    def _drained(self, account: Account, drain_ratio: float) -> str:
        return (
            f"funding paid is {percent(drain_ratio)} of the margin "
            f"(limit {percent(self.max_drain_ratio)}, {account.basis}). "
            "Open trades REMAIN OPEN. Lift: /unlock"
        )

    def _bled(self, account: Account) -> str:
        hours = self.lookback.total_seconds() / 3600
        return (
            f"{exact_money(account.funding_paid_quote)} paid in funding within {hours:g} h "
            f"(limit {percent(self.max_paid_ratio)} of {money(account.equity_quote)}, "
            f"{account.basis}). {open_trades_text(account, keep_ratio=1)} Lift: /unlock"
        )
