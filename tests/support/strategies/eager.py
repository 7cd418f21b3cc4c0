"""Strategies that always want to be in the market; in some pairs only from a moment on."""

from typing import Any

import pandas as pd
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard


class Eager(RiskGuard, IStrategy):
    timeframe = "5m"
    stoploss = -0.5
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        since = self.config["eager_since"].get(metadata["pair"], "2000-01-01T00:00Z")
        dataframe.loc[dataframe["date"] >= pd.Timestamp(since), "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe


class Levered(Eager):
    """Wants more leverage than is good."""

    stoploss = -0.99

    def leverage(self, *args: Any, **kwargs: Any) -> float:
        return 5.0
