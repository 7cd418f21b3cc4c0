"""Follows every turn of a trend, on every pair; the same with callbacks that do nothing."""

import talib.abstract as ta
from freqtrade.strategy import IStrategy


class Busy(IStrategy):
    """Follows every turn of the trend, long and short, for half a day."""

    timeframe = "5m"
    can_short = True
    startup_candle_count = 200
    minimal_roi = {"0": 10.0, "720": -1.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.06

    def populate_indicators(self, dataframe, metadata):
        fast = ta.EMA(dataframe, timeperiod=50)
        dataframe["up"] = (fast > ta.EMA(dataframe, timeperiod=200)).astype(int)
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        turn = dataframe["up"].diff()
        dataframe["enter_long"] = (turn > 0).astype(int)
        dataframe["enter_short"] = (turn < 0).astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe


class BusyForNothing(Busy):
    """With the callbacks that a guard would need, had it no better way."""

    use_custom_stoploss = True
    position_adjustment_enable = True

    def bot_loop_start(self, current_time, **kwargs):
        pass

    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return None

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return None

    def adjust_trade_position(self, trade, current_time, current_rate, *args, **kwargs):
        return None
