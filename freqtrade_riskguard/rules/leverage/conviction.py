"""The strategy's own conviction in an entry."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.risk import conviction_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class ConvictionConfig(RuleSection):
    """Multiplies leverage by the strategy's conviction, where it has ``riskguard_conviction``."""


@dataclass(frozen=True, slots=True)
class Conviction:
    """Multiplies what all other caps leave by a conviction of 0 to 1; 0 or unknown: no entry.

    Attributes
    ----------
    after_caps : bool
        To be asked last, with ``entry.leverage`` being what the other caps leave.
    """

    name: ClassVar[str] = "conviction"
    after_caps: ClassVar[bool] = True

    max_leverage_limit: float

    def max_leverage(self, entry: Entry) -> Cap | None:
        """Return the leverage of the conviction; nothing where it is full."""
        if entry.conviction >= 1:
            return None
        left = min(entry.leverage, self.max_leverage_limit)
        limit = max(1.0, conviction_cap(left, entry.conviction))
        return Cap(limit, f"conviction {entry.conviction:g} times the {left:g}x allowed")

    def denial(self, entry: Entry) -> str | None:
        """Return why an entry without any conviction is denied."""
        if entry.conviction > 0:
            return None
        return "the strategy's conviction in this entry is 0"
