"""``RiskGuard``: freqtrade's callbacks in, the guard's answers out. Translation only.

The module holds no state: hyperopt pickles it by value into its worker processes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from freqtrade.constants import Config, ListPairsWithTimeframes
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.bot.session import VALUING_ACCOUNT, Session
from freqtrade_riskguard.adapters.callbacks.adjustment_switch import AdjustmentSwitch
from freqtrade_riskguard.adapters.callbacks.candles import needed_candles
from freqtrade_riskguard.adapters.callbacks.entry import EntryCallbacks
from freqtrade_riskguard.adapters.callbacks.exit import ExitCallbacks
from freqtrade_riskguard.adapters.callbacks.wrapping import (
    guard_again,
    guard_assigned,
    guard_base,
    guard_subclass,
)
from freqtrade_riskguard.adapters.charts import plots
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.adapters.selftest.gate import require_freqtrade
from freqtrade_riskguard.adapters.startup import protection_definitions as protections
from freqtrade_riskguard.adapters.startup.checks import check_switches, checked_config
from freqtrade_riskguard.adapters.startup.hyperopt_parameters import inherited_parameters

_ADJUSTMENT = "position_adjustment_enable"


class RiskGuard(EntryCallbacks, ExitCallbacks):
    """Guards a strategy: ``class Mine(RiskGuard, IStrategy)`` or ``class Safe(RiskGuard, Mine)``.

    The strategy's own answers count as one more voice: RiskGuard can only make them more careful.
    What it does is set in ``config["riskguard"]``; with ``"enabled": false`` it is as if it were
    not there.
    """

    def __init__(self, config: Config) -> None:
        """Check configuration and freqtrade; a mistake in either stops freqtrade here.

        :param config: freqtrade's configuration
        """
        settings = checked_config(config)
        if settings.observing_or_enforcing:
            require_freqtrade(config.get("runmode"))
        # Once more: a class decorator may have put a callback on the class after its creation.
        guard_subclass(type(self))
        self._riskguard = Session(settings)
        self._riskguard_own_custom_stoploss: bool | None = None
        self._riskguard_own_adjustment: bool | None = None
        super().__init__(config)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Put the guard in front of the callbacks that the class defines itself."""
        super().__init_subclass__(**kwargs)
        guard_subclass(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        """Put the guard in front of callbacks that a strategy assigns to itself, too."""
        if name == _ADJUSTMENT and self.__dict__.get("_riskguard_own_adjustment") is not None:
            # The guard has put its own there: the strategy's counts beside it, and after a cut.
            name = "_riskguard_own_adjustment"
        super().__setattr__(name, guard_assigned(self, name, value))

    def analyze(self, pairs: list[str]) -> None:
        """Compute the signals, and guard what a strategy puts on itself or its class meanwhile.

        A running bot does so between the start of its loop and its entries; a backtest has done it
        before its first candle.

        :param pairs: the pairs to look at
        """
        try:
            super().analyze(pairs)
        finally:
            guard_again(self)

    def load_params_from_file(self) -> dict[str, Any]:
        """Load hyperopt's parameters, those of the guarded strategy where there are no others."""
        return super().load_params_from_file() or inherited_parameters(type(self))

    def _riskguard_ft_load_hyper_params(
        self, own: Callable[..., None], *args: Any, **kwargs: Any
    ) -> None:
        own(*args, **kwargs)
        if self._riskguard.active:
            self._riskguard.apply_parameters(self)

    def _riskguard_ft_bot_start(self, own: Callable[..., None], **kwargs: Any) -> None:
        # Not in bot_start: freqtrade loads hyperopt's parameters after that.
        own(**kwargs)
        guard_again(self)
        if not self._riskguard.active:
            return
        live = is_running_bot(self.config)
        if self._riskguard.enforcing and live:
            # The guard's own exits: a limit order may be left behind, or time out.
            self.order_types = {**self.order_types, "emergency_exit": "market"}
        check_switches(self)
        self._riskguard.start(self)
        if self._riskguard.enforcing and live:
            # freqtrade moves the stop on the exchange only where these switches are on.
            if self._riskguard_own_custom_stoploss is None:
                self._riskguard_own_custom_stoploss = self.use_custom_stoploss
            self.use_custom_stoploss = True
            self.config["use_custom_stoploss"] = True
            self._riskguard_switch_adjustment()

    def _riskguard_bot_loop_start(
        self, own: Callable[..., None], current_time: datetime, **kwargs: Any
    ) -> None:
        self._riskguard_end_cut()
        if getattr(own, "__func__", None) is not IStrategy.bot_loop_start:
            # Freqtrade's own needs no shelter, which costs more than all that it does.
            own = strategy_safe_wrapper(own, supress_error=True)
        own(current_time=current_time, **kwargs)
        guard_again(self)
        if self._riskguard.active:
            with self._riskguard.reporting(*VALUING_ACCOUNT):
                self._riskguard.on_loop(self, current_time)
            self._riskguard_switch_adjustment()

    def _riskguard_switch_adjustment(self) -> None:
        """Let freqtrade ask for cuts while there are any; the strategy's own switch is kept."""
        session, own = self._riskguard, self._riskguard_own_adjustment
        if session.enforcing and is_running_bot(self.config):
            if own is None:
                self._riskguard_own_adjustment = self.position_adjustment_enable
                self.__dict__[_ADJUSTMENT] = AdjustmentSwitch(
                    lambda: self._riskguard_own_adjustment,
                    lambda: self._riskguard.account_manager.reductions,
                )
            return
        wanted = bool(session.account_manager.reductions)
        if own is None and wanted:
            self._riskguard_own_adjustment = self.position_adjustment_enable
            self.__dict__[_ADJUSTMENT] = True
        elif own is not None and not wanted:
            self._riskguard_own_adjustment = None
            self.position_adjustment_enable = own

    def _riskguard_informative_pairs(
        self, own: Callable[[], ListPairsWithTimeframes]
    ) -> ListPairsWithTimeframes:
        pairs = list(own())
        session = self._riskguard
        if not session.active or not is_running_bot(self.config):
            return pairs
        with session.reporting("*", "asking for candles; only the strategy's own are fetched"):
            wanted = needed_candles(session, self)
            pairs += [pair for pair in wanted if pair not in pairs]
        return pairs

    def _riskguard_plot_annotations(
        self, own: Callable[..., list[Any]], *args: Any, **kwargs: Any
    ) -> list[Any]:
        annotations = own(*args, **kwargs)
        session = self._riskguard
        if args or not session.active or not plots.shows_charts(self):
            return annotations
        pair, candles = kwargs["pair"], kwargs["dataframe"]
        with session.reporting(pair, "drawing a chart; it shows the strategy's own lines only"):
            plots.add_columns(self, session.settings, session.account, pair, candles)
            areas = plots.lock_areas(pair, kwargs["start_date"], kwargs["end_date"])
            return [*annotations, *areas]
        return annotations

    def _riskguard_protections(self, own: Callable[[], list[Any]]) -> list[Any]:
        return [*own(), *protections.appended(self._riskguard.settings)]


guard_base(RiskGuard)
