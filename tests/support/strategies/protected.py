"""Plain strategies without the guard, that name its protections."""

from freqtrade.strategy import IStrategy
from pandas import DataFrame


class Protected(IStrategy):
    """Always long at 10x: the market decides how that ends."""

    timeframe = "5m"
    startup_candle_count = 20
    minimal_roi = {"0": 0.2}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.3

    wanted_leverage = 10.0
    methods: tuple[str, ...] = ("CircuitBreaker", "DailyLoss", "FundingBreaker")

    @property
    def protections(self):
        # In here: hyperopt's workers do not run a strategy's own import lines.
        import freqtrade_riskguard  # noqa: F401, PLC0415

        return [{"method": method} for method in self.methods]

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def leverage(self, *args, **kwargs) -> float:
        return self.wanted_leverage


class Steady(Protected):
    """Takes small profits without leverage, and never a loss."""

    wanted_leverage = 1.0
    minimal_roi = {"0": 0.004}  # noqa: RUF012
    stoploss = -0.99


class RecklessCircuitBreaker(Protected):
    methods = ("CircuitBreaker",)


class RecklessDailyLoss(Protected):
    methods = ("DailyLoss",)


class RecklessFundingBreaker(Protected):
    methods = ("FundingBreaker",)


class SteadyCircuitBreaker(Steady):
    methods = ("CircuitBreaker",)


class SteadyDailyLoss(Steady):
    methods = ("DailyLoss",)


class SteadyFundingBreaker(Steady):
    methods = ("FundingBreaker",)
