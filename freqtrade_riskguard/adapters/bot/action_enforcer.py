"""Puts into force what the rules require: locks, cuts, closes, ladders' levels and halts."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import cancellation, waiting_orders
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.bot.reductions import Reductions
from freqtrade_riskguard.adapters.persistence.ladder_state import LadderState
from freqtrade_riskguard.adapters.persistence.pair_locks import (
    PairLockWriter,
    is_locked_until,
    lock_key,
)
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.engine.account_monitor import AccountMonitor
from freqtrade_riskguard.engine.guard import EntryPause
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.required_actions import ACCOUNT, NewLevel, RequiredActions
from freqtrade_riskguard.rules import Lock
from freqtrade_riskguard.snapshot import Account

logger = logging.getLogger(__name__)

_HALT_UNTIL, _HALT_RULE = "halt_until", "halt_rule"


class ActionEnforcer:
    """Orders what the rules require, then writes it, so that a restart finds it again.

    Parameters
    ----------
    monitor : AccountMonitor
        Who requires it, and records it.
    levels : LadderState
        Where the rules' ladders stand.
    entries : EntryTracker
        Knows which pairs are out of reach, until a halt ends.
    journal : Journal
        Where orders that a lock would cancel are recorded.
    memory : StateStore
        What a restart finds again.

    Attributes
    ----------
    reductions : Reductions
        Cuts and closes under way.
    """

    def __init__(
        self,
        monitor: AccountMonitor,
        levels: LadderState,
        entries: EntryTracker,
        journal: Journal,
        memory: StateStore,
    ) -> None:
        self.reductions = Reductions(memory, monitor.order_status)
        self._monitor, self._levels, self._entries = monitor, levels, entries
        self._journal, self._memory = journal, memory
        self._locks = PairLockWriter(memory)
        self._pending_locks: list[Lock] = []
        self._unkept_levels: list[NewLevel] = []

    @property
    def is_done(self) -> bool:
        """Whether nothing is to be cut, closed, locked or written any more."""
        is_writing = self._pending_locks or self._unkept_levels or self.reductions.has_unkept
        return not (is_writing or self.reductions)

    def enforce(
        self, found: RequiredActions, account: Account, open_now: Sequence[LocalTrade]
    ) -> None:
        """Order what was found, at once and whatever the database does; then write it."""
        is_writing = self._pending_locks or self._unkept_levels or self.reductions.has_unkept
        # Nearly always there is nothing to order, and nothing that is still to be written.
        if not (found.reductions or found.locks or found.levels or is_writing):
            self._monitor.confirm(found)
            self._memory.flush()
            return
        trades = {trade.id: trade for trade in open_now}
        for reduction in found.reductions:
            self.reductions.order(trades[reduction.trade_id], reduction.keep_ratio, reduction.rule)
        for lock in found.locks:
            if lock.until > account.time and self._locks.is_news(lock, account.time):
                self._take_up(lock, trades.values())
        for new in found.levels:
            self._levels.assume(new.rule, new.trade_id, new.level, enforced=new.enforced)
            if new.enforced:
                about = open_now if new.trade_id == ACCOUNT else [trades[new.trade_id]]
                self.reductions.drop_suspended(new.rule, about)
        self._unkept_levels += found.levels
        self._monitor.confirm(found)
        # A single failure must not outlive the loop: what is ordered may be sold in it.
        if not self._write(account, trades):
            self._write(account, trades)
        self._memory.flush()

    def _take_up(self, lock: Lock, trades: Iterable[LocalTrade]) -> None:
        """Order what a new lock closes, and have it wait until it is put into force."""
        if lock.enforced and lock.close_all:
            # Also entries that still wait: those are closed when they are filled.
            for trade in trades:
                self.reductions.order(trade, 0.0, lock.rule)
        waiting = [other for other in self._pending_locks if lock_key(other) != lock_key(lock)]
        self._pending_locks = [*waiting, lock]

    def _write(self, account: Account, trades: dict[int, LocalTrade]) -> bool:
        """Write what is decided; ladders last, so that a death repeats the step.

        Returns
        -------
        bool
            False where the database refuses a lock: then its ladder is not written either.
        """
        while self._pending_locks:
            apply = partial(self._apply_lock, self._pending_locks[0], account, trades)
            if not self._memory.attempt(apply):
                return False
            self._pending_locks.pop(0)
        self.reductions.keep(trades.values())
        for new in self._unkept_levels:
            if new.trade_id in (ACCOUNT, *trades):
                self._levels.set(new.rule, new.trade_id, new.level, enforced=new.enforced)
        self._unkept_levels = []
        return True

    def _apply_lock(self, lock: Lock, account: Account, trades: dict[int, LocalTrade]) -> None:
        """Put a lock into force: first itself, then what belongs to it, then that it was given."""
        if lock.until <= account.time or not self._locks.is_news(lock, account.time):
            return
        reason = self._locks.apply(lock, account.time, partial(self._keep_with, lock, trades))
        if reason:
            self._monitor.note_lock(replace(lock, why=reason), account.time)
            if not lock.enforced:
                self._note_waiting(lock, trades.values(), account.time)
        if lock.enforced and lock.close_all:
            for position in account.positions:
                self._monitor.note_closed(position, lock, account.time)
        if self._entries.is_live and reason:
            observed = "" if lock.enforced else f"{lock.rule} only observes, nothing is locked: "
            about = "" if lock.pair == "*" else f"{lock.pair}: "
            logger.warning("RiskGuard: %s%s%s", observed, about, reason)

    def pending_lock(self, pair: str, side: int) -> Lock | None:
        """Return a lock on a pair and side that the database has not taken yet; None for none."""
        for lock in self._pending_locks:
            if lock.enforced and lock.pair in ("*", pair) and lock.side in (0, side):
                return lock
        return None

    def _note_waiting(self, lock: Lock, trades: Iterable[LocalTrade], time: datetime) -> None:
        """Note the entry orders that a lock would cancel, were it put into force."""
        pause = EntryPause(lock.rule, enforced=False, why=lock.why)
        for trade in trades:
            if lock.pair in ("*", trade.pair) and lock.side in (0, trade_side(trade)):
                for order in waiting_orders(trade):
                    self._journal.record(cancellation(trade, order, pause, time), order.order_id)

    def _keep_with(self, lock: Lock, trades: dict[int, LocalTrade], until: datetime) -> None:
        """Keep what a lock brings with it: a halt to be lifted, and positions to be closed."""
        if lock.enforced and lock.halts:
            # The time last: it says that there is a halt to be lifted.
            self._memory.set(_HALT_RULE, lock.rule)
            self._memory.set(_HALT_UNTIL, until.timestamp())
        self.reductions.keep(trades.values())

    def has_halt_ended(self, time: datetime) -> bool:
        """Whether a person has lifted the halt since the last loop, or its time is over."""
        if any(lock.halts for lock in self._pending_locks):
            return False
        until = number(self._memory.get(_HALT_UNTIL))
        return bool(until) and not is_locked_until(
            datetime.fromtimestamp(until or 0.0, time.tzinfo), time
        )

    def end_halt(self, trades: Iterable[LocalTrade], time: datetime) -> None:
        """Forget the halt: its ladder begins anew, and what it still had to close stays open."""
        rule = str(self._memory.get(_HALT_RULE))
        self.reductions.drop_suspended(rule, trades)
        self._locks.forget_halt(rule)
        self._levels.set(rule, ACCOUNT, 0, enforced=True)
        self._memory.set(_HALT_UNTIL, 0.0)
        self._entries.forget_reach()
        self._monitor.note_alert(
            "halt", time, "The halt has ended: drawdown is now measured from the present equity."
        )

    def note_locks_of_others(self, time: datetime) -> None:
        """Record the locks that somebody else has put into force since the last loop."""
        self._locks.note_others(self._monitor.note_lock, time)

    def note_last_locks(self, records: Sequence[dict[str, Any]]) -> None:
        """Record the locks of a backtest's result that no loop has seen any more."""
        self._locks.note_last(records, self._monitor.note_lock)
