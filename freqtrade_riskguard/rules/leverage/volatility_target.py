"""The volatility target on the account: it caps exposure, not leverage alone."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import percent, volatility_text
from freqtrade_riskguard.risk import leverage_for_exposure, volatility_target_exposure
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class VolatilityTargetConfig(RuleSection):
    """Limits exposure (notional / equity) to ``daily_risk_budget`` / daily volatility."""

    daily_risk_budget: Ratio = Field(
        default=0.02,
        description="maximum move of equity by one position on an ordinary day (one standard "
        "deviation)",
    )


@dataclass(frozen=True, slots=True)
class VolatilityTarget:
    """One position moves the account by at most ``daily_risk_budget`` a day (one sigma)."""

    name: ClassVar[str] = "volatility_target"

    daily_risk_budget: float

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the leverage at which the bot's stake has the exposure allowed."""
        return Cap(
            leverage_for_exposure(self._exposure(entry), entry.stake_share), self._why(entry)
        )

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake that has the exposure allowed at the leverage decided.

        Where even 1x is too much, it is the position that shrinks.
        """
        exposure_quote = self._exposure(entry) * entry.account.sizing_equity_quote
        return Cap(exposure_quote / entry.leverage, self._why(entry))

    def _exposure(self, entry: Entry) -> float:
        return volatility_target_exposure(
            entry.market.daily_volatility, daily_risk_budget=self.daily_risk_budget
        )

    def _why(self, entry: Entry) -> str:
        return (
            f"volatility {volatility_text(entry.market.daily_volatility)}, "
            f"budget {percent(self.daily_risk_budget)}/day of the account"
        )
