"""The circuit breaker: a pause after losses in a row, or after too much lost at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from freqtrade_riskguard.rules.account_words import open_trades_text
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses import end_text, lock_until
from freqtrade_riskguard.rules.words import percent
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """Pause entries from the newest losing trade on.

    The pause is counted from that trade's close, so the same losers cannot fire it twice and
    a restart comes to the same end.
    """

    name: ClassVar[str] = "circuit_breaker"

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
        if not self._lost_lately(account.time, closed):
            return ()
        since = account.time - self.lookback
        groups: dict[tuple[str, int], list[ClosedTrade]] = {}
        for trade in closed:
            if trade.close_time >= since:
                key = (trade.pair if self.per_pair else "*", trade.side if self.per_side else 0)
                groups.setdefault(key, []).append(trade)
        found = (
            self._lock(account, pair, side, sorted(trades, key=lambda trade: trade.close_time))
            for (pair, side), trades in groups.items()
        )
        return tuple(lock for lock in found if lock is not None)

    def _lost_lately(self, now: datetime, closed: Sequence[ClosedTrade]) -> bool:
        """Whether a trade has lost within the last pause: no pause lasts from any other."""
        since = now - self.pause
        for trade in reversed(closed):
            if trade.close_time <= since:
                break
            if trade.profit_quote < 0:
                return True
        return False

    def _lock(
        self, account: Account, pair: str, side: int, trades: Sequence[ClosedTrade]
    ) -> Lock | None:
        losers = [trade for trade in trades if trade.profit_quote < 0]
        if not losers:
            return None
        end = losers[-1].close_time + self.pause
        if lock_until(end) <= account.time:
            return None
        streak = _streak(reversed(trades))
        lost_quote = -sum(trade.profit_quote for trade in losers)
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
        return Lock(lock_until(end), why, pair, side)


def _streak(newest_first: Iterable[ClosedTrade]) -> int:
    """Return how many of the newest trades lost, without a win between."""
    streak = 0
    for trade in newest_first:
        if trade.profit_quote >= 0:
            break
        streak += 1
    return streak
