"""``DailyLoss``: no entries for the rest of a UTC day that has lost too much."""

from datetime import timedelta
from typing import Any

from freqtrade.constants import Config

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.protections.rule_protection import RuleProtection
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss as Rule


class Settings(Section):
    """The settings of ``DailyLoss`` in ``protections``."""

    daily_loss_limit: Ratio = 0.03


class DailyLoss(RuleProtection[Rule]):
    """Acts when a trade closes, on the profit of the trades that closed this day."""

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, protection_config)
        self._settings = view.checked_settings(Settings, protection_config)
        closes = bool(protection_config.get(view.CLOSE_ALL))
        self._lookback = timedelta(0)
        self._rule = Rule(self._settings.daily_loss_limit, close_all=closes)
        if not protection_config.get(view.BETWEEN_CLOSES):
            view.tell_closed_only(self.name)

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        return (
            f"{self.name} - no entries until 00:00 UTC after a loss of "
            f"{self._settings.daily_loss_limit:.1%} in a day, closed trades."
        )
