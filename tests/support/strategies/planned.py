"""A strategy that trades by the plan in its configuration; with the guard, and without.

``config["plan"]`` lists entries as ``{"pair", "time", "side", "leverage", "stake"}`` and exits as
``{"pair", "time", "exit": true}``: each signal is given by the candle that ends at its time.
"""

from datetime import datetime
from typing import Any

import pandas as pd
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard

CANDLE = pd.Timedelta(minutes=5)


class BarePlanned(IStrategy):
    timeframe = "5m"
    can_short = True
    stoploss = -0.5
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        for step in self._steps(metadata["pair"]):
            if not step.get("exit"):
                dataframe.loc[_ends_at(dataframe, step), f"enter_{step.get('side', 'long')}"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        for step in self._steps(metadata["pair"]):
            if step.get("exit"):
                dataframe.loc[_ends_at(dataframe, step), ["exit_long", "exit_short"]] = 1
        return dataframe

    def leverage(self, pair: str, current_time: datetime, **kwargs: Any) -> float:
        return float(self._last_entry(pair, current_time).get("leverage", 1.0))

    def custom_stake_amount(
        self, pair: str, current_time: datetime, proposed_stake: float, **kwargs: Any
    ) -> float:
        return float(self._last_entry(pair, current_time).get("stake", proposed_stake))

    def _steps(self, pair: str) -> list[dict[str, Any]]:
        return [step for step in self.config["plan"] if step["pair"] == pair]

    def _last_entry(self, pair: str, now: datetime) -> dict[str, Any]:
        past = [
            step
            for step in self._steps(pair)
            if not step.get("exit") and pd.Timestamp(step["time"]) <= now
        ]
        return past[-1] if past else {}


class Planned(RiskGuard, BarePlanned):
    """The same, guarded."""


def _ends_at(dataframe: DataFrame, step: dict[str, Any]) -> "pd.Series[bool]":
    return dataframe["date"] == pd.Timestamp(step["time"]) - CANDLE
