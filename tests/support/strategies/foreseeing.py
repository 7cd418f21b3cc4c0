"""A strategy that knows what comes, most of the time: its edge is real, and losers are among it."""

from freqtrade.strategy import IntParameter, IStrategy
from pandas import DataFrame

from freqtrade_riskguard import RiskGuard

# From the open after a signal to the open at which the exit is filled.
ENTRY, EXIT = 1, 10


class Foreseeing(RiskGuard, IStrategy):
    """Holds for most of an hour what will have risen; each sixth hour it is blind."""

    timeframe = "5m"
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.5
    blind_hours = IntParameter(5, 7, default=6, space="buy", optimize=True)

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        hour = dataframe["date"].dt.hour
        begins = dataframe["date"].dt.minute == 0
        rises = dataframe["open"].shift(-EXIT) > 1.003 * dataframe["open"].shift(-ENTRY)
        blind = hour % self.blind_hours.value == 0
        dataframe.loc[begins & (rises | blind), "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["date"].dt.minute == 45, "exit_long"] = 1
        return dataframe

    def leverage(self, *args, **kwargs) -> float:
        return 5.0
