"""No entry on old candles."""

from dataclasses import dataclass
from math import isnan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.snapshot import Entry


class StaleDataConfig(RuleSection):
    """Denies an entry when the candles are out of date."""

    max_intervals: Annotated[float, Field(ge=1, le=100)] = Field(
        default=2.0, description="maximum time since the last candle closed, in candles"
    )


@dataclass(frozen=True, slots=True)
class StaleData:
    """The last candle closed at most ``max_intervals`` ago; none, or an unknown age, is too old."""

    name: ClassVar[str] = "stale_data"

    max_intervals: float

    def denial(self, entry: Entry) -> str | None:
        """Return how old the last candle is, or None."""
        age_intervals = entry.market.candle_age_intervals
        if age_intervals <= self.max_intervals:
            return None
        if isnan(age_intervals):
            return "no candle has closed yet"
        return (
            f"the last candle closed {age_intervals:.1f} candles ago (limit {self.max_intervals:g})"
        )
