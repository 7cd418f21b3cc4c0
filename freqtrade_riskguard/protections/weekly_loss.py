"""``WeeklyLoss``: no entries for the rest of a week that has lost too much."""

from datetime import datetime, timedelta
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskguard.adapters.startup import closed_trades_view as view
from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLoss as Rule

_WEEK = timedelta(days=7, seconds=1)


class Settings(Section):
    """The settings of ``WeeklyLoss`` in ``protections``."""

    weekly_loss_limit: Ratio = 0.15


class WeeklyLoss(IProtection):
    """Acts when a trade closes, on the profit of the trades that closed since Monday 00:00 UTC."""

    has_global_stop = True
    has_local_stop = False

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, protection_config)
        self._settings = view.checked_settings(Settings, protection_config)
        closes = bool(protection_config.get(view.CLOSE_ALL))
        self._rule = Rule(self._settings.weekly_loss_limit, close_all=closes)
        if not protection_config.get(view.BETWEEN_CLOSES):
            view.tell_closed_only(self.name)

    def short_desc(self) -> str:
        """Return what the protection does, for freqtrade's startup message."""
        return (
            f"{self.name} - no entries until Monday 00:00 UTC after a loss of "
            f"{self._settings.weekly_loss_limit:.1%} in a week, closed trades."
        )

    def global_stop(
        self, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return the lock for all pairs, if the week has lost too much."""
        return view.choose(view.ask(self._rule, date_now, _WEEK, starting_balance), "*", side)

    def stop_per_pair(
        self, pair: str, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Return nothing: the week's loss concerns the whole account."""
        return None
