"""How much of the account is margin of one position, and of all together."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import position_cap, total_margin_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import used_margin_quote
from freqtrade_riskguard.snapshot import Entry


class PositionCapConfig(RuleSection):
    """Limits the margin of one position, and of all positions together."""

    max_position: Ratio = Field(
        default=0.20, description="maximum initial margin of one position / equity"
    )
    max_total: Ratio = Field(
        default=0.60,
        description="maximum initial margin of all positions / equity, shared equally by "
        "`max_open_trades`",
    )


@dataclass(frozen=True, slots=True)
class PositionCap:
    """Margin of one position, the total shared over the bot's slots, and of all positions.

    An unknown equity or margin leaves no stake.
    """

    name: ClassVar[str] = "position_cap"

    max_position_ratio: float
    max_total_ratio: float

    def max_stake(self, entry: Entry) -> Cap:
        """Return the smaller of one position's share and of what all others leave."""
        equity_quote, slots = entry.account.sizing_equity_quote, entry.account.slots
        one_quote = position_cap(
            equity_quote,
            slots,
            position_ratio=self.max_position_ratio,
            total_ratio=self.max_total_ratio,
        )
        used_quote = used_margin_quote(entry)
        left_quote = total_margin_cap(equity_quote, used_quote, self.max_total_ratio)
        limit, total = percent(self.max_position_ratio, 0), percent(self.max_total_ratio, 0)
        if left_quote < one_quote:
            of = f"{money(used_quote)} of {money(equity_quote)}"
            return Cap(left_quote, f"{of} is initial margin already (limit {total})")
        if isfinite(slots) and slots * self.max_position_ratio > self.max_total_ratio:
            return Cap(
                one_quote, f"margin at most {total} of the account, shared by {slots:g} slots"
            )
        return Cap(one_quote, f"margin at most {limit} of the account per position")
