"""A strategy that starts small in wild hours, and adds to its positions when it calms down."""

from datetime import datetime, timedelta

from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame


class Adder(IStrategy):
    timeframe = "5m"
    startup_candle_count = 20
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99
    position_adjustment_enable = True

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def custom_stake_amount(self, proposed_stake: float, **kwargs) -> float:
        return proposed_stake / 20

    def adjust_trade_position(self, trade: Trade, current_time: datetime, **kwargs) -> float | None:
        newest = trade.date_last_filled_utc
        if newest is None or current_time - newest < timedelta(hours=4):
            return None
        return trade.stake_amount
