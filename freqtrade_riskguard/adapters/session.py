"""One run of a bot or backtest: its state, and the way from freqtrade's questions to the guard."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import nan

from freqtrade.enums import TRADE_MODES
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters import stops
from freqtrade_riskguard.adapters.equity import Equity
from freqtrade_riskguard.adapters.journal_file import journal_path
from freqtrade_riskguard.adapters.ledger import Ledger
from freqtrade_riskguard.adapters.locks import Locks
from freqtrade_riskguard.adapters.payments import FundingPayments
from freqtrade_riskguard.adapters.startup import check_pairs
from freqtrade_riskguard.adapters.trade_memory import recall, remember
from freqtrade_riskguard.adapters.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.view import View
from freqtrade_riskguard.adapters.words import (
    entry_message,
    refusal_message,
    startup_message,
)
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.guard import Guard
from freqtrade_riskguard.journal import Journal
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.snapshot import Account, Entry

logger = logging.getLogger(__name__)

# From leverage to stake, an entry takes no longer than a few requests to the exchange.
_SAME_ENTRY = timedelta(minutes=1)
_TELL_AGAIN = timedelta(hours=1)
_STOP = "stop_price"


@dataclass(frozen=True, slots=True)
class _Decided:
    time: datetime
    asked: float
    leverage: float
    atr: float


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
    """

    def __init__(self, settings: RiskGuardConfig) -> None:
        self.settings = settings
        self.active = settings.observing_or_enforcing
        self.enforcing = settings.enforcing
        self.guard = Guard(settings, Journal())
        self._view = View(settings)
        self._equity = Equity()
        self._locks = Locks()
        self._funding_lookback = timedelta(hours=settings.funding_breaker.lookback_hours)
        self._reported: set[tuple[str, str]] = set()
        self._live = False
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
        self._account: Account | None = None
        self._last_loop: datetime | None = None
        self._decided: dict[tuple[str, int], _Decided] = {}
        self._reported.clear()
        self._equity.restart()
        self._locks.restart()
        self._payments = FundingPayments(self._funding_lookback)
        self._told: dict[str, datetime] = {}
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
        self._live = strategy.config.get("runmode") in TRADE_MODES
        if not self._live and self._last_loop is not None and time <= self._last_loop:
            # The next backtest or epoch in this process, on the same strategy object.
            self._begin()
        self._last_loop = time
        try:
            self._account = self._take_stock(strategy, time)
        except Exception:
            # Nothing may be decided on the figures of an earlier loop.
            self._account = None
            raise

    def _take_stock(self, strategy: IStrategy, time: datetime) -> Account:
        closed = self._ledger.take_in(time)
        trades = open_trades()
        marks = {trade.id: self._view.mark(strategy, trade, time) for trade in trades}
        account = self._equity.update(
            strategy,
            time,
            trades,
            lambda trade: marks[trade.id],
            self._payments.update(time, trades, closed),
        )
        positions = [
            self._view.position(strategy, trade, marks[trade.id], self._planned_atr(trade))
            for trade in trades
            if trade.amount > 0
        ]
        for lock in self.guard.locks(account, self._ledger.recent, positions):
            if self._locks.give(lock, time):
                self.guard.note_lock(lock, time)
                if self._live:
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
            While the account is not known, for whatever reason: then nothing may be entered.
        """
        if self._account is None:
            msg = "the account could not be valued in this loop"
            raise RuntimeError(msg)
        return Entry(
            time=time,
            market=self._view.market(strategy, pair, time),
            account=self._account,
            edge=self._ledger.edge(pair, time),
            side=side,
            rate=rate,
            leverage=leverage,
            stake_quote=stake_quote,
            own_stop_ratio=abs(strategy.stoploss),
            enter_tag=enter_tag,
        )

    def leverage(self, entry: Entry) -> float:
        """Decide the leverage of an entry, and remember it for the entry's next steps."""
        leverage = self.guard.leverage(entry)
        key = (entry.market.pair, entry.side)
        self._decided[key] = _Decided(entry.time, entry.leverage, leverage, entry.market.atr)
        return leverage

    def stake(self, entry: Entry, min_stake_quote: float) -> float:
        """Decide the stake of an entry; 0 where it would fall below the exchange's minimum.

        A leverage that was not decided here (``/forceenter`` names its own) is checked now, since
        freqtrade will not let it be lowered any more.
        """
        decided = self._decided.get((entry.market.pair, entry.side))
        is_known = decided is not None and entry.time - decided.time <= _SAME_ENTRY
        if not is_known or (decided is not None and entry.leverage > decided.leverage):
            allowed = self.leverage(entry)
            if self.enforcing and allowed < floor_leverage(entry.leverage):
                self._skip(entry, "leverage", f"{entry.leverage:g}x asked, {allowed:g}x allowed")
                return 0.0
            decided = self._decided[entry.market.pair, entry.side]
            self._decided[entry.market.pair, entry.side] = replace(decided, leverage=entry.leverage)
        stake_quote = self.guard.stake(entry)
        if stake_quote >= entry.stake_quote or stake_quote >= min_stake_quote > 0:
            return stake_quote
        bound = self.guard.journal.latest(entry.market.pair, "stake", entry.time)
        why = f"{bound.rule}: {bound.why}" if bound else "no stake left"
        if 0 < stake_quote < min_stake_quote:
            why = (
                f"{stake_quote:.2f} is below the exchange's minimum of {min_stake_quote:.2f}; {why}"
            )
            self._skip(entry, "minimum_stake", why)
            return 0.0
        if stake_quote == 0:
            self._tell(entry, why)
        return stake_quote

    def _planned_atr(self, trade: LocalTrade) -> float:
        """Return the ATR that a new trade's entry was decided with; NaN where that is unknown."""
        decided = self._decided.get((trade.pair, trade_side(trade)))
        if decided is None or abs(trade.open_date_utc - decided.time) > _SAME_ENTRY:
            return nan
        return decided.atr

    def _skip(self, entry: Entry, rule: str, why: str) -> None:
        self.guard.skip(entry, rule, why)
        self._tell(entry, why)

    def _tell(self, entry: Entry, why: str) -> None:
        """Say on a running bot why there is no trade, once an hour for each pair and side."""
        key = f"{entry.market.pair} {entry.side}"
        told = self._told.get(key)
        if self._live and (told is None or entry.time - told >= _TELL_AGAIN):
            self._told[key] = entry.time
            logger.info("RiskGuard: %s", refusal_message(entry, why))

    def decided_leverage(self, pair: str, side: int) -> float:
        """Return the leverage of the entry that is under way.

        Raises
        ------
        KeyError
            Where the entry was never sized: then it cannot be checked either.
        """
        return self._decided[pair, side].leverage

    def allows(self, entry: Entry) -> bool:
        """Ask the gate about an entry as it is about to be made."""
        lock = self._locks.blocking(entry.market.pair, entry.side, entry.time)
        if lock is not None:
            self._skip(entry, lock.rule, lock.why)
            return False
        why = self.guard.denial(entry)
        if why is not None:
            self._tell(entry, why)
            return False
        if self._live:
            message = entry_message(
                entry,
                asked_leverage=self._decided[entry.market.pair, entry.side].asked,
                stop_price=self.guard.planned_stop(entry),
                slippage_ratio=self.settings.fixed_risk.slippage,
                journal=self.guard.journal,
            )
            logger.info("RiskGuard: %s", message)
        return True

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
        side = trade_side(trade)
        remembered = recall(trade, _STOP) or 0.0
        current = trade.stop_loss or 0.0
        for earlier in (before, remembered):
            if earlier and (not current or side * (earlier - current) > 0):
                current = earlier
        position = self._view.position(strategy, trade, rate, self._planned_atr(trade))
        stop = self.guard.stop(position, current, time)
        if stop > 0 and self.guard.enforces_stop(trade.pair):
            stops.tighten(trade, stop, rate)
            if stop != remembered:
                remember(trade, _STOP, stop)
