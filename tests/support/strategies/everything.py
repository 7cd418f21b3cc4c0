"""A bare strategy that uses every callback that freqtrade offers: a guard must not disturb any."""

from datetime import datetime, timedelta

import talib.abstract as ta
from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IntParameter, IStrategy, informative
from pandas import DataFrame


class Everything(IStrategy):
    timeframe = "5m"
    can_short = True
    startup_candle_count = 100
    process_only_new_candles = True
    minimal_roi = {"0": 0.12, "240": 0.06, "900": 0.02}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.25
    use_custom_stoploss = True
    position_adjustment_enable = True
    max_entry_position_adjustment = 2

    fast = IntParameter(10, 40, default=24, space="buy")

    @property
    def protections(self):
        return [
            {"method": "CooldownPeriod", "stop_duration_candles": 3},
            {
                "method": "StoplossGuard",
                "lookback_period_candles": 144,
                "trade_limit": 2,
                "stop_duration_candles": 24,
            },
        ]

    def informative_pairs(self):
        return [("BTC/USDT:USDT", "1h")]

    def bot_start(self, **kwargs):
        self.loops = 0

    def bot_loop_start(self, current_time, **kwargs):
        self.loops += 1

    @informative("1h")
    def populate_indicators_1h(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["trend"] = ta.EMA(dataframe, timeperiod=8)
        return dataframe

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["fast"] = ta.EMA(dataframe, timeperiod=self.fast.value)
        dataframe["slow"] = ta.EMA(dataframe, timeperiod=96)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        up = (dataframe["fast"] > dataframe["slow"]) & (dataframe["close"] > dataframe["trend_1h"])
        down = (dataframe["fast"] < dataframe["slow"]) & (
            dataframe["close"] < dataframe["trend_1h"]
        )
        dataframe.loc[up, ["enter_long", "enter_tag"]] = (1, "up")
        dataframe.loc[down, ["enter_short", "enter_tag"]] = (1, "down")
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["fast"] < dataframe["slow"], "exit_long"] = 1
        dataframe.loc[dataframe["fast"] > dataframe["slow"], "exit_short"] = 1
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
        return 4.0 if side == "long" else 3.0

    def custom_stake_amount(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_stake: float,
        min_stake: float | None,
        max_stake: float,
        leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        return proposed_stake * (0.3 if entry_tag == "up" else 0.4)

    def custom_entry_price(
        self,
        pair: str,
        trade: Trade | None,
        current_time: datetime,
        proposed_rate: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        # Not every order fills on its first candle: those are replaced, see below.
        return proposed_rate * (0.997 if side == "long" else 1.003)

    def adjust_entry_price(
        self,
        trade: Trade,
        order: Order | None,
        pair: str,
        current_time: datetime,
        proposed_rate: float,
        current_order_rate: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float | None:
        waited = current_time - order.order_date_utc if order else timedelta(0)
        return proposed_rate if waited > timedelta(minutes=10) else current_order_rate

    def confirm_trade_entry(
        self,
        pair: str,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        current_time: datetime,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> bool:
        return current_time.hour != 7

    def custom_stoploss(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        after_fill: bool,
        **kwargs,
    ) -> float | None:
        if after_fill:
            # Looser than before: freqtrade allows that after a fill only.
            return -0.22
        return -0.05 if current_profit > 0.05 else None

    def custom_exit(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        **kwargs,
    ) -> str | None:
        return "too_old" if current_time - trade.open_date_utc > timedelta(hours=9) else None

    def custom_exit_price(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        proposed_rate: float,
        current_profit: float,
        exit_tag: str | None,
        **kwargs,
    ) -> float:
        return proposed_rate * (0.9995 if trade.is_short else 1.0005)

    def confirm_trade_exit(
        self,
        pair: str,
        trade: Trade,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        exit_reason: str,
        current_time: datetime,
        **kwargs,
    ) -> bool:
        return exit_reason != "exit_signal" or current_time.minute != 35

    def adjust_trade_position(
        self,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        min_stake: float | None,
        max_stake: float,
        current_entry_rate: float,
        current_exit_rate: float,
        current_entry_profit: float,
        current_exit_profit: float,
        **kwargs,
    ) -> float | tuple[float | None, str | None] | None:
        if trade.has_open_orders:
            return None
        if current_profit > 0.04 and trade.nr_of_successful_exits == 0:
            return -trade.stake_amount / 2, "half_out"
        if current_profit < -0.03 * trade.nr_of_successful_entries:
            return trade.stake_amount / 2, "add"
        return None

    def order_filled(
        self, pair: str, trade: Trade, order: Order, current_time: datetime, **kwargs
    ) -> None:
        trade.set_custom_data("filled", trade.get_custom_data("filled", default=0) + 1)


class EverythingTrailing(Everything):
    use_custom_stoploss = False
    trailing_stop = True
    trailing_stop_positive = 0.02
    trailing_stop_positive_offset = 0.04
    trailing_only_offset_is_reached = True
