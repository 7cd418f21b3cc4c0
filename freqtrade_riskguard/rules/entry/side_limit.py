"""How many longs and how many shorts may be open at a time."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import CountOrNone, RuleSection
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.snapshot import Entry


class SideLimitConfig(RuleSection):
    """Limits the number of open longs and of open shorts; off until one is given."""

    max_longs: CountOrNone | None = Field(
        default=None, description="maximum number of open longs; 0: none, null: no limit"
    )
    max_shorts: CountOrNone | None = Field(
        default=None, description="maximum number of open shorts; 0: none, null: no limit"
    )


@dataclass(frozen=True, slots=True)
class SideLimit:
    """No new trade on a side that is full; a trade may still be added to."""

    name: ClassVar[str] = "side_limit"

    max_longs: int | None
    max_shorts: int | None

    def denial(self, entry: Entry) -> str | None:
        """Return how many trades are open on the side, or None."""
        limit = self.max_longs if entry.side > 0 else self.max_shorts
        if limit is None or entry.adds_to:
            return None
        count = sum(position.side == entry.side for position in entry.account.positions)
        if count < limit:
            return None
        return f"{side_text(entry.side)} trades open: {count} (limit {limit})"
