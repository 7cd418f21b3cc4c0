"""``FundingBreaker``: no entries where funding has taken too much."""

from datetime import timedelta
from typing import Any

from freqtrade.constants import Config

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.protections.rule_protection import RuleProtection
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker as Rule


class Settings(Section):
    """The settings of ``FundingBreaker`` in ``protections``, beside freqtrade's own keys."""

    max_drain: Ratio = 0.10
    max_paid: Ratio = 0.01


class FundingBreaker(RuleProtection[Rule]):
    """Acts when a trade closes. Lookback 24 h and windows of 8 h unless configured."""

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
