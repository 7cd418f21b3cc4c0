"""``RiskGuard``: freqtrade's callbacks in, the guard's answers out. Translation only.

The module holds no state: hyperopt pickles it by value into its worker processes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from freqtrade.constants import Config, ListPairsWithTimeframes
from freqtrade.enums import TRADE_MODES, ExitCheckTuple, ExitType
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters import protections, stops
from freqtrade_riskguard.adapters.additions import decide_addition
from freqtrade_riskguard.adapters.callbacks import guard_assigned, guard_base, guard_subclass
from freqtrade_riskguard.adapters.parameters import inherited_parameters
from freqtrade_riskguard.adapters.reductions import TAG
from freqtrade_riskguard.adapters.session import Session
from freqtrade_riskguard.adapters.startup import checked_config, require_internals
from freqtrade_riskguard.adapters.trades import open_trades, side_of
from freqtrade_riskguard.adapters.view import bot_stake_quote


class RiskGuard(IStrategy):
    """Guards a strategy: ``class Mine(RiskGuard, IStrategy)`` or ``class Safe(RiskGuard, Mine)``.

    The strategy's own answers count as one more voice: RiskGuard can only make them more careful.
    What it does is set in ``config["riskguard"]``; with ``"enabled": false`` it is as if it were
    not there.
    """

    def __init__(self, config: Config) -> None:
        """Check the configuration; a mistake in it stops freqtrade here.

        :param config: freqtrade's configuration
        """
        require_internals(
            IStrategy, "ft_stoploss_adjust", "should_exit", "_adjust_trade_position_internal"
        )
        # Once more: a class decorator may have put a callback on the class after its creation.
        guard_subclass(type(self))
        self._riskguard = Session(checked_config(config))
        self._riskguard_own_custom_stoploss: bool | None = None
        self._riskguard_own_adjustment: bool | None = None
        super().__init__(config)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Put the guard in front of the callbacks that the class defines itself."""
        super().__init_subclass__(**kwargs)
        guard_subclass(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        """Put the guard in front of callbacks that a strategy assigns to itself, too."""
        super().__setattr__(name, guard_assigned(self, name, value))

    def load_params_from_file(self) -> dict[str, Any]:
        """Load hyperopt's parameters, those of the guarded strategy where there are no others."""
        return super().load_params_from_file() or inherited_parameters(type(self))

    def _riskguard_bot_start(self, own: Callable[..., None], **kwargs: Any) -> None:
        own(**kwargs)
        if not self._riskguard.active:
            return
        self._riskguard.start(self)
        if self._riskguard.enforcing and self.config.get("runmode") in TRADE_MODES:
            # freqtrade moves the stop on the exchange only where these switches are on.
            if self._riskguard_own_custom_stoploss is None:
                self._riskguard_own_custom_stoploss = self.use_custom_stoploss
            self.use_custom_stoploss = True
            self.config["use_custom_stoploss"] = True

    def _riskguard_bot_loop_start(self, own: Callable[..., None], **kwargs: Any) -> None:
        strategy_safe_wrapper(own, supress_error=True)(**kwargs)
        if self._riskguard.active:
            with self._riskguard.reporting("*", "taking stock; no entries until it succeeds"):
                self._riskguard.loop(self, kwargs["current_time"])
            self._riskguard_switch_adjustment()

    def _riskguard_switch_adjustment(self) -> None:
        """Let freqtrade ask for cuts while there are any; the strategy's own switch is kept."""
        own, wanted = self._riskguard_own_adjustment, bool(self._riskguard.stock.reductions)
        if own is None and wanted:
            self._riskguard_own_adjustment = self.position_adjustment_enable
            self.position_adjustment_enable = True
        elif own is not None and not wanted:
            self._riskguard_own_adjustment = None
            self.position_adjustment_enable = own

    def _riskguard_informative_pairs(
        self, own: Callable[[], ListPairsWithTimeframes]
    ) -> ListPairsWithTimeframes:
        pairs = list(own())
        session = self._riskguard
        if not session.active or self.config.get("runmode") not in TRADE_MODES:
            return pairs
        with session.reporting("*", "asking for candles; the strategy's own must do"):
            timeframe = session.settings.volatility.timeframe
            candle_type = self.config["candle_type_def"]
            held = [trade.pair for trade in open_trades()]
            wanted = [
                (pair, timeframe, candle_type)
                for pair in dict.fromkeys([*self.dp.current_whitelist(), *held])
            ]
            pairs += [pair for pair in wanted if pair not in pairs]
        return pairs

    def _riskguard_protections(self, own: Callable[[], list[Any]]) -> list[Any]:
        return [*own(), *protections.appended(self._riskguard.settings)]

    def _riskguard_leverage(
        self,
        own: Callable[..., float],
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> float:
        asked = strategy_safe_wrapper(own, default_retval=1.0)(
            pair=pair,
            current_time=current_time,
            current_rate=current_rate,
            proposed_leverage=proposed_leverage,
            max_leverage=max_leverage,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        session = self._riskguard
        if not session.active:
            return asked
        decided = 1.0
        with session.reporting(pair, "deciding leverage; 1x"):
            entry = session.entry(
                self,
                pair=pair,
                side=side_of(side),
                rate=current_rate,
                time=current_time,
                leverage=min(asked, max_leverage),
                stake_quote=bot_stake_quote(self, pair),
                enter_tag=entry_tag,
            )
            decided = session.entries.leverage(entry)
        return decided if session.enforcing else asked

    def _riskguard_custom_stake_amount(
        self,
        own: Callable[..., float],
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_stake: float,
        min_stake: float | None,
        max_stake: float,
        leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> float:
        asked = strategy_safe_wrapper(own, default_retval=proposed_stake)(
            pair=pair,
            current_time=current_time,
            current_rate=current_rate,
            proposed_stake=proposed_stake,
            min_stake=min_stake,
            max_stake=max_stake,
            leverage=leverage,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        session = self._riskguard
        if not session.active or not asked:
            return asked
        decided = 0.0
        with session.reporting(pair, "deciding the stake; no trade"):
            entry = session.entry(
                self,
                pair=pair,
                side=side_of(side),
                rate=current_rate,
                time=current_time,
                leverage=leverage,
                stake_quote=min(asked, max_stake),
                enter_tag=entry_tag,
            )
            decided = session.entries.stake(entry, min_stake or 0.0)
        return decided if session.enforcing else asked

    def _riskguard_confirm_trade_entry(
        self,
        own: Callable[..., bool],
        pair: str,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        current_time: datetime,
        entry_tag: str | None,
        side: str,
        **kwargs: Any,
    ) -> bool:
        session = self._riskguard
        # An error of the strategy's own counts as consent for freqtrade, and as a denial for us.
        confirmed = strategy_safe_wrapper(own, default_retval=not session.enforcing)(
            pair=pair,
            order_type=order_type,
            amount=amount,
            rate=rate,
            time_in_force=time_in_force,
            current_time=current_time,
            entry_tag=entry_tag,
            side=side,
            **kwargs,
        )
        if not session.active or not confirmed:
            return confirmed
        allowed = False
        with session.reporting(pair, "checking an entry; denied"):
            leverage = session.entries.decided_leverage(pair, side_of(side))
            entry = session.entry(
                self,
                pair=pair,
                side=side_of(side),
                rate=rate,
                time=current_time,
                leverage=leverage,
                stake_quote=amount * rate / leverage,
                enter_tag=entry_tag,
            )
            allowed = session.entries.allows(entry)
        return allowed or not session.enforcing

    def _riskguard__adjust_trade_position_internal(
        self,
        own: Callable[..., tuple[float | None, str]],
        trade: Trade,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[float | None, str]:
        # An addition to a position is held to what a new entry is held to; a cut comes first.
        stake: float | None = None
        tag = ""
        if self._riskguard_own_adjustment is not False:
            stake, tag = own(trade, *args, **kwargs)
        session = self._riskguard
        if not session.active:
            return stake, tag
        with session.reporting(trade.pair, "deciding a cut; it is asked for again"):
            cut = session.stock.reductions.cut_stake(
                trade, kwargs["current_rate"], kwargs["min_stake"] or 0.0
            )
            if cut is not None and (stake is None or stake > cut[0]):
                return cut
        if stake is None or stake <= 0:
            return stake, tag
        decided = 0.0
        with session.reporting(trade.pair, "deciding an addition; none"):
            decided = decide_addition(
                session,
                self,
                trade,
                stake,
                rate=kwargs["current_rate"],
                time=kwargs["current_time"],
                min_stake_quote=kwargs["min_stake"] or 0.0,
            )
        return (decided if session.enforcing else stake), tag

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
        if not session.enforcing:
            return own(trade, rate, current_time, **kwargs)
        exits: list[ExitCheckTuple] = []
        worst = kwargs.get("high" if trade.is_short else "low") or rate
        with session.reporting(trade.pair, "asking for the exit price; the stop remains"):
            limit = session.stock.exit_price(self, trade, current_time)
            if (1 - 2 * trade.is_short) * (worst - limit.price) <= 0:
                # A backtest sees the whole candle at once; a running bot would close here.
                stops.tighten(trade, limit.price, rate)
                session.stock.note_exit(trade, limit, current_time)
                exits.append(ExitCheckTuple(ExitType.STOP_LOSS, TAG + limit.rule))
        with session.reporting(trade.pair, "asking the strategy for exits; the guard's remain"):
            exits += own(trade, rate, current_time, **kwargs)
        with session.reporting(trade.pair, "asking for exits; the stop remains"):
            if session.stops.note_reached(trade, worst) and not self._riskguard_stops(exits):
                exits.append(ExitCheckTuple(exit_type=ExitType.STOP_LOSS))
            tag = session.stock.reductions.exit_tag(trade.id)
            if tag is not None:
                # An emergency exit is a market order, priced by nobody.
                exits.insert(0, ExitCheckTuple(ExitType.EMERGENCY_EXIT, tag))
        return exits

    def _riskguard_stops(self, exits: list[ExitCheckTuple]) -> bool:
        """Whether the stop is being acted on, here or by the exchange."""
        on_exchange = self.order_types.get("stoploss_on_exchange") and not self.config["dry_run"]
        stops = (ExitType.STOP_LOSS, ExitType.TRAILING_STOP_LOSS, ExitType.LIQUIDATION)
        return bool(on_exchange) or any(found.exit_type in stops for found in exits)

    def _riskguard_is_forced(self, trade: Trade, tag: str | None) -> bool:
        """Whether an exit is the guard's: neither to be vetoed nor to be priced by the strategy."""
        session = self._riskguard
        return session.enforcing and (
            (tag or "").startswith(TAG) or session.stops.is_reached(trade)
        )

    def _riskguard_confirm_trade_exit(
        self, own: Callable[..., bool], trade: Trade, exit_reason: str, **kwargs: Any
    ) -> bool:
        confirmed = strategy_safe_wrapper(own, default_retval=True)(
            trade=trade, exit_reason=exit_reason, **kwargs
        )
        return confirmed or self._riskguard_is_forced(trade, exit_reason)

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
        forced, switch = self.use_custom_stoploss, self._riskguard_own_custom_stoploss
        # Our switch must not wake a custom_stoploss that the strategy had not switched on.
        self.use_custom_stoploss = forced if switch is None else switch
        try:
            own(current_rate, trade, current_time, *args, **kwargs)
        finally:
            self.use_custom_stoploss = forced
        if not session.active:
            return
        with session.reporting(trade.pair, "setting the stop; it stays where it is"):
            session.stops.tighten(self, trade, before, current_rate, current_time)


guard_base(RiskGuard)
