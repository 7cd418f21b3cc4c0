"""Leverage by volatility regime."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.formatting import volatility_text
from freqtrade_riskguard.risk import RegimeTable
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


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
