"""The cash that stays free."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.formatting import currency, money, percent
from freqtrade_riskguard.risk import reserve_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


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
