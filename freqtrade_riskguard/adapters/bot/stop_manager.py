"""The guard's stop of every open trade: in force, never looser, and never passed unseen."""

from collections.abc import Iterable
from datetime import datetime
from math import isnan, nan

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import filled_position
from freqtrade_riskguard.adapters.bot import trade_stop
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.engine.account_monitor import SAFE_PAUSE
from freqtrade_riskguard.engine.cross_account import CrossAccount
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.risk import nearest_stop
from freqtrade_riskguard.snapshot import Position

_STOP = "stop_price"


class StopManager:
    """Sets the stops that the rules ask for.

    Parameters
    ----------
    guard : Guard
        Who decides.
    view : SnapshotBuilder
        Looks at freqtrade.
    entries : EntryTracker
        Knows with which ATR an entry was decided.
    memory : StateStore
        Where each trade's stop is kept.
    cross : CrossAccount
        Knows where the account is liquidated, in cross margin.
    """

    def __init__(
        self,
        guard: Guard,
        view: SnapshotBuilder,
        entries: EntryTracker,
        memory: StateStore,
        cross: CrossAccount,
    ) -> None:
        self._guard, self._view, self._entries, self._memory = guard, view, entries, memory
        self._cross = cross
        self._decided: dict[int, tuple[tuple[object, ...], float]] = {}
        self._unprotected: set[int] = set()
        self._reached: set[int] = set()
        self._failed: datetime | None = None

    def tighten(
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
        stop = self.decide(strategy, trade, rate, time)
        if self._guard.enforces_stop(trade.pair):
            for price in (before, stop):
                if price > 0:
                    trade_stop.tighten_trade_stop(trade, price, rate)

    def decide(self, strategy: IStrategy, trade: LocalTrade, rate: float, time: datetime) -> float:
        """Return the stop that the rules ask for, never looser than before; NaN for none."""
        try:
            stop = self._stop_of(strategy, trade, rate, time)
        except Exception:
            self._unprotected.add(trade.id)
            self._failed = time
            raise
        self._unprotected.discard(trade.id)
        return stop

    def first(self, position: Position) -> float:
        """Return the stop that a position gets with its first fill; NaN for none."""
        return self._guard.first_stop(position)

    def observe(self, trade: LocalTrade, position: Position, time: datetime) -> None:
        """Note the stop that a guard would set which only observes."""
        key = self._key(trade, position.rate, time)
        known = self._decided.get(trade.id)
        if known is None or known[0] != key:
            self._decided[trade.id] = (key, nan)
            self._guard.stop(position, trade.stop_loss or 0.0, time)

    def are_settled(self, trades: Iterable[LocalTrade]) -> bool:
        """Whether :meth:`observe` has no news of trades as long as nothing is filled or paid."""
        return all(self._guard.has_fixed_stops(trade.pair) for trade in trades)

    def _key(self, trade: LocalTrade, rate: float, time: datetime) -> tuple[object, ...]:
        """Return what a trade's stop depends on."""
        filled = filled_position(trade)
        return (
            *filled,
            trade.funding_fees,
            trade.liquidation_price,
            self._cross.price(trade.id, filled[0]),
            None if self._guard.has_fixed_stops(trade.pair) else (rate, time),
        )

    def _stop_of(
        self, strategy: IStrategy, trade: LocalTrade, rate: float, time: datetime
    ) -> float:
        """Return the guard's stop; NaN where no rule enforces one.

        Unless a rule follows the market, one answer holds until something is filled or paid.
        """
        key = self._key(trade, rate, time)
        known = self._decided.get(trade.id)
        if known is not None and known[0] == key:
            return known[1]
        kept = number(self._memory.get_for_trade(trade, _STOP)) if known is None else known[1]
        position = self._cross.place(
            self._view.position(strategy, trade, rate, time, self._entries.entry_atr)
        )
        asked = self._guard.stop(position, trade.stop_loss or 0.0, time)
        stop = nearest_stop(trade_side(trade), asked, nan if kept is None else kept)
        if stop != kept and not isnan(stop):
            self._memory.set_for_trade(trade, _STOP, stop)
        # While the ATR is unknown it is asked for again: the candles may still come.
        self._decided[trade.id] = (() if isnan(position.market.atr) else key, stop)
        return stop

    def update_reached(self, trade: LocalTrade, worst_rate: float) -> bool:
        """Note, and return, whether the market has reached the guard's stop of a trade.

        Parameters
        ----------
        worst_rate : float
            The lowest (for a short the highest) price of the candle, or the rate now.
        """
        known = self._decided.get(trade.id)
        reached = known is not None and trade_side(trade) * (worst_rate - known[1]) <= 0
        if reached:
            self._reached.add(trade.id)
        else:
            self._reached.discard(trade.id)
        return reached

    def is_reached(self, trade: LocalTrade) -> bool:
        """Whether the market had reached the guard's stop when it was last looked at."""
        return trade.id in self._reached

    def prune(self, trade_ids: set[int]) -> None:
        """Forget the trades that are over."""
        self._unprotected &= trade_ids
        self._reached &= trade_ids
        for number_ in self._decided.keys() - trade_ids:
            del self._decided[number_]

    def require_protected(self, time: datetime) -> None:
        """Raise where the stop of an open trade could not be set: then nothing may be entered."""
        if self._unprotected or (self._failed is not None and time - self._failed < SAFE_PAUSE):
            msg = "the stop of an open trade could not be set: no entries until it is"
            raise RuntimeError(msg)
