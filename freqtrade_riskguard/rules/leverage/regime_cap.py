"""Leverage by volatility regime."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Leverage, RuleSection, Section
from freqtrade_riskguard.formatting import volatility_text
from freqtrade_riskguard.risk import DEFAULT_REGIMES, Regime, RegimeTable
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class RegimeLimit(Section):
    """A volatility regime: daily volatility above ``above`` allows at most ``max_leverage``."""

    above: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="daily volatility from which the regime applies"
    )
    max_leverage: Leverage = Field(description="maximum leverage in the regime")


class RegimeCapConfig(RuleSection):
    """Limits leverage by volatility regime. Unknown volatility counts as the most turbulent."""

    regimes: dict[str, RegimeLimit] = Field(
        default_factory=lambda: {
            regime.name: RegimeLimit(above=regime.above, max_leverage=regime.max_leverage)
            for regime in DEFAULT_REGIMES.regimes
        },
        min_length=1,
        description="maximum leverage by daily volatility; what you give replaces the whole table",
    )

    @model_validator(mode="after")
    def _makes_a_table(self) -> Self:
        self.table()
        return self

    def table(self) -> RegimeTable:
        """Return the regimes as the mathematics takes them, most turbulent first."""
        rows = (
            Regime(name=name, max_leverage=limit.max_leverage, above=limit.above)
            for name, limit in self.regimes.items()
        )
        return RegimeTable(tuple(sorted(rows, key=lambda regime: -regime.above)))


@dataclass(frozen=True, slots=True)
class RegimeCap:
    """The cap of the regime that the pair is in; unknown volatility is the most turbulent."""

    name: ClassVar[str] = "regime_cap"

    table: RegimeTable

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the regime's cap."""
        volatility = entry.market.daily_volatility
        regime = self.table.regime_of(volatility)
        return Cap(
            regime.max_leverage, f"volatility {volatility_text(volatility)}, regime {regime.name}"
        )
