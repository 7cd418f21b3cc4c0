"""A strategy that ruins its account: 10x leverage on everything, against every move, with no stop.

Plain freqtrade, without the guard; a figure that the guard improves is measured against these.
"""

from datetime import datetime

import talib.abstract as ta
from freqtrade.strategy import IStrategy
from pandas import DataFrame


class Reckless(IStrategy):
    """Buys what falls and sells what rises, and holds on to losers until liquidation."""

    timeframe = "1h"
    can_short = True
    startup_candle_count = 30
    process_only_new_candles = True
    minimal_roi = {"0": 0.05}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99

    wanted_leverage = 10.0

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["rsi"] = ta.RSI(dataframe, timeperiod=14)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        traded = dataframe["volume"] > 0
        dataframe.loc[traded & (dataframe["rsi"] < 28), "enter_long"] = 1
        dataframe.loc[traded & (dataframe["rsi"] > 75), "enter_short"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["rsi"] > 60, "exit_long"] = 1
        dataframe.loc[dataframe["rsi"] < 40, "exit_short"] = 1
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
        return min(self.wanted_leverage, max_leverage)


class RecklessAt1x(Reckless):
    """The fair baseline: a guard must be more than a lack of leverage."""

    wanted_leverage = 1.0
