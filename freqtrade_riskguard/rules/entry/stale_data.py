"""No entry on old candles."""

from dataclasses import dataclass
from math import isnan
from typing import ClassVar

from freqtrade_riskguard.snapshot import Entry


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
