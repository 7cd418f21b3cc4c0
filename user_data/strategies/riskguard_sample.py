"""A simple trend strategy, long and short, guarded by RiskGuard.

It follows the trend with two moving averages, asks for 10x leverage, and its own stop is far away:
RiskGuard is what keeps it alive. Copy the file to ``user_data/strategies`` of your bot and put a
``riskguard`` block into its configuration (see ``config.example.json``). Without that block the
profile is ``seatbelt``.
"""

from datetime import datetime

import talib.abstract as ta
from freqtrade.strategy import DecimalParameter, IntParameter, IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard


class RiskGuardSample(RiskGuard, IStrategy):
    """Follow breakouts in the direction of the trend, until the trend turns."""

    INTERFACE_VERSION = 3

    timeframe = "5m"
    can_short = True
    startup_candle_count = 400
    process_only_new_candles = True

    # Exits follow the signal. RiskGuard's stops are nearer: this one, at half of the margin, is the
    # last resort. It has to be nearer than liquidation, or `riskguard check` calls it a danger.
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

    wanted_leverage = 10.0

    # Settings of the guard that hyperopt may search (--spaces protection), by their name in the
    # configuration: riskguard__<section>__<setting>. What it finds counts unless the configuration
    # sets the same. The defaults here never count: until then the profile's hold.
    riskguard__atr_stop__multiple = DecimalParameter(
        1.0, 4.0, default=2.0, decimals=1, space="protection"
    )
    riskguard__circuit_breaker__losing_trades = IntParameter(2, 6, default=3, space="protection")
    riskguard__daily_loss_limit = DecimalParameter(
        0.01, 0.05, default=0.03, decimals=3, space="protection"
    )

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

    def leverage(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs: object,
    ) -> float:
        """Ask for a lot; RiskGuard decides how much of it the trade may have."""
        return self.wanted_leverage
