"""The circuit breaker: a pause after losses in a row, or after too much lost at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Count, Hours, Minutes, Ratio, RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.rules.account_messages import open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position

_CANDLES = 2


class CircuitBreakerConfig(RuleSection):
    """Pauses entries after losses in a row, or after too much lost within the lookback."""

    losing_trades: Count = Field(
        default=3,
        description="losing trades in a row that pause entries, however far apart they closed",
    )
    max_loss: Ratio = Field(
        default=0.02,
        description="sum of losses within the lookback / equity that pauses entries; wins do not "
        "offset it",
    )
    lookback_hours: Hours = Field(
        default=24.0, description="hours of closed trades that count for `max_loss`"
    )
    pause_minutes: Minutes = Field(
        default=60.0,
        description="minutes without entries, from the close of the newest loss; never shorter "
        "than two candles of the strategy",
    )
    per_pair: bool = Field(
        default=False, description="true: counts and pauses each pair separately"
    )
    per_side: bool = Field(
        default=False, description="true: counts and pauses longs and shorts separately"
    )


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """Pause entries from the newest losing trade on.

    The pause is counted from that trade's close, so the same losers cannot fire it twice and
    a restart comes to the same end. It lasts for two candles of the strategy at least: shorter, it
    would be over before the strategy is asked again.

    Attributes
    ----------
    losing_trades : int
        So many losers in a row pause entries, however far apart.
    max_loss_ratio : float
        Losses within ``lookback`` over equity; wins do not offset them.
    """

    name: ClassVar[str] = "circuit_breaker"
    is_monotone: ClassVar[bool] = True

    losing_trades: int
    max_loss_ratio: float
    lookback: timedelta
    pause: timedelta
    per_pair: bool = False
    per_side: bool = False

    def locks(
        self,
        account: Account,
        closed: Sequence[ClosedTrade],
        positions: Sequence[Position],
    ) -> Sequence[Lock]:
        """Return a lock per group of trades (all, a pair, a side) that tripped."""
        pause = max(self.pause, _CANDLES * account.candle)
        if not _lost_lately(account.time - pause, closed):
            return ()
        found = (
            self._lock(account, pause, group, sorted(trades, key=lambda trade: trade.close_time))
            for group, trades in self.groups(closed).items()
        )
        return tuple(lock for lock in found if lock is not None)

    def groups(self, closed: Sequence[ClosedTrade]) -> dict[tuple[str, int], list[ClosedTrade]]:
        """Return the trades that count together: by pair (``"*"``: all) and side (0: both)."""
        groups: dict[tuple[str, int], list[ClosedTrade]] = {}
        for trade in closed:
            key = (trade.pair if self.per_pair else "*", trade.side if self.per_side else 0)
            groups.setdefault(key, []).append(trade)
        return groups

    def _lock(
        self,
        account: Account,
        pause: timedelta,
        group: tuple[str, int],
        trades: Sequence[ClosedTrade],
    ) -> Lock | None:
        losers = [trade for trade in trades if trade.profit_quote < 0]
        if not losers:
            return None
        end = losers[-1].close_time + pause
        if lock_until(end) <= account.time:
            return None
        streak = _streak(reversed(trades))
        since = account.time - self.lookback
        lost_quote = -sum(trade.profit_quote for trade in losers if trade.close_time >= since)
        lost_ratio = lost_quote / account.equity_quote if account.equity_quote > 0 else 1.0
        if streak >= self.losing_trades:
            cause = f"{streak} losing trades in a row (limit {self.losing_trades}, closed trades)"
        elif lost_ratio > self.max_loss_ratio:
            hours = self.lookback.total_seconds() / 3600
            cause = (
                f"lost {percent(lost_ratio)} within {hours:g} h "
                f"(limit {percent(self.max_loss_ratio)}, closed trades)"
            )
        else:
            return None
        why = (
            f"Entries paused until {end_text(end, account.time)}: {cause}. "
            f"{open_trades_text(account, keep_ratio=1)} Lift: /unlock"
        )
        pair, side = group
        return Lock(lock_until(end), why, pair, side)


def _lost_lately(since: datetime, closed: Sequence[ClosedTrade]) -> bool:
    """Whether a trade has lost within the last pause: no pause lasts from any other."""
    for trade in reversed(closed):
        if trade.close_time <= since:
            break
        if trade.profit_quote < 0:
            return True
    return False


def _streak(newest_first: Iterable[ClosedTrade]) -> int:
    """Return how many of the newest trades lost, without a win between."""
    streak = 0
    for trade in newest_first:
        if trade.profit_quote >= 0:
            break
        streak += 1
    return streak
