"""The maintenance tiers of a result's pairs, and where they are from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.risk import TierTable


@dataclass(frozen=True, slots=True)
class ResultTiers:
    """Tables by pair.

    Attributes
    ----------
    source : str
        In words.
    fallback : TierTable
        For pairs without a table of their own.
    unknown : tuple of str
        Those pairs.
    """

    tables: Mapping[str, TierTable]
    source: str
    fallback: TierTable
    unknown: tuple[str, ...] = field(default=())

    def of(self, pair: str) -> TierTable:
        """Return the table of a pair."""
        return self.tables.get(pair, self.fallback)
