"""A leverage to aim at, scaled down while the market is wilder than usual."""

from dataclasses import dataclass
from math import isnan
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import AnnualVolatility, Leverage, RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import scale_volatility, scaled_target_leverage
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import DAILY, YEARLY
from freqtrade_riskguard.snapshot import Entry


class TargetLeverageConfig(RuleSection):
    """A target leverage that shrinks when volatility is high; off until ``target`` is given."""

    target: Leverage | None = Field(
        default=None, description="leverage at `base_volatility` or less; null: off"
    )
    base_volatility: AnnualVolatility = Field(
        default=0.6,
        description="usual annual volatility; above it the target shrinks in proportion",
    )


@dataclass(frozen=True, slots=True)
class TargetLeverage:
    """At most ``target``, in proportion less above ``base_volatility`` a year.

    Unknown volatility allows 1x.
    """

    name: ClassVar[str] = "target_leverage"

    target: float
    base_volatility: float

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the target at the present volatility."""
        annual_volatility = scale_volatility(
            entry.market.daily_volatility, from_periods_per_day=DAILY, to_periods_per_day=YEARLY
        )
        limit = scaled_target_leverage(self.target, self.base_volatility, annual_volatility)
        now = "unknown" if isnan(annual_volatility) else f"{percent(annual_volatility, 0)} a year"
        usual = percent(self.base_volatility, 0)
        return Cap(limit, f"target {self.target:g}x, volatility {now} (usual {usual})")
