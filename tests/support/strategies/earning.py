"""Strategies that earn in the market that they were made for: a guard must let them.

Both follow a channel: out of it in the direction of the trend, and back out at its other side.
"""

from datetime import datetime
from typing import ClassVar

import talib.abstract as ta
from freqtrade.strategy import IStrategy
from pandas import DataFrame


class Earner(IStrategy):
    """Holds what the strategies of this file share."""

    can_short = True
    process_only_new_candles = True
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99

    wanted_leverage = 5.0
    entry_candles: ClassVar[int]
    exit_candles: ClassVar[int]
    trend_candles: ClassVar[int]

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        # Of the candles before this one, which does not break out of its own high.
        high, low = dataframe["high"].shift(1), dataframe["low"].shift(1)
        dataframe["entry_high"] = high.rolling(self.entry_candles).max()
        dataframe["entry_low"] = low.rolling(self.entry_candles).min()
        dataframe["exit_high"] = high.rolling(self.exit_candles).max()
        dataframe["exit_low"] = low.rolling(self.exit_candles).min()
        dataframe["trend"] = ta.EMA(dataframe, timeperiod=self.trend_candles)
        return dataframe

    def leverage(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        return self.wanted_leverage


class TrendEarner(Earner):
    """Long above the highest price of twelve hours, until below the lowest, in an uptrend."""

    timeframe = "5m"
    startup_candle_count = 400
    entry_candles = 144
    exit_candles = 144
    trend_candles = 288

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        close = dataframe["close"]
        up = (close > dataframe["entry_high"]) & (close > dataframe["trend"])
        dataframe.loc[up & (dataframe["volume"] > 0), "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["close"] < dataframe["exit_low"], "exit_long"] = 1
        return dataframe


class FallShorter(Earner):
    """Short below the lowest price of two days, until above the highest, in a week's downtrend."""

    timeframe = "15m"
    startup_candle_count = 800
    entry_candles = 192
    exit_candles = 192
    trend_candles = 672

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        close = dataframe["close"]
        down = (close < dataframe["entry_low"]) & (close < dataframe["trend"])
        dataframe.loc[down & (dataframe["volume"] > 0), "enter_short"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["close"] > dataframe["exit_high"], "exit_short"] = 1
        return dataframe


class TrendEarnerAt1x(TrendEarner):
    wanted_leverage = 1.0


class FallShorterAt1x(FallShorter):
    wanted_leverage = 1.0
