"""How much of the account is margin, when the market asks for more of it."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import MarketRegime, market_regime, total_margin_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import ROUNDING, used_margin_quote
from freqtrade_riskguard.snapshot import Entry


class MarginUtilisationConfig(RuleSection):
    """Limits initial margin / equity, more tightly in a falling market."""

    max_share: Ratio = Field(
        default=0.60,
        description="maximum initial margin / equity; margin counts 1.5 times in a sell-off (BTC "
        "-10 % in 24 h) and twice in a crisis (BTC -20 %)",
    )


@dataclass(frozen=True, slots=True)
class MarginUtilisation:
    """Initial margin of all positions, times the market's multiple, within a share of the equity.

    A market whose move is not known is a normal one; an unknown equity leaves no stake.
    """

    name: ClassVar[str] = "margin_utilisation"

    max_share: float

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake that fills up the share."""
        used_quote = used_margin_quote(entry)
        stake_quote = total_margin_cap(
            entry.account.sizing_equity_quote,
            used_quote,
            self.max_share / _regime(entry).margin_multiple,
        )
        return Cap(stake_quote, self._why(entry, used_quote, "already"))

    def denial(self, entry: Entry) -> str | None:
        """Return why the stake that really came about takes too much margin."""
        used_quote = used_margin_quote(entry) + entry.stake_quote
        equity_quote = entry.account.sizing_equity_quote
        asked_quote = used_quote * _regime(entry).margin_multiple
        if equity_quote > 0 and asked_quote <= self.max_share * equity_quote * (1 + ROUNDING):
            return None
        return self._why(entry, used_quote, "with this entry")

    def _why(self, entry: Entry, used_quote: float, when: str) -> str:
        regime = _regime(entry)
        market = regime.name.lower().replace("_", "-")
        equity = money(entry.account.sizing_equity_quote)
        limit = f"limit {percent(self.max_share, 0)}"
        if regime is not MarketRegime.NORMAL:
            limit = f"{limit}, margin counts {regime.margin_multiple:g} times in a {market}"
        return f"initial margin {money(used_quote)} of {equity} equity {when} ({limit})"


def _regime(entry: Entry) -> MarketRegime:
    portfolio = entry.portfolio
    if portfolio is None or not isfinite(portfolio.market_daily_move):
        return MarketRegime.NORMAL
    return market_regime(portfolio.market_daily_move, portfolio.market_daily_volatility)
