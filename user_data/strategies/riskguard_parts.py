"""The sample's trend strategy with RiskGuard's parts instead of its mixin.

A plain freqtrade strategy. The rules decide leverage and stops; of the account only the protections
know, and those see closed trades. Copy the file to ``user_data/strategies`` of your bot and put a
``riskguard`` block into its configuration (see ``config.example.json``).
"""

import talib.abstract as ta
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import callbacks


class RiskGuardParts(IStrategy):
    """Follow breakouts in the direction of the trend, until the trend turns."""

    INTERFACE_VERSION = 3

    timeframe = "5m"
    can_short = True
    startup_candle_count = 400
    process_only_new_candles = True

    # Exits follow the signal. RiskGuard's stops are nearer than this one, which holds until they
    # are set.
    minimal_roi = {"0": 10.0}
    stoploss = -0.5

    order_types = {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": True,
        "stoploss_price_type": "mark",
    }

    # RiskGuard: leverage and stops, a check of the settings at the start, and the candles that its
    # rules need on a running bot.
    use_custom_stoploss = True
    leverage = callbacks.leverage
    custom_stoploss = callbacks.custom_stoploss
    bot_start = callbacks.bot_start
    informative_pairs = callbacks.informative_pairs

    # Its protections pause entries after losses.
    protections = [
        {"method": "CircuitBreaker", "losing_trades": 3, "max_loss": 0.02, "stop_duration": 60},
        {"method": "DailyLoss", "daily_loss_limit": 0.03},
        {"method": "WeeklyLoss", "weekly_loss_limit": 0.15},
        {"method": "EquityDrawdown", "max_drawdown": 0.18},
        {"method": "FundingBreaker", "max_drain": 0.10, "max_paid": 0.01},
    ]

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Add the trend (two averages) and the channel of the last day (on 5m candles)."""
        dataframe["ema_fast"] = ta.EMA(dataframe, timeperiod=72)
        dataframe["ema_slow"] = ta.EMA(dataframe, timeperiod=288)
        dataframe["channel_high"] = dataframe["high"].rolling(288).max().shift(1)
        dataframe["channel_low"] = dataframe["low"].rolling(288).min().shift(1)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Enter when the price leaves the channel in the direction of the trend."""
        rising = dataframe["ema_fast"] > dataframe["ema_slow"]
        up = rising & (dataframe["close"] > dataframe["channel_high"]) & (dataframe["volume"] > 0)
        down = ~rising & (dataframe["close"] < dataframe["channel_low"]) & (dataframe["volume"] > 0)
        dataframe.loc[up, ["enter_long", "enter_tag"]] = (1, "breakout")
        dataframe.loc[down, ["enter_short", "enter_tag"]] = (1, "breakdown")
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Leave when the trend has turned."""
        rising = dataframe["ema_fast"] > dataframe["ema_slow"]
        dataframe.loc[~rising, "exit_long"] = 1
        dataframe.loc[rising, "exit_short"] = 1
        return dataframe
