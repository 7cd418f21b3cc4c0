"""One run of a bot or backtest: its state, and the way from freqtrade's questions to the guard."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from freqtrade.enums import TRADE_MODES
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters import stops
from freqtrade_riskguard.adapters.entries import Entries
from freqtrade_riskguard.adapters.equity import Equity
from freqtrade_riskguard.adapters.journal_file import journal_path
from freqtrade_riskguard.adapters.ledger import Ledger
from freqtrade_riskguard.adapters.locks import Locks
from freqtrade_riskguard.adapters.payments import FundingPayments
from freqtrade_riskguard.adapters.startup import check_pairs
from freqtrade_riskguard.adapters.trade_memory import recall, remember
from freqtrade_riskguard.adapters.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.view import View
from freqtrade_riskguard.adapters.words import startup_message
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.guard import SAFE_PAUSE, Guard
from freqtrade_riskguard.journal import Journal
from freqtrade_riskguard.snapshot import Account, Entry

logger = logging.getLogger(__name__)

_STOP = "stop_price"


class Session:
    """State of one run. It is begun anew at every start, and when a backtest's time jumps back.

    Parameters
    ----------
    settings : RiskGuardConfig
        The guard's configuration.

    Attributes
    ----------
    active : bool
        Whether any rule is asked at all.
    enforcing : bool
        Whether any rule may change what the bot does.
    entries : Entries
        The entries under way.
    account : Account or None
        As of the start of this loop; None while it is not known.
    """

    def __init__(self, settings: RiskGuardConfig) -> None:
        self.settings = settings
        self.active = settings.observing_or_enforcing
        self.enforcing = settings.enforcing
        self.guard = Guard(settings, Journal())
        self._view = View(settings)
        self._equity = Equity()
        self._locks = Locks()
        self.entries = Entries(settings, self.guard, self._locks)
        self._funding_lookback = timedelta(hours=settings.funding_breaker.lookback_hours)
        self._reported: set[tuple[str, str]] = set()
        self._begin()

    def start(self, strategy: IStrategy) -> None:
        """Begin a run of the bot or of a backtest; files are read again."""
        check_pairs(self.settings, strategy)
        self._view.restart()
        self._begin()
        path = journal_path(self.settings, strategy.config)
        live = strategy.config.get("runmode") in TRADE_MODES
        # A signal that lasts is asked about in every loop; once per candle is news enough.
        repeat_after = timedelta(seconds=timeframe_to_seconds(strategy.timeframe) if live else 0)
        self.guard.journal.begin(path, anew=not live, repeat_after=repeat_after)
        logger.info("RiskGuard: %s", startup_message(self.settings))
        if "riskguard" not in strategy.config:
            logger.warning("RiskGuard: no 'riskguard' in the configuration: profile seatbelt.")

    def _begin(self) -> None:
        self._ledger = Ledger(self.settings)
        self.account: Account | None = None
        self._last_loop: datetime | None = None
        self._reported.clear()
        self._equity.restart()
        self._locks.restart()
        self.entries.restart()
        self._unprotected: set[int] = set()
        self._stop_failed: datetime | None = None
        self._payments = FundingPayments(self._funding_lookback)
        self.guard.reset()

    @contextmanager
    def reporting(self, pair: str, task: str) -> Iterator[None]:
        """Swallow an error of ours, loudly: once per pair and task, with its traceback.

        Whoever uses this has set the safe answer before.
        """
        try:
            yield
        except Exception:
            if (pair, task) not in self._reported:
                self._reported.add((pair, task))
                logger.exception("RiskGuard: error on %s while %s", pair, task)

    def loop(self, strategy: IStrategy, time: datetime) -> None:
        """Take stock once per loop, and put the breakers' locks into force."""
        live = self.entries.is_live = strategy.config.get("runmode") in TRADE_MODES
        if not live and self._last_loop is not None and time <= self._last_loop:
            # The next backtest or epoch in this process, on the same strategy object.
            self._begin()
        self._last_loop = time
        try:
            self.account = self._take_stock(strategy, time)
        except Exception:
            # Nothing may be decided on the figures of an earlier loop.
            self.account = None
            raise

    def _take_stock(self, strategy: IStrategy, time: datetime) -> Account:
        closed = self._ledger.take_in(time)
        trades = open_trades()
        self._unprotected &= {trade.id for trade in trades}
        marks = {trade.id: self._view.mark(strategy, trade, time) for trade in trades}
        account = self._equity.update(
            strategy,
            time,
            trades,
            lambda trade: marks[trade.id],
            self._payments.update(time, trades, closed),
        )
        positions = [
            self._view.position(strategy, trade, marks[trade.id], self.entries.planned_atr(trade))
            for trade in trades
            if trade.amount > 0
        ]
        for lock in self.guard.locks(account, self._ledger.recent, positions):
            if self._locks.give(lock, time):
                self.guard.note_lock(lock, time)
                if self.entries.is_live:
                    logger.warning("RiskGuard: %s: %s", lock.pair, lock.why)
        return account

    def entry(
        self,
        strategy: IStrategy,
        *,
        pair: str,
        side: int,
        rate: float,
        time: datetime,
        leverage: float,
        stake_quote: float,
        enter_tag: str | None,
    ) -> Entry:
        """Return the snapshot for an entry.

        Raises
        ------
        RuntimeError
            While the account is not known, or an open trade has no stop of ours, for whatever
            reason: then nothing may be entered.
        """
        if self.account is None:
            msg = "the account could not be valued in this loop"
            raise RuntimeError(msg)
        failed = self._stop_failed
        if self._unprotected or (failed is not None and time - failed < SAFE_PAUSE):
            msg = "the stop of an open trade could not be set"
            raise RuntimeError(msg)
        return Entry(
            time=time,
            market=self._view.market(strategy, pair, time),
            account=self.account,
            edge=self._ledger.edge(pair, time),
            side=side,
            rate=rate,
            leverage=leverage,
            stake_quote=stake_quote,
            own_stop_ratio=abs(strategy.stoploss),
            enter_tag=enter_tag,
        )

    def tighten_stop(
        self, strategy: IStrategy, trade: LocalTrade, before: float, rate: float, time: datetime
    ) -> None:
        """Ask for the stop of a trade, and put it into force where a rule enforces one.

        Parameters
        ----------
        before : float
            The stop's price before freqtrade and the strategy had their say; 0 for none. After a
            fill a strategy may loosen its stop, and freqtrade does when a bot restarts with
            another ``stoploss``; with a guard neither may.
        """
        if trade.amount <= 0:
            return
        try:
            self._tighten(strategy, trade, before, rate, time)
        except Exception:
            self._unprotected.add(trade.id)
            self._stop_failed = time
            raise
        self._unprotected.discard(trade.id)

    def _tighten(
        self, strategy: IStrategy, trade: LocalTrade, before: float, rate: float, time: datetime
    ) -> None:
        side = trade_side(trade)
        remembered = recall(trade, _STOP) or 0.0
        current = trade.stop_loss or 0.0
        for earlier in (before, remembered):
            if earlier and (not current or side * (earlier - current) > 0):
                current = earlier
        position = self._view.position(strategy, trade, rate, self.entries.planned_atr(trade))
        stop = self.guard.stop(position, current, time)
        if stop > 0 and self.guard.enforces_stop(trade.pair):
            stops.tighten(trade, stop, rate)
            if stop != remembered:
                remember(trade, _STOP, stop)
