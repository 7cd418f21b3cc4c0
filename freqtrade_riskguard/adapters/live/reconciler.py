"""Positions and stop orders of the exchange against the trades of the database, each minute."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from math import isfinite

from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.equity import refresh_wallets
from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.live.booked_trades import (
    booked_trade,
    own_pairs,
    stops_that_are_over,
)
from freqtrade_riskguard.adapters.live.bot_access import book_what_was_missed, nothing_else_trades
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView
from freqtrade_riskguard.adapters.live.order_outcomes import OrderOutcomes
from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.config_types import Orphans
from freqtrade_riskguard.engine.reconciliation import (
    AGREED,
    ConfirmedMismatches,
    Mismatch,
    Reconciled,
    compare,
    unwanted_stops,
)
from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.snapshot.exchange import ExchangePosition, ExchangeStop

logger = logging.getLogger(__name__)

# Told the time, and why.
Alert = Callable[[datetime, str], None]

LOOK_EVERY = timedelta(minutes=1)
# An order whose answer was lost is younger than this: freqtrade gives up within a minute or two.
_LOST_WITHIN = timedelta(minutes=15)
_OPEN = "unmatched"


class Reconciler:
    """Looks at the exchange, says what differs, and puts right what can be put right.

    Parameters
    ----------
    orphans : str
        What happens to a position that no trade knows: ``alarm``, ``close`` or ``ignore``.
    enforcing : bool
        Whether anything may be changed: otherwise it is only told.
    memory : StateStore
        Where it is kept that something did not match: what it leaves in the wallet is a result.
    alert : callable
        Told what people must know.

    Attributes
    ----------
    outcomes : OrderOutcomes
        Orders whose answer was lost.
    positions : dict
        What the exchange held at the latest look that it answered, by pair; a new one each time.
    """

    def __init__(
        self, orphans: Orphans, memory: StateStore, alert: Alert, *, enforcing: bool
    ) -> None:
        self._orphans, self._memory, self._alert = orphans, memory, alert
        self._enforcing = enforcing
        self._view = ExchangeView()
        self._mismatches = ConfirmedMismatches()
        self._alarms = RepeatedAlarm()
        self._looked: datetime | None = None
        self._is_silent = False
        self._has_looked = False
        self._told: set[tuple[str, str]] = set()
        self._standing: frozenset[str] | None = None
        self._standing_at: datetime | None = None
        self.outcomes = OrderOutcomes()
        self.positions: dict[str, ExchangePosition] = {}
        self.found = AGREED

    def look(self, strategy: IStrategy, time: datetime) -> None:
        """Compare, where a minute has passed or an answer was lost."""
        self.outcomes.settle(time)
        # What was settled in the loop before is.
        self.found = Reconciled(self.found.mismatches, self.found.is_settled)
        since = None if self._looked is None else time - self._looked
        is_urgent = self.outcomes.is_unlooked and not self._is_silent
        if since is not None and timedelta(0) <= since < LOOK_EVERY and not is_urgent:
            return
        self._looked = time
        stops: list[ExchangeStop] | None = None
        try:
            with nothing_else_trades(strategy):
                stops = self._stops_told(strategy, time)
                positions = self._view.positions(strategy)
                uncertain = self.outcomes.uncertain
                is_changed = self._compare(strategy, positions, uncertain)
        except REFUSALS as error:
            self._is_silent = True
            self._tell_of_silence(time, error, "positions")
            self._note_standing(stops, time)
            if self._enforcing:
                self._cancel_unwanted(strategy, stops or [], None, time)
            return
        self._is_silent, self._has_looked = False, True
        self.positions = {position.pair: position for position in positions}
        self.outcomes.note_look()
        self._note_standing(stops, time)
        if self._enforcing and self._book_missed(strategy, time):
            is_changed = self._compare(strategy, positions, uncertain)
        self._tell(time)
        self._take_up(strategy, is_changed=is_changed)
        if self._enforcing:
            self._close_orphans(strategy, time)
            self._cancel_unwanted(strategy, stops or [], positions, time)
            for pair in uncertain:
                self._cancel_unknown(strategy, pair, time)

    def pause_reason(self, pair: str) -> str | None:
        """Return why nothing may be entered on a pair; None where it may."""
        doubtful = [item for item in self._mismatches.suspected if item.kind == "orphan"]
        for item in (*self._mismatches.confirmed, *doubtful):
            return f"{mismatch_figures(item)}; entries pause until that is settled"
        if not self._has_looked:
            # What the bot before this one has left behind is not known.
            return "the exchange has not told yet what it holds"
        if self.outcomes.is_open_question(pair):
            return "the outcome of an order is unknown; the exchange is looked at first"
        return None

    def stands(self, trade: LocalTrade) -> bool:
        """Whether a stop order of a trade is known to stand on the exchange."""
        opened = trade.open_sl_orders
        if self._standing is None or self._standing_at is None:
            return bool(opened)
        # One that was placed since the look is not in it.
        return any(
            str(order.order_id) in self._standing or order.order_date_utc >= self._standing_at
            for order in opened
        )

    def _compare(
        self, strategy: IStrategy, positions: Sequence[ExchangePosition], uncertain: Collection[str]
    ) -> bool:
        """Take up what differs; return whether that has changed."""
        trades = [booked_trade(trade) for trade in open_trades()]
        affair = own_pairs(strategy)
        ours = [p for p in positions if affair is None or p.pair in affair]
        found = compare(trades, ours)
        if self._orphans == "ignore":
            found = [item for item in found if item.kind != "orphan"]
        return self._mismatches.look(found, uncertain)

    def _take_up(self, strategy: IStrategy, *, is_changed: bool) -> None:
        """Say what the account is to make of it."""
        was_open = self._memory.get(_OPEN) == "yes"
        confirmed, suspected = self._mismatches.confirmed, self._mismatches.suspected
        settles = False
        if is_changed or (was_open and not confirmed and not suspected):
            try:
                refresh_wallets(strategy)
                settles = True
            except REFUSALS:
                logger.warning(
                    "RiskGuard: the balance could not be read; tried again at the next look"
                )
        if confirmed:
            self._memory.set(_OPEN, "yes")
        elif was_open and settles:
            self._memory.set(_OPEN, "no")
        is_open = self._memory.get(_OPEN) == "yes"
        self.found = Reconciled(confirmed, not (is_open or suspected), settles)

    def _book_missed(self, strategy: IStrategy, time: datetime) -> bool:
        """Let freqtrade book what closed a trade, or part of it; return whether it was asked to."""
        numbers = [
            number
            for item in self._mismatches.confirmed
            if item.kind != "orphan" and abs(item.held) < abs(item.booked)
            for number in item.trade_ids
        ]
        for number in numbers:
            trade = Trade.get_trades([Trade.id == number]).first()
            if trade is None or not trade.is_open:
                continue
            what = f"{trade.pair} {side_text(trade_side(trade))}"
            amount = trade.amount
            if book_what_was_missed(strategy, trade):
                self._alert(
                    time,
                    f"{what}: {amount:g} were closed on the exchange and the bot had missed it; "
                    "the trade is booked as closed now.",
                )
        return bool(numbers)

    def _tell(self, time: datetime) -> None:
        """Tell of each mismatch once, with both figures, and once that it is over."""
        now = {item.key: item for item in self._mismatches.confirmed}
        for key in [key for key in self._told if key not in now]:
            self._told.discard(key)
            self._alert(time, f"{key[1]}: exchange and trades agree again. Entries go on.")
        for key, item in now.items():
            if key not in self._told:
                self._told.add(key)
                self._alert(time, f"{mismatch_figures(item)}. {_consequence(item, self._orphans)}")

    def _note_standing(self, stops: Sequence[ExchangeStop] | None, time: datetime) -> None:
        if stops is not None:
            self._standing = frozenset(stop.order_id for stop in stops)
            self._standing_at = time

    def _stops_told(self, strategy: IStrategy, time: datetime) -> list[ExchangeStop] | None:
        """Return the stop orders that stand; None where nobody says: positions are told apart."""
        try:
            return self._view.stops(strategy)
        except REFUSALS as error:
            self._tell_of_silence(time, error, "stop orders")
            return None

    def _tell_of_silence(self, time: datetime, error: Exception, what: str) -> None:
        if self._alarms.is_due(("silence", what), time):
            self._alert(
                time,
                f"The exchange does not tell {what} ({type(error).__name__}): what it holds is "
                "unknown. Tried again each minute.",
            )
            logger.warning("RiskGuard: the exchange's answer", exc_info=error)

    def _close_orphans(self, strategy: IStrategy, time: datetime) -> None:
        if self._orphans != "close":
            return
        exchange = exchange_of(strategy)
        for item in self.found.orphans:
            side = "sell" if item.held > 0 else "buy"
            price = item.mark_price if isfinite(item.mark_price) else item.entry_price
            try:
                exchange.create_order(
                    pair=item.pair,
                    ordertype="market",
                    side=side,
                    amount=abs(item.held),
                    rate=price,
                    leverage=1.0,
                    reduceOnly=True,
                    initial_order=False,
                )
            except REFUSALS as error:
                self._alert(time, f"{item.pair}: its position could not be closed: {error}")
                continue
            # The next look says what has become of it.
            self._looked = None
            self._alert(time, f"{item.pair}: closing {abs(item.held):g} that no trade knows of.")

    def _cancel_unwanted(
        self,
        strategy: IStrategy,
        stops: Sequence[ExchangeStop],
        positions: Sequence[ExchangePosition] | None,
        time: datetime,
    ) -> None:
        """Cancel stop orders that were left behind: they would close the next trade."""
        if self._orphans == "ignore":
            return
        trades = [booked_trade(trade) for trade in open_trades()]
        known = {number for trade in trades for number in trade.stop_ids}
        over = stops_that_are_over({stop.order_id for stop in stops} - known)
        for stop in unwanted_stops(stops, trades, positions, own_pairs(strategy), over):
            try:
                self._view.cancel_stop(strategy, stop)
            except REFUSALS as error:
                if self._alarms.is_due(stop.order_id, time):
                    self._alert(
                        time,
                        f"{stop.pair}: a stop order at {stop.trigger_price:g} that no trade needs "
                        f"could NOT be cancelled ({type(error).__name__}). It would close the "
                        "next trade: cancel it on the exchange.",
                    )
                continue
            self._alert(
                time,
                f"{stop.pair}: cancelled a stop order at {stop.trigger_price:g} that was left "
                "behind on the exchange: no trade needs it.",
            )

    def _cancel_unknown(self, strategy: IStrategy, pair: str, time: datetime) -> None:
        """Cancel what waits on a pair since an answer was lost: no trade would know of its fill.

        What has waited for longer is a person's.
        """
        known = {str(order.order_id) for trade in open_trades() for order in trade.orders}
        try:
            for number in self._view.waiting_orders(strategy, pair, time - _LOST_WITHIN):
                if number not in known:
                    self._view.cancel(strategy, number, pair)
                    self._alert(time, f"{pair}: cancelled an order that no trade knows of.")
        except REFUSALS:
            logger.exception("RiskGuard: waiting orders of %s could not be looked at", pair)


def mismatch_figures(item: Mismatch) -> str:
    """Return what exchange and trades say of a pair, as a clause."""
    held, booked = _amount(item.held), _amount(item.booked)
    if item.kind == "orphan":
        entered = f"{held}, entered at {item.entry_price:g}"
        return f"{item.pair}: the exchange holds {entered}, and no trade knows of it"
    numbers = ", ".join(str(number) for number in item.trade_ids)
    return f"{item.pair}: trade {numbers} is {booked}, and the exchange holds {held}"


def _amount(signed: float) -> str:
    return f"{abs(signed):g} {side_text(1 if signed > 0 else -1)}" if signed else "nothing"


def _consequence(item: Mismatch, orphans: Orphans) -> str:
    if item.kind != "orphan":
        return "Entries pause, and the account is valued by what the exchange holds."
    what = (
        "It is being closed."
        if orphans == "close"
        else "It has NO stop of this bot: close it on the exchange, or set riskguard.orphans to "
        "'close'."
    )
    return f"Entries pause, and it counts in the account. {what}"
