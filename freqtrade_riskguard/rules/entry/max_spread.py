"""Denies entries into an order book whose bid and ask are far apart."""

from dataclasses import dataclass
from math import isnan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.snapshot import Entry


class MaxSpreadConfig(RuleSection):
    """Denies an entry of a running bot while bid and ask are far apart; off without a limit."""

    max_ratio: Annotated[float, Field(gt=0, le=0.1)] | None = Field(
        default=None,
        description="maximum (ask - bid) / price half way between; null: no limit",
    )


@dataclass(frozen=True, slots=True)
class MaxSpread:
    """No entry where the spread is above ``max_ratio``; an order book that is not told denies.

    A backtest has no order book: there the rule has nothing to say.
    """

    name: ClassVar[str] = "max_spread"

    max_ratio: float | None

    def denial(self, entry: Entry) -> str | None:
        """Return how wide the spread is, or None."""
        spread_ratio = entry.market.spread_ratio
        if self.max_ratio is None or spread_ratio is None or spread_ratio <= self.max_ratio:
            return None
        if isnan(spread_ratio):
            return "spread unknown: the exchange told no bid and ask"
        return f"spread {percent(spread_ratio, 3)} (limit {percent(self.max_ratio, 3)})"
