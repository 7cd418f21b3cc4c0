"""Positions and stop orders of the exchange against the trades of the database, each minute."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_trades
from freqtrade_riskguard.adapters.account.wallet import refresh_wallets
from freqtrade_riskguard.adapters.live.beside_trades import BesideTrades
from freqtrade_riskguard.adapters.live.booked_trades import booked_trade, own_pairs
from freqtrade_riskguard.adapters.live.bot_access import nothing_else_trades
from freqtrade_riskguard.adapters.live.ended_positions import ended_position
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView, known_positions
from freqtrade_riskguard.adapters.live.leftovers import Alert, Leftovers
from freqtrade_riskguard.adapters.live.mismatch_messages import (
    mismatch_consequence,
    mismatch_figures,
)
from freqtrade_riskguard.adapters.live.missed_closes import MissedCloses
from freqtrade_riskguard.adapters.live.order_outcomes import OrderOutcomes
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.config_types import Orphans
from freqtrade_riskguard.engine.reconciliation import (
    AGREED,
    ConfirmedMismatches,
    Mismatch,
    Reconciled,
    booked_amounts,
    compare,
)
from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm
from freqtrade_riskguard.snapshot.exchange import ExchangePosition, ExchangeStop

logger = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=1)
_SETTLE_EVERY = timedelta(minutes=10)
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
        self._leftovers = Leftovers(orphans, self._view, alert)
        self._missed = MissedCloses(self._view, alert)
        self._mismatches = ConfirmedMismatches()
        self._beside = BesideTrades(memory)
        self._alarms = RepeatedAlarm()
        self._looked: datetime | None = None
        self._is_silent = False
        self._has_looked = False
        # What was booked of a pair when the base took up what the exchange had made of it.
        self._in_base: dict[str, float] = {}
        self._is_unsettled = self._is_begun = False
        # Whether exchange and trades agree again as soon as the equity has what is to be settled.
        self._is_over = False
        # Since when a mismatch stands and nothing has been settled again.
        self._steady_since: datetime | None = None
        self._told: set[tuple[str, str]] = set()
        self._standing: frozenset[str] | None = None
        self._standing_at: datetime | None = None
        self.outcomes = OrderOutcomes()
        self.positions: dict[str, ExchangePosition] = {}
        self.found = AGREED

    def look(self, strategy: IStrategy, time: datetime) -> None:
        """Compare, where a minute has passed or an answer was lost."""
        self.outcomes.settle(time)
        since = None if self._looked is None else time - self._looked
        is_booked = self._take_out_booked()
        is_urgent = is_booked or (self.outcomes.is_unlooked and not self._is_silent)
        if since is not None and timedelta(0) <= since < LOOK_EVERY and not is_urgent:
            return
        self._looked = time
        stops: list[ExchangeStop] | None = None
        try:
            with nothing_else_trades(strategy):
                stops = self._stops_told(strategy, time)
                positions = self._view.positions(strategy)
                uncertain = self.outcomes.uncertain
                is_changed = self._compare(strategy, positions, uncertain, time)
        except REFUSALS as error:
            self._is_silent = True
            self._tell_of_silence(time, error, "positions")
            self._note_standing(stops, time)
            self._take_up_silence(strategy, is_booked=is_booked)
            self._is_begun = True
            if self._enforcing:
                self._leftovers.cancel_unwanted(strategy, stops or [], None, time)
            return
        self._is_silent, self._has_looked = False, True
        self.positions = {position.pair: position for position in positions}
        self.outcomes.note_look()
        self._note_standing(stops, time)
        if self._enforcing and self._missed.book(strategy, self._mismatches.confirmed, stops, time):
            is_changed |= self._compare(strategy, positions, uncertain, time)
        self._tell(time)
        is_changed |= self._is_due(strategy, time)
        self._take_up(strategy, is_changed=is_changed, is_read=is_booked or self._is_resumed)
        self._is_begun = True
        if self._enforcing:
            if self._leftovers.close_orphans(strategy, self.found.orphans, time):
                # The next look says what has become of them.
                self._looked = None
            self._leftovers.cancel_unwanted(strategy, stops or [], positions, time)
            for pair in uncertain:
                self._leftovers.cancel_unknown(strategy, pair, time)

    def note_valued(self) -> None:
        """Take note that the account was valued with what was found: what was to be settled is.

        Until then, and until the database has it, it is settled in each loop: the base takes up
        what the wallet differs by, so a second time is nothing more.
        """
        if not (self.found.settles and self._memory.is_written()):
            return
        if self._is_over:
            self._memory.set(_OPEN, "no")
        self._is_over = False
        self._beside.note_counted()
        self.found = replace(self.found, settles=False, ended=())

    @property
    def _suspected_orphans(self) -> list[Mismatch]:
        return [item for item in self._mismatches.suspected if item.kind == "orphan"]

    @property
    def _is_resumed(self) -> bool:
        """Whether this is the first look of a bot, and something did not match before it."""
        return not self._is_begun and self._memory.get(_OPEN) == "yes"

    def pause_reason(self, pair: str) -> str | None:
        """Return why nothing may be entered on a pair; None where it may."""
        for item in (*self._mismatches.confirmed, *self._suspected_orphans):
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
        self,
        strategy: IStrategy,
        positions: Sequence[ExchangePosition],
        uncertain: Collection[str],
        time: datetime,
    ) -> bool:
        """Take up what differs; return whether that has changed."""
        trades = [booked_trade(trade) for trade in open_trades()]
        affair = own_pairs(strategy)
        # What was found once stays an affair of this bot, whatever becomes of its whitelist.
        found_before = {m.pair for m in (*self._mismatches.confirmed, *self._mismatches.suspected)}
        ours = [p for p in positions if affair is None or p.pair in {*affair, *found_before}]
        found = compare(trades, ours)
        if self._orphans == "ignore":
            found = [item for item in found if item.kind != "orphan"]
        if self._is_resumed:
            # The bot before this one has known of something already.
            uncertain = {item.pair for item in found}
        doubtful = self._suspected_orphans
        is_changed = self._mismatches.look(found, uncertain)
        booked = booked_amounts(trades)
        if "available_capital" in strategy.config:
            ended = partial(ended_position, strategy)
            held = self._mismatches.confirmed
            is_changed |= self._beside.look(held, booked, time, ended, self._suspected_orphans)
            return is_changed
        # One that was seen once and is gone has left its result in the wallet.
        still = {item.pair for item in found} | {pair for pair, amount in booked.items() if amount}
        return is_changed or any(item.pair not in still for item in doubtful)

    def _take_out_booked(self) -> bool:
        """Drop what has been booked since the latest look; return whether anything has.

        Trades tell what was won or lost with it now, and the base has that already.
        """
        if not self._in_base:
            return False
        booked = booked_amounts([booked_trade(trade) for trade in open_trades()])
        gone = {pair for pair, amount in self._in_base.items() if booked.get(pair, 0.0) != amount}
        if gone:
            self._mismatches.drop(gone)
            self._in_base = {p: amount for p, amount in self._in_base.items() if p not in gone}
            left = tuple(item for item in self.found.mismatches if item.pair not in gone)
            self.found = replace(self.found, mismatches=left, is_settled=False, settles=True)
        return bool(gone)

    def _is_due(self, strategy: IStrategy, time: datetime) -> bool:
        """Whether what came, went and was paid while a mismatch stands is to be settled again."""
        is_steady = self._mismatches.confirmed and not self._mismatches.suspected
        if not is_steady or self.outcomes.uncertain or "available_capital" in strategy.config:
            self._steady_since = None
            return False
        if self._steady_since is None:
            self._steady_since = time
        is_due = not timedelta(0) <= time - self._steady_since < _SETTLE_EVERY
        if is_due:
            self._steady_since = time
        return is_due

    def _take_up(self, strategy: IStrategy, *, is_changed: bool, is_read: bool) -> None:
        """Say what the account is to make of it.

        `is_read` tells whether freqtrade has read the balance since the base was last settled.
        """
        was_open = self._memory.get(_OPEN) == "yes"
        confirmed, suspected = self._mismatches.confirmed, self._mismatches.suspected
        self._is_unsettled |= is_changed or (was_open and not confirmed and not suspected)
        settles = is_read
        if self._is_unsettled or is_read:
            try:
                refresh_wallets(strategy)
                settles, self._is_unsettled = True, False
            except REFUSALS:
                logger.warning(
                    "RiskGuard: the balance could not be read; tried again at the next look"
                )
        if confirmed:
            self._memory.set(_OPEN, "yes")
        self._is_over = was_open and not confirmed and settles and not self._is_unsettled
        is_open = self._memory.get(_OPEN) == "yes" and not self._is_over
        is_settled = not (is_open or suspected)
        self._find(strategy, is_settled=is_settled, settles=settles)

    def _take_up_silence(self, strategy: IStrategy, *, is_booked: bool) -> None:
        """Say what the account is to make of it that nobody tells what is held.

        What was known holds. The wallet may have what is in no trade yet: whose money that is
        will be known once positions are told.
        """
        if self.outcomes.uncertain:
            # What was executed may be over before anybody tells.
            self._memory.set(_OPEN, "yes")
            self._is_over = False
        if self._is_resumed:
            # At its start freqtrade has read what is held, and the balance.
            known = compare(
                [booked_trade(trade) for trade in open_trades()], known_positions(strategy)
            )
            missing = [item for item in known if item.is_missing]
            self._mismatches.look(missing, {item.pair for item in missing})
        self._find(strategy, is_settled=False, settles=is_booked or self._is_resumed)

    def _find(self, strategy: IStrategy, *, is_settled: bool, settles: bool) -> None:
        confirmed = self._mismatches.confirmed
        if settles:
            # A base that is set takes up nothing of the wallet.
            takes_up = "available_capital" not in strategy.config
            self._in_base = {
                item.pair: item.booked for item in confirmed if item.is_missing and takes_up
            }
        # A trade counts with its open profit until the base has what was really won or lost, or
        # until it is booked. A position of the other side counts beside it.
        taken = [
            item if item.pair in self._in_base or not item.is_missing else item.beside_trades()
            for item in confirmed
            if item.pair in self._in_base or not item.is_missing or item.surplus
        ]
        # What the equity has not taken up yet is still to be settled.
        settles = settles or self.found.settles
        self.found = Reconciled(
            tuple(taken),
            is_settled,
            settles,
            ended=self._beside.ended,
            is_told=not self._is_silent,
        )

    def _tell(self, time: datetime) -> None:
        """Tell of each mismatch once, with both figures, and once that it is over."""
        now = {item.key: item for item in self._mismatches.confirmed}
        for key in [key for key in self._told if key not in now]:
            self._told.discard(key)
            self._alert(time, f"{key[1]}: exchange and trades agree again. Entries go on.")
        for key, item in now.items():
            if key not in self._told:
                self._told.add(key)
                self._alert(
                    time, f"{mismatch_figures(item)}. {mismatch_consequence(item, self._orphans)}"
                )

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
