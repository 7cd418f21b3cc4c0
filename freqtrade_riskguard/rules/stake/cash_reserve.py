"""The cash that stays free."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import currency, money, percent
from freqtrade_riskguard.risk import reserve_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class CashReserveConfig(RuleSection):
    """Keeps part of the equity free."""

    reserve: Ratio = Field(default=0.10, description="share of equity that stays free")


@dataclass(frozen=True, slots=True)
class CashReserve:
    """Part of the equity stays free; an unknown balance leaves no stake."""

    name: ClassVar[str] = "cash_reserve"

    reserve_ratio: float

    def max_stake(self, entry: Entry) -> Cap:
        """Return what of the free balance is not the reserve."""
        equity_quote, free_quote = entry.account.sizing_equity_quote, entry.free_quote
        why = (
            f"{percent(self.reserve_ratio, 0)} of {money(equity_quote)} "
            f"{currency(entry.market.pair)} must stay free, {money(free_quote)} is free now"
        )
        return Cap(reserve_cap(equity_quote, free_quote, self.reserve_ratio), why)
