"""A strategy whose orders wait: before a crash it offers to buy much of it lower down."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard

CANDLE = timedelta(minutes=5)
BTC, ETH, DOGE = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "DOGE"))
ADDED_AT = pd.Timestamp("2024-01-22 13:40Z")
ADDED_QUOTE = 5_000.0
ENTERED = {
    BTC: (pd.Timestamp("2024-01-22 13:35Z"), 2_000.0),
    DOGE: (ADDED_AT, 500.0),
    ETH: (pd.Timestamp("2024-01-22 13:45Z"), 4_666.0),
}
LOWER = 0.92


class Patient(IStrategy):
    timeframe = "5m"
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99
    position_adjustment_enable = True

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        if metadata["pair"] in ENTERED:
            time, _ = ENTERED[metadata["pair"]]
            dataframe.loc[dataframe["date"] == time - CANDLE, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def leverage(self, *args: Any, **kwargs: Any) -> float:
        return 3.0

    def custom_stake_amount(self, pair: str, **kwargs: Any) -> float:
        return ENTERED[pair][1]

    def custom_entry_price(
        self, pair: str, trade: Trade | None, proposed_rate: float, **kwargs: Any
    ) -> float:
        return proposed_rate * (LOWER if pair == DOGE or trade is not None else 1.0)

    def adjust_trade_position(
        self, trade: Trade, current_time: datetime, **kwargs: Any
    ) -> float | None:
        is_time = trade.pair == BTC and ADDED_AT <= current_time < ADDED_AT + CANDLE
        return ADDED_QUOTE if is_time and not trade.has_open_orders else None

    def check_entry_timeout(self, *args: Any, **kwargs: Any) -> bool:
        return False


class GuardedPatient(RiskGuard, Patient):
    """As careful as its configuration says."""
