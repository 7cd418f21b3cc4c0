"""What the account's own closed trades teach: the edge, and the losses a breaker counts."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskguard.adapters.trades import (
    closed_since,
    closed_so_far,
    closed_trade,
    return_on_notional,
)
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.risk import Edge, EdgeBook
from freqtrade_riskguard.snapshot import ClosedTrade, PairHistory

NO_HISTORY = PairHistory()
# Live, a trade may be booked some time after its close: when the bot was off, for example.
_BOOKED_LATE = timedelta(days=1)
_A_YEAR = timedelta(days=365)


class Ledger:
    """Takes in each closed trade once, whenever it is booked.

    Parameters
    ----------
    settings : RiskGuardConfig
        How long trades count, for Kelly and for the breakers.
    """

    def __init__(self, settings: RiskGuardConfig) -> None:
        kelly = settings.kelly
        self._max_age = timedelta(days=kelly.max_age_days)
        self._edges = EdgeBook(
            max_age_seconds=self._max_age.total_seconds(),
            max_trades=kelly.max_trades,
            min_trades=kelly.min_trades,
            prior_trades=kelly.prior_trades,
            sparse_age_seconds=timedelta(days=kelly.sparse_age_days).total_seconds(),
        )
        # What a restart reads again.
        self._horizon = max(self._max_age, timedelta(days=kelly.sparse_age_days), _A_YEAR)
        hours = settings.circuit_breaker.lookback_hours, settings.funding_breaker.lookback_hours
        self._keep = timedelta(hours=max(hours))
        self._recent: deque[ClosedTrade] = deque()
        self._losing_trades = settings.circuit_breaker.losing_trades
        # A streak of losers has no lookback: the newest of each pair and side are kept.
        self._older: list[ClosedTrade] = []
        self._counted: dict[int, datetime] = {}
        self._seen_closed: tuple[int, datetime | None] = (0, None)
        self._last: dict[str, tuple[datetime, PairHistory]] = {}

    @property
    def recent(self) -> Sequence[ClosedTrade]:
        """The trades that a breaker may look back at, oldest first."""
        return self._recent if not self._older else [*self._older, *self._recent]

    def edge(self, pair: str, time: datetime) -> Edge:
        """Return the edge proven on a pair, or by all where it has too few trades."""
        return self._edges.edge(pair, time.timestamp())

    def history(self, pair: str, time: datetime) -> PairHistory:
        """Return what the bot last did on a pair, within the time that trades count."""
        closed_at, history = self._last.get(pair, (time, NO_HISTORY))
        return history if time - closed_at <= self._max_age else NO_HISTORY

    def take_in(self, time: datetime) -> list[LocalTrade]:
        """Learn from the trades that closed before ``time``; return those that are new.

        Called at the start of a loop: a trade that closes within the current candle tells what that
        candle did, and counts from the next one on.
        """
        new: list[LocalTrade] = []
        closed = closed_so_far()
        if closed == self._seen_closed:
            self._drop_old(time)
            return new
        newest = max(self._counted.values(), default=None)
        if newest is None:
            since = time - self._horizon
        else:
            since = newest - (_BOOKED_LATE if Trade.use_db else timedelta(0))
            self._counted = {n: when for n, when in self._counted.items() if when >= since}
        later = 0
        for trade in closed_since(since):
            summary = closed_trade(trade)
            later += summary.close_time >= time
            if trade.id in self._counted or summary.close_time >= time:
                continue
            new.append(trade)
            self._counted[trade.id] = summary.close_time
            self._edges.add(
                trade.pair,
                summary.close_time.timestamp(),
                return_on_notional(trade),
                summary.side,
            )
            if self._recent and summary.close_time < self._recent[-1].close_time:
                # Booked late: rules rely on the order of closing.
                kept = sorted([*self._recent, summary], key=lambda closed: closed.close_time)
                self._recent = deque(kept)
            else:
                self._recent.append(summary)
            history = PairHistory(float(trade.leverage or 1.0), summary.profit_quote < 0)
            self._last[trade.pair] = (summary.close_time, history)
        self._drop_old(time)
        self._seen_closed = (closed[0] - later, closed[1])
        return new

    def _drop_old(self, time: datetime) -> None:
        while self._older and self._older[0].close_time < time - self._horizon:
            self._older.pop(0)
        old: list[ClosedTrade] = []
        while self._recent and self._recent[0].close_time < time - self._keep:
            old.append(self._recent.popleft())
        if old:
            self._older = _newest_of_each([*self._older, *old], self._losing_trades)


def _newest_of_each(trades: list[ClosedTrade], count: int) -> list[ClosedTrade]:
    """Return the newest trades of each pair and side, oldest first."""
    found: Counter[tuple[str, int]] = Counter()
    newest_first: list[ClosedTrade] = []
    for trade in sorted(trades, key=lambda trade: trade.close_time, reverse=True):
        found[trade.pair, trade.side] += 1
        if found[trade.pair, trade.side] <= count:
            newest_first.append(trade)
    return newest_first[::-1]
