"""``WeeklyLoss``: no entries for the rest of a week that has lost too much."""

from datetime import timedelta
from typing import Any

from freqtrade.constants import Config

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.protections.rule_protection import RuleProtection
from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLoss as Rule

_WEEK = timedelta(days=7, seconds=1)


class Settings(Section):
    """The settings of ``WeeklyLoss`` in ``protections``."""

    weekly_loss_limit: Ratio = 0.15


class WeeklyLoss(RuleProtection[Rule]):
    """Acts when a trade closes, on the profit of the trades that closed since Monday 00:00 UTC."""

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, protection_config)
        self._settings = view.checked_settings(Settings, protection_config)
        closes = bool(protection_config.get(view.CLOSE_ALL))
        self._lookback = _WEEK
        self._rule = Rule(self._settings.weekly_loss_limit, close_all=closes)
        if not protection_config.get(view.BETWEEN_CLOSES):
            view.tell_closed_only(self.name)

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        return (
            f"{self.name} - no entries until Monday 00:00 UTC after a loss of "
            f"{self._settings.weekly_loss_limit:.1%} in a week, closed trades."
        )
