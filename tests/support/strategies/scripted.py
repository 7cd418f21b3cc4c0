"""A strategy that does what it is told at the times it is told, and nothing by itself.

Tests write subclasses with a ``script``; several of them may run in one process.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard

CANDLE = timedelta(minutes=5)


class Scripted(IStrategy):
    timeframe = "5m"
    can_short = True
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99

    # What to do, as plain values: see ``Script`` in tests/support/scripted.py.
    script: dict[str, Any] = {}  # noqa: RUF012

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        for entry in self.script["entries"]:
            if entry["pair"] == metadata["pair"]:
                dataframe.loc[
                    _candle_before(dataframe, entry["time"]), f"enter_{entry['side']}"
                ] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        for pair, time in self.script["exits"]:
            if pair == metadata["pair"]:
                dataframe.loc[_candle_before(dataframe, time), ["exit_long", "exit_short"]] = 1
        return dataframe

    def leverage(self, pair: str, current_time: datetime, **kwargs: Any) -> float:
        leverage: float = self._entry(pair, current_time)["leverage"]
        return leverage

    def custom_stake_amount(
        self, pair: str, current_time: datetime, proposed_stake: float, **kwargs: Any
    ) -> float:
        stake_quote: float | None = self._entry(pair, current_time)["stake_quote"]
        return stake_quote or proposed_stake

    def adjust_trade_position(
        self, trade: Trade, current_time: datetime, **kwargs: Any
    ) -> float | None:
        additions: list[tuple[str, str, float]] = self.script["additions"]
        for pair, time, stake_quote in additions:
            if pair == trade.pair and pd.Timestamp(time) == current_time:
                return stake_quote
        return None

    def _entry(self, pair: str, time: datetime) -> dict[str, Any]:
        return next(
            entry
            for entry in self.script["entries"]
            if entry["pair"] == pair and pd.Timestamp(entry["time"]) == time
        )


class GuardedScript(RiskGuard, Scripted):
    """Has its own settings of the guard."""

    riskguard: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, config: dict) -> None:
        config["riskguard"] = {**config["riskguard"], **self.riskguard}
        if self.script["guards_candles"]:
            config["datadir"] = Path(self.script["guards_candles"])
        super().__init__(config)


class Conviction:
    """The hook that tells how sure the strategy is."""

    script: dict[str, Any]

    def riskguard_conviction(self, pair: str, side: str, **kwargs: Any) -> float:
        conviction: float = self.script["conviction"]
        return conviction


class Target:
    """The hook that tells what the strategy aims at."""

    script: dict[str, Any]

    def riskguard_target(self, pair: str, side: str, rate: float, **kwargs: Any) -> float:
        target_ratio: float = self.script["target_ratio"]
        return rate * target_ratio


def _candle_before(dataframe: DataFrame, time: str) -> "pd.Series[bool]":
    """Return which row is the candle before a time: its signal is acted on at that time."""
    return dataframe["date"] == pd.Timestamp(time) - CANDLE
