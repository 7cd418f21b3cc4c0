"""A strategy that puts callbacks on its class while it computes its signals."""

from collections.abc import Callable
from typing import Any

from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard


def answering(answer: object) -> Callable[..., object]:
    """Return a callback that always answers the same."""
    return lambda *_, **__: answer


class Patching(RiskGuard, IStrategy):
    timeframe = "5m"
    stoploss = -0.5
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        cls: Any = type(self)
        cls.confirm_trade_entry = answering(True)
        cls.custom_stake_amount = answering(3_000.0)
        cls.leverage = answering(20.0)
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe
