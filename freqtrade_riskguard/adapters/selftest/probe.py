"""A guarded strategy whose guard answers by a script. freqtrade loads it from this file."""

import inspect
from collections.abc import Callable
from typing import Any

from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.adapters.callbacks.wrapping import GUARDED
from freqtrade_riskguard.adapters.selftest.script import Script


class Probe(RiskGuard, IStrategy):
    """Wants to enter at every candle with 10x, vetoes every exit, and prices exits out of reach."""

    timeframe = "5m"
    can_short = True
    stoploss = -0.99
    minimal_roi = {"0": 100}  # noqa: RUF012 - freqtrade's way
    use_exit_signal = True
    # As the guard sets it in a running bot: freqtrade moves stops after fills and on the exchange
    # only with it.
    use_custom_stoploss = True
    process_only_new_candles = True

    def __init__(self, config: dict[str, Any]) -> None:
        self.script = Script()
        self.own_trades: dict[str, Any] = {}
        super().__init__(config)

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        side = "short" if metadata["pair"] in self.script.shorts else "long"
        return dataframe.assign(**{f"enter_{side}": 1})

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def leverage(self, *args: Any, **kwargs: Any) -> float:
        return 10.0

    def custom_stake_amount(self, *args: Any, **kwargs: Any) -> float:
        return 1_000.0

    def custom_entry_price(self, *args: Any, **kwargs: Any) -> float:
        pair, proposed_rate = {"pair": kwargs["pair"]}, kwargs["proposed_rate"]
        return float(self.script.answer(self, "custom_entry_price", proposed_rate, pair))

    def confirm_trade_exit(self, *args: Any, **kwargs: Any) -> bool:
        self.own_trades[kwargs["trade"].pair] = kwargs["trade"]
        return False

    def custom_exit_price(self, *args: Any, **kwargs: Any) -> float:
        return 100.9


def _scripted(hook: str) -> Callable[..., Any]:
    """Return what stands in the guard's place: it takes what the guard takes, and no more."""
    taken = inspect.signature(getattr(RiskGuard, f"_riskguard_{hook}"))

    def handler(self: Probe, own: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            bound = taken.bind(self, own, *args, **kwargs).arguments
        except TypeError as error:
            # freqtrade logs it, and goes on as if there were no guard.
            self.script.misfits[hook] = str(error)
            raise
        given = {**bound, **bound.pop("kwargs", {})}
        self.script.note(hook, given)
        asked = strategy_safe_wrapper(own, default_retval=None, supress_error=True)(*args, **kwargs)
        return self.script.answer(self, hook, asked, given)

    return handler


for _hook in GUARDED:
    setattr(Probe, f"_riskguard_{_hook}", _scripted(_hook))
