"""The account's closed trades: the edge, and the losses that a breaker counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.recent_trades import RecentTrades
from freqtrade_riskguard.adapters.account.trades import (
    BOOKED_LATE,
    closed_meanwhile,
    closed_since,
    closing_mark,
    newest_closed,
)
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.evidence.record import EvidenceRecord
from freqtrade_riskguard.evidence.weighting import weighted
from freqtrade_riskguard.risk import NO_EVIDENCE, Edge, EdgeBook
from freqtrade_riskguard.snapshot import NO_HISTORY, ClosedTrade, PairHistory


class TradeHistory:
    """Takes in each closed trade once, whenever it is booked.

    Parameters
    ----------
    settings : RiskGuardConfig
        How long trades count, for Kelly and for the breakers.
    record : EvidenceRecord, optional
        Trades of backtests.
    """

    def __init__(self, settings: RiskGuardConfig, record: EvidenceRecord | None = None) -> None:
        self._settings = kelly = settings.kelly
        self._evidence = NO_EVIDENCE if record is None else weighted(record, kelly)
        self._max_age = timedelta(days=kelly.max_age_days)
        # A ban may be as old as trades count, was judged by trades that were so old then, and began
        # after the ban before it: a restart that reads less could come to another verdict.
        self._kelly_age = max(4 * self._max_age, timedelta(days=kelly.sparse_age_days))
        breaker = settings.circuit_breaker
        hours = breaker.lookback_hours, settings.funding_breaker.lookback_hours
        self._lookback = timedelta(hours=max(hours))
        self._streak = breaker.losing_trades, breaker.per_pair, breaker.per_side
        self._counted: dict[int, datetime] = {}
        self._mark: object = None
        self._since: datetime | None = None
        # The last look's mark, and what has closed since and is not read yet.
        self._looked: object = None
        self._unread: set[int] = set()
        self._empty()

    def _empty(self) -> None:
        """Know of no trade."""
        kelly, (streak, per_pair, per_side) = self._settings, self._streak
        self._edges = EdgeBook(
            max_age_seconds=self._max_age.total_seconds(),
            max_trades=kelly.max_trades,
            min_trades=kelly.min_trades,
            prior_trades=kelly.prior_trades,
            sparse_age_seconds=timedelta(days=kelly.sparse_age_days).total_seconds(),
            evidence=self._evidence,
        )
        self._recent = RecentTrades(
            self._lookback, streak=streak, per_pair=per_pair, per_side=per_side
        )
        self._last: dict[str, tuple[datetime, PairHistory]] = {}

    @property
    def recent(self) -> Sequence[ClosedTrade]:
        """The trades that a breaker may look back at, oldest first."""
        return self._recent.all

    def edge(self, pair: str, time: datetime) -> Edge:
        """Return the edge proven on a pair, or by all where it has too few trades."""
        return self._edges.edge(pair, time.timestamp())

    def history(self, pair: str, time: datetime) -> PairHistory:
        """Return what the bot last did on a pair, within the time that trades count."""
        closed_at, history = self._last.get(pair, (time, NO_HISTORY))
        return history if time - closed_at <= self._max_age else NO_HISTORY

    def update(self, time: datetime) -> list[ClosedTrade]:
        """Learn from the trades that closed before ``time``; return those that are new.

        Called at the start of a loop: a trade that closes within the current candle tells what that
        candle did, and counts from the next one on. At a start those are new that a breaker may
        look back at: of what is older only what Kelly counts is read.
        """
        new: list[ClosedTrade] = []
        mark = closing_mark()
        if mark != self._mark:
            if self._since is None:
                self._since = self._begin(time)
            self._unread |= closed_meanwhile(self._looked, mark)
            self._looked = mark
            since, is_complete = self._since, True
            # Read to the end before any is counted: where the database fails, all are read again.
            for trade in list(closed_since(since, also=self._unread)):
                if trade.close_time >= time:
                    is_complete = False
                elif trade.trade_id not in self._counted:
                    self._take(trade)
                    new.append(trade)
            late = BOOKED_LATE if Trade.use_db else timedelta(0)
            self._since = max(since, max(self._counted.values(), default=since) - late)
            self._counted = {n: when for n, when in self._counted.items() if when >= self._since}
            if is_complete:
                self._unread.clear()
            self._mark = mark if is_complete else None
        self._recent.drop_old(time)
        return new

    def _begin(self, time: datetime) -> datetime:
        """Count what closed before the lookback, as far as anything needs it; return its start."""
        # A start that has failed halfway begins anew: nothing may count twice.
        self._empty()
        start = time - max(self._lookback, BOOKED_LATE) - timedelta(microseconds=1)
        count, per_pair, per_side = self._streak
        for trade in newest_closed(count, until=start, per_pair=per_pair, per_side=per_side):
            self._recent.add(trade)
        self._recent.drop_old(time)
        for trade in closed_since(time - self._kelly_age, until=start):
            self._learn(trade)
        return start

    def _take(self, trade: ClosedTrade) -> None:
        self._counted[trade.trade_id] = trade.close_time
        self._recent.add(trade)
        self._learn(trade)

    def _learn(self, trade: ClosedTrade) -> None:
        self._edges.add(trade.pair, trade.close_time.timestamp(), trade.return_ratio, trade.side)
        known = self._last.get(trade.pair)
        if known is None or trade.close_time >= known[0]:
            history = PairHistory(trade.leverage, trade.profit_quote < 0)
            self._last[trade.pair] = (trade.close_time, history)
