"""The maintenance tiers of a result's pairs, and where they are from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.risk import MarginTiers


@dataclass(frozen=True, slots=True)
class ResultTiers:
    """Tables by pair.

    Attributes
    ----------
    source : str
        In words.
    fallback : TierTable or WholePositionTiers
        For pairs without a table of their own.
    unknown : tuple of str
        Pairs whose tiers are assumed.
    rule : str
        The venue's, in words with its source; empty where not known.
    """

    tables: Mapping[str, MarginTiers]
    source: str
    fallback: MarginTiers
    unknown: tuple[str, ...] = field(default=())
    rule: str = ""

    def of(self, pair: str) -> MarginTiers:
        """Return the table of a pair."""
        return self.tables.get(pair, self.fallback)

    def lowest_rate(self, pair: str) -> float:
        """Return the maintenance rate of a pair's smallest positions."""
        return self.of(pair).of_position(0.0, 0.0).rates[0]
