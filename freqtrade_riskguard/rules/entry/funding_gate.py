"""Funding at the gate: no entry on the side that pays dearly."""

from dataclasses import dataclass
from math import isnan
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import FundingRate, RuleSection
from freqtrade_riskguard.formatting import percent, side_text
from freqtrade_riskguard.risk import paid_rate_8h
from freqtrade_riskguard.snapshot import Entry


class FundingGateConfig(RuleSection):
    """Denies an entry that would pay too much funding."""

    max_rate_8h: FundingRate = Field(
        default=0.001,
        description="maximum funding rate per 8 hours that an entry may pay",
    )
    require_data: bool = Field(
        default=False, description="true: also denies entries while the funding rate is unknown"
    )


@dataclass(frozen=True, slots=True)
class FundingGate:
    """No entry that pays more than ``max_rate_8h``; an unknown rate denies with ``require_data``.

    A missing rate is a hole in the data far more often than a danger: by default it denies nothing.
    """

    name: ClassVar[str] = "funding_gate"

    max_rate_8h: float
    require_data: bool

    def denial(self, entry: Entry) -> str | None:
        """Return what the side would pay, or None."""
        rate_8h = paid_rate_8h(entry.side, entry.market.funding.rate_8h)
        if isnan(rate_8h):
            return "funding rate unknown (require_data is true)" if self.require_data else None
        if rate_8h <= self.max_rate_8h:
            return None
        return (
            f"a {side_text(entry.side)} pays {percent(rate_8h, 3)} funding per 8 h "
            f"(limit {percent(self.max_rate_8h, 3)})"
        )
