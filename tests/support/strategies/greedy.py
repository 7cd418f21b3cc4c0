"""Strategies that want all they can get, put together with the guard in every way there is.

Each asks ``super()`` first, as a careful author would, and then does as it pleases.
"""

from freqtrade.strategy import IStrategy
from riskguard_sample import RiskGuardSample  # type: ignore[import-not-found]

from freqtrade_riskguard import RiskGuard


class Signals(IStrategy):
    timeframe = "5m"
    can_short = True
    startup_candle_count = 400
    minimal_roi = {"0": 10.0}  # noqa: RUF012 - freqtrade's way
    stoploss = -0.99

    populate_indicators = RiskGuardSample.populate_indicators
    populate_entry_trend = RiskGuardSample.populate_entry_trend
    populate_exit_trend = RiskGuardSample.populate_exit_trend

    @property
    def protections(self):
        return [{"method": "CooldownPeriod", "stop_duration_candles": 2}]


class Greedy(Signals):
    """Not guarded at all."""

    def leverage(self, *args, **kwargs):
        super().leverage(*args, **kwargs)
        return 50.0

    def custom_stake_amount(self, *args, **kwargs):
        super().custom_stake_amount(*args, **kwargs)
        return kwargs["max_stake"]

    def confirm_trade_entry(self, *args, **kwargs):
        super().confirm_trade_entry(*args, **kwargs)
        return True


class GuardFirst(RiskGuard, Greedy):
    pass


class GuardLast(Greedy, RiskGuard):
    """The bases in the wrong order."""


class Itself(RiskGuard, Signals):
    def leverage(self, *args, **kwargs):
        super().leverage(*args, **kwargs)
        return 50.0

    def custom_stake_amount(self, *args, **kwargs):
        super().custom_stake_amount(*args, **kwargs)
        return kwargs["max_stake"]

    def confirm_trade_entry(self, *args, **kwargs):
        super().confirm_trade_entry(*args, **kwargs)
        return True


class Grandchild(Itself):
    def leverage(self, *args, **kwargs):
        super().leverage(*args, **kwargs)
        return 50.0

    def custom_stake_amount(self, *args, **kwargs):
        super().custom_stake_amount(*args, **kwargs)
        return kwargs["max_stake"]

    def confirm_trade_entry(self, *args, **kwargs):
        super().confirm_trade_entry(*args, **kwargs)
        return True
