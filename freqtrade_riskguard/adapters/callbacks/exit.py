"""freqtrade's questions about an open position, put to the guard: stop, cut, exit, addition."""

from collections.abc import Callable
from datetime import datetime
from math import isnan, nan
from typing import Any

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.bot import trade_stop
from freqtrade_riskguard.adapters.bot.reductions import is_taken_out
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.bot.strategy_answers import as_consent, as_number
from freqtrade_riskguard.adapters.callbacks.cut_order_types import CutOrderTypes
from freqtrade_riskguard.adapters.callbacks.position_adjustment import decide_addition
from freqtrade_riskguard.adapters.callbacks.trade_copies import hide_guard_orders
from freqtrade_riskguard.adapters.callbacks.wrapping import is_within
from freqtrade_riskguard.adapters.live.stop_watch import MISSING_STOP
from freqtrade_riskguard.adapters.market.contracts import least_remaining_quote
from freqtrade_riskguard.backtest_result.result import CUT_SUFFIX, GUARD_TAG, OWN_CUT_SUFFIX


class ExitCallbacks(IStrategy):
    """Stops, cuts and exits; each method is handed freqtrade's or the strategy's own."""

    _riskguard: Session
    _riskguard_own_custom_stoploss: bool | None
    _riskguard_own_adjustment: bool | None

    def _riskguard__adjust_trade_position_internal(
        self,
        own: Callable[..., tuple[float | None, str]],
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        min_stake: float | None,
        **kwargs: Any,
    ) -> tuple[float | None, str]:
        # A cut comes first; an addition to a position is held to what a new entry is held to.
        session = self._riskguard
        is_own = self._riskguard_own_adjustment is not False
        given = {"current_time": current_time, "current_rate": current_rate, "min_stake": min_stake}
        self._riskguard_end_cut()
        if not session.active:
            return own(trade, **given, **kwargs)
        self._riskguard_hide_orders(trade)
        minimum, rate = min_stake or 0.0, current_rate
        exit_rate = kwargs.get("current_exit_rate", rate)
        # A running bot hands over a margin, a backtest a notional: of the two the larger one.
        least = minimum * (trade.leverage or 1.0)
        task = "asking for the exchange's minimum; that of an entry holds"
        with session.reporting(trade.pair, task):
            if session.account_manager.reductions.is_ordered(trade.id):
                least = least_remaining_quote(self, trade.pair, exit_rate)
        cut: tuple[float, str] | None = None
        is_closing = False
        with session.reporting(trade.pair, "deciding a cut; it is tried again in the next loop"):
            cut = session.account_manager.reductions.cut_stake(trade, exit_rate, least)
            is_closing = session.account_manager.reductions.exit_tag(trade.id) is not None
        asked: float | None = None
        stake: float | None = None
        tag = ""
        with session.reporting(trade.pair, "asking the strategy for an adjustment; none is made"):
            asked, tag = own(trade, **given, **kwargs) if is_own else (None, "")
            stake = None if asked is None else as_number(asked)
            if stake is not None and isnan(stake):
                session.unusable.tell(trade.pair, "adjust_trade_position", asked, "no adjustment")
                stake = None
        if cut is not None:
            # Of two cuts the larger one, unless freqtrade would ignore it. It is the guard's either
            # way: the strategy's own might be priced so that it waits.
            with session.reporting(trade.pair, "comparing two cuts; RiskGuard's is made"):
                own_cut = -(stake or 0.0)
                if own_cut > -cut[0] and is_taken_out(trade, own_cut, exit_rate, least):
                    cut = -own_cut, cut[1].removesuffix(CUT_SUFFIX) + OWN_CUT_SUFFIX
            self._riskguard_begin_cut(trade)
            return cut
        if is_closing:
            # Closed by should_exit: an order of the strategy's would replace that one.
            return None, ""
        if stake is None or stake <= 0:
            return (stake if session.enforcing else asked), tag
        decided = 0.0
        with session.reporting(trade.pair, "deciding an addition; nothing is added"):
            decided = decide_addition(
                session,
                self,
                trade,
                stake,
                rate=rate,
                time=current_time,
                min_stake_quote=minimum,
            )
        return (decided if session.enforcing else asked), tag

    def _riskguard_begin_cut(self, trade: Trade) -> None:
        """Make the cut that is answered a market order; a backtest fills it at the open."""
        session = self._riskguard
        with session.reporting(trade.pair, "hiding a cut from the strategy; it sees the order"):
            hide_guard_orders(trade)
        task = "making a cut a market order; it goes out as the strategy's own exits do"
        with session.reporting(trade.pair, task):
            if not session.entries.is_live:
                return
            if not isinstance(self.order_types, CutOrderTypes):
                self.order_types = CutOrderTypes(self.order_types)
            self.order_types.begin_cut()

    def _riskguard_hide_orders(self, trade: Trade) -> None:
        """Hide what was cut of a trade that a running bot has read from its database again."""
        session = self._riskguard
        if session.entries.is_live and len(trade.orders) > 1:
            with session.reporting(trade.pair, "hiding a cut from the strategy; it sees the order"):
                hide_guard_orders(trade)

    def _riskguard_end_cut(self) -> None:
        """Return to the strategy's order types: freqtrade is done with the cut of before."""
        if isinstance(self.order_types, CutOrderTypes):
            self.order_types.end_cut()

    def _riskguard_should_exit(
        self,
        own: Callable[..., list[ExitCheckTuple]],
        trade: Trade,
        rate: float,
        current_time: datetime,
        **kwargs: Any,
    ) -> list[ExitCheckTuple]:
        # Here and not in custom_exit: freqtrade asks that only where exit signals are switched on,
        # prices its exits by the strategy, and lets the strategy veto them.
        session = self._riskguard
        self._riskguard_end_cut()
        exits: list[ExitCheckTuple] = []
        worst = kwargs.get("high" if trade.is_short else "low") or rate
        is_asked = False
        self._riskguard_hide_orders(trade)
        with session.reporting(
            trade.pair, "asking the strategy for exits; RiskGuard's still apply"
        ):
            exits += own(trade, rate, current_time, **kwargs)
            is_asked = True
        with session.reporting(trade.pair, "deciding the exit price; the stop remains"):
            side = trade_side(trade)
            limit = session.account_manager.exit_price(self, trade, rate, current_time)
            is_nearer = side * (limit.price - (trade.stop_loss or 0.0)) > 0 or not trade.stop_loss
            if is_nearer and side * (worst - limit.price) <= 0:
                # A backtest sees the whole candle at once: it fills where a running bot would have
                # closed, and that closes at what it finds.
                kind = ExitType.EMERGENCY_EXIT
                if not session.entries.is_live:
                    kind = ExitType.STOP_LOSS
                    trade_stop.tighten_trade_stop(trade, limit.price, rate)
                session.account_manager.record_exit(self, trade, limit, current_time)
                exits.insert(0, ExitCheckTuple(kind, GUARD_TAG + limit.rule))
        with session.reporting(trade.pair, "deciding exits; the stop remains"):
            reached = session.stops.update_reached(trade, worst)
            if not is_asked and trade.stop_loss:
                # What failed would have acted on the stop in force, whoever has set it.
                reached |= trade_side(trade) * (worst - trade.stop_loss) <= 0
            if reached and not self._riskguard_stops(exits):
                exits.append(ExitCheckTuple(exit_type=ExitType.STOP_LOSS))
            tag = session.account_manager.reductions.exit_tag(trade.id)
            if tag is not None:
                # An emergency exit is a market order, priced by nobody.
                exits.insert(0, ExitCheckTuple(ExitType.EMERGENCY_EXIT, tag))
        if session.entries.is_live:
            exits = [*self._riskguard_exits_without_stop(trade, rate, current_time), *exits]
        return exits

    def _riskguard_exits_without_stop(
        self, trade: Trade, rate: float, time: datetime
    ) -> list[ExitCheckTuple]:
        """Return an exit where the stop is reached and no order stands that freqtrade trusts."""
        session = self._riskguard
        lacks_stop = True
        with session.reporting(trade.pair, "checking the stop order; it counts as missing"):
            session.live.note_asked(trade)
            lacks_stop = session.live.lacks_stop(self, trade, time)
        if not lacks_stop or not trade_side(trade) * (rate - (trade.stop_loss or nan)) <= 0:
            return []
        with session.reporting(trade.pair, "noting an exit at a missing stop; it is made"):
            session.live.note_stop_exit(trade, time)
        return [ExitCheckTuple(ExitType.EMERGENCY_EXIT, GUARD_TAG + MISSING_STOP)]

    def _riskguard_stops(self, exits: list[ExitCheckTuple]) -> bool:
        """Whether the stop is being acted on, here or by the exchange."""
        on_exchange = self.order_types.get("stoploss_on_exchange") and not self.config["dry_run"]
        stops = (ExitType.STOP_LOSS, ExitType.TRAILING_STOP_LOSS, ExitType.LIQUIDATION)
        return bool(on_exchange) or any(found.exit_type in stops for found in exits)

    def _riskguard_is_forced(self, trade: Trade, tag: str | None) -> bool:
        """Whether an exit may neither be vetoed nor priced by the strategy.

        That is the guard's, and that of a person: ``/forceexit`` is how one gets out in danger.
        """
        session = self._riskguard
        if tag == ExitType.FORCE_EXIT.value and session.enforcing:
            return True
        task = "checking whether the stop is reached; it counts as reached"
        with session.reporting(trade.pair, task):
            return (tag or "").startswith(GUARD_TAG) or session.stops.is_reached(trade)
        return True

    def _riskguard_confirm_trade_exit(
        self, own: Callable[..., bool], trade: Trade, exit_reason: str, **kwargs: Any
    ) -> bool:
        confirmed = strategy_safe_wrapper(own, default_retval=True)(
            trade=trade, exit_reason=exit_reason, **kwargs
        )
        session = self._riskguard
        # An exit is the careful answer.
        consent: bool | None = True
        with session.reporting(trade.pair, "reading the strategy's consent; the exit is made"):
            consent = as_consent(confirmed)
            if consent is None:
                session.unusable.tell(trade.pair, "confirm_trade_exit", confirmed, "confirmed")
        allowed = consent is not False or self._riskguard_is_forced(trade, exit_reason)
        if allowed:
            with session.reporting(trade.pair, "noting an exit; it is made"):
                session.live.allow_exit(trade, kwargs["current_time"])
        return allowed

    def _riskguard_custom_exit_price(
        self,
        own: Callable[..., float],
        trade: Trade,
        proposed_rate: float,
        exit_tag: str | None,
        **kwargs: Any,
    ) -> float:
        price = strategy_safe_wrapper(own, default_retval=proposed_rate)(
            trade=trade, proposed_rate=proposed_rate, exit_tag=exit_tag, **kwargs
        )
        return proposed_rate if self._riskguard_is_forced(trade, exit_tag) else price

    def _riskguard_custom_stoploss(
        self,
        own: Callable[..., float | None],
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        **kwargs: Any,
    ) -> float | None:
        answered = strategy_safe_wrapper(own, default_retval=None, supress_error=True)(
            pair=pair,
            trade=trade,
            current_time=current_time,
            current_rate=current_rate,
            current_profit=current_profit,
            **kwargs,
        )
        # While freqtrade sets the stop it asks for the strategy's own; the guard's comes after it.
        is_setting = is_within(self, "ft_stoploss_adjust")
        session = self._riskguard
        if is_setting or not session.enforcing or not trade.stop_loss:
            return answered
        with session.reporting(trade.pair, "telling the stop in force; its own is told"):
            return trade_stop.answered_ratio(trade, trade.stop_loss, current_rate)
        return answered

    def _riskguard_ft_stoploss_adjust(
        self,
        own: Callable[..., None],
        current_rate: float,
        trade: Trade,
        current_time: datetime,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        # freqtrade and the strategy set their stop, then the guard tightens it. Not through
        # custom_stoploss: its ratio is relative to the candle's best price in backtests, it cannot
        # hold a stop through a partial exit, and the config can switch it off.
        session, before = self._riskguard, trade.stop_loss or 0.0
        switch = self._riskguard_own_custom_stoploss
        with session.reporting(
            trade.pair, "asking the strategy for its stop; RiskGuard's stop remains"
        ):
            if switch is None:
                own(current_rate, trade, current_time, *args, **kwargs)
            else:
                # Our switch must not wake a custom_stoploss that the strategy had not switched on.
                forced, self.use_custom_stoploss = self.use_custom_stoploss, switch
                try:
                    own(current_rate, trade, current_time, *args, **kwargs)
                finally:
                    self.use_custom_stoploss = forced
        is_set = False
        with session.reporting(trade.pair, "setting the stop; it stays where it is"):
            session.stops.tighten(self, trade, before, current_rate, current_time)
            is_set = True
        if not is_set:
            with session.reporting(trade.pair, "setting an emergency stop"):
                # Only ever tightens: it does nothing to a trade that has had its stop.
                trade.adjust_stop_loss(trade.open_rate, -trade_stop.EMERGENCY_RISK)
