"""One run of a bot or backtest: its state, and the way from freqtrade's questions to the guard."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade.enums import TRADE_MODES
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.equity import Equity
from freqtrade_riskguard.adapters.journal_file import journal_path
from freqtrade_riskguard.adapters.ledger import Ledger
from freqtrade_riskguard.adapters.locks import Locks
from freqtrade_riskguard.adapters.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.view import View
from freqtrade_riskguard.adapters.words import entry_message
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.guard import Guard
from freqtrade_riskguard.journal import Journal
from freqtrade_riskguard.snapshot import Account, Entry

logger = logging.getLogger(__name__)

# From leverage to stake, an entry takes no longer than a few requests to the exchange.
_SAME_ENTRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Decided:
    time: datetime
    asked: float
    leverage: float


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
        self._reported: set[tuple[str, str]] = set()
        self._live = False
        self._begin()

    def start(self, strategy: IStrategy) -> None:
        """Begin a run of the bot or of a backtest; files are read again."""
        self._view.restart()
        self._begin()
        path = journal_path(self.settings, strategy.config)
        self.guard.journal.begin(path, anew=strategy.config.get("runmode") not in TRADE_MODES)

    def _begin(self) -> None:
        self._ledger = Ledger(self.settings)
        self._account: Account | None = None
        self._last_loop: datetime | None = None
        self._decided: dict[tuple[str, int], _Decided] = {}
        self._reported.clear()
        self._equity.restart()
        self._locks.restart()
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
        # Until this loop's figures are there, nothing may be decided on the last loop's.
        self._account = None
        self._ledger.take_in(time)
        trades = open_trades()
        marks = {trade.id: self._view.mark(strategy, trade, time) for trade in trades}
        account = self._equity.update(strategy, time, trades, lambda trade: marks[trade.id])
        positions = [
            self._view.position(strategy, trade, marks[trade.id])
            for trade in trades
            if trade.amount > 0
        ]
        for lock in self.guard.locks(account, self._ledger.recent, positions):
            if self._locks.give(lock, time):
                self.guard.note_lock(lock, time)
                if self._live:
                    logger.warning("RiskGuard: %s: %s", lock.pair, lock.why)
        self._account = account

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
        self._decided[key] = _Decided(entry.time, entry.leverage, leverage)
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
            if self.enforcing and allowed < entry.leverage:
                return 0.0
        stake_quote = self.guard.stake(entry)
        if stake_quote < entry.stake_quote and stake_quote < min_stake_quote:
            return 0.0
        return stake_quote

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
        why = self.guard.denial(entry)
        if self._live:
            decided = self._decided[entry.market.pair, entry.side]
            stop = self.guard.planned_stop(entry)
            logger.info("RiskGuard: %s", entry_message(entry, decided.asked, stop, why))
        return why is None

    def stop(
        self, strategy: IStrategy, trade: LocalTrade, before: float, rate: float, time: datetime
    ) -> float | None:
        """Return where the stop belongs; None where nothing enforces one.

        Parameters
        ----------
        before : float
            The stop's price before freqtrade and the strategy had their say; 0 for none.
        """
        if trade.amount <= 0:
            return None
        current = trade.stop_loss or 0.0
        if before and trade_side(trade) * (before - current) > 0:
            # After a fill a strategy may loosen its stop; with a guard it may not.
            current = before
        stop = self.guard.stop(self._view.position(strategy, trade, rate), current, time)
        return stop if self.guard.enforces_stop(trade.pair) and stop > 0 else None
