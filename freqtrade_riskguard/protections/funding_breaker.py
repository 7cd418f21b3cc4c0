"""``FundingBreaker``: no entries where funding has taken too much."""

from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker as Rule


class Settings(Section):
    """The settings of ``FundingBreaker`` in ``protections``, beside freqtrade's own keys."""

    max_drain: Ratio = 0.10
    max_paid: Ratio = 0.01


class FundingBreaker(IProtection):
    """Acts when a trade closes. Lookback 24 h and windows of 8 h unless configured."""

    has_global_stop = True
    has_local_stop = True

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        defaults = {"lookback_period": 24 * 60, "stop_duration": 8 * 60}
        super().__init__(config, {**defaults, **protection_config})
        settings = view.checked_settings(Settings, protection_config)
        self._lookback = timedelta(minutes=self._lookback_period)
        self._rule = Rule(
            max_drain_ratio=settings.max_drain,
            max_paid_ratio=settings.max_paid,
            lookback=self._lookback,
            pause=timedelta(minutes=self._stop_duration),
        )
        if not protection_config.get(view.BETWEEN_CLOSES):
            view.tell_closed_only(self.name)

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        return (
            f"{self.name} - no entries for the rest of a window of {self.stop_duration_str} on a "
            f"pair that paid {self._rule.max_drain_ratio:.1%} of its margin in funding, or on all "
            f"when it took {self._rule.max_paid_ratio:.1%} of the account within "
            f"{self.lookback_period_str}."
        )

    def global_stop(
        self, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for all pairs, if the account paid too much."""
        return view.choose(
            view.ask(self._rule, date_now, self._lookback, starting_balance), "*", side
        )

    def stop_per_pair(
        self, pair: str, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for a pair and side that paid too much of its margin."""
        return view.choose(
            view.ask(self._rule, date_now, self._lookback, starting_balance), pair, side
        )
