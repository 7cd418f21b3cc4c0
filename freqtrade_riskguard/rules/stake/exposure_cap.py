"""Exposure of the account: all notionals, and longs less shorts."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Exposure, RuleSection
from freqtrade_riskguard.formatting import percent, side_text
from freqtrade_riskguard.risk import gross_exposure, gross_exposure_cap, net_exposure_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import ROUNDING
from freqtrade_riskguard.snapshot import Entry

_NOW, _AFTER = "already", "with this entry"


class ExposureCapConfig(RuleSection):
    """Limits gross and net exposure (notional / equity)."""

    max_gross: Exposure = Field(
        default=3.0, description="maximum notional of all positions / equity"
    )
    max_net: Exposure = Field(
        default=2.0,
        description="maximum notional of longs minus shorts, or shorts minus longs / equity",
    )


@dataclass(frozen=True, slots=True)
class ExposureCap:
    """Gross and net notional over equity; what reduces the net is not held to its limit.

    An unknown equity or notional leaves no stake.
    """

    name: ClassVar[str] = "exposure_cap"

    max_gross_ratio: float
    max_net_ratio: float

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake at the decided leverage that fills up the gross or the net exposure."""
        equity_quote, leverage = entry.account.sizing_equity_quote, entry.leverage
        gross_quote, net_quote = _gross_quote(entry), _net_quote(entry)
        gross_cap = gross_exposure_cap(equity_quote, gross_quote, leverage, self.max_gross_ratio)
        net_cap = net_exposure_cap(
            entry.side, equity_quote, net_quote, leverage, self.max_net_ratio
        )
        if net_cap < gross_cap:
            return Cap(net_cap, self._net_text(entry, entry.side * net_quote, _NOW))
        return Cap(gross_cap, self._gross_text(entry, gross_quote, _NOW))

    def denial(self, entry: Entry) -> str | None:
        """Return which exposure the stake that really came about would pass."""
        own_quote = entry.stake_quote * entry.leverage
        equity_quote = entry.account.sizing_equity_quote
        gross_quote = _gross_quote(entry) + own_quote
        if not gross_exposure(gross_quote, equity_quote) <= self.max_gross_ratio * (1 + ROUNDING):
            return self._gross_text(entry, gross_quote, _AFTER)
        net_quote = entry.side * _net_quote(entry) + own_quote
        if not net_quote <= self.max_net_ratio * equity_quote * (1 + ROUNDING):
            return self._net_text(entry, net_quote, _AFTER)
        return None

    def _gross_text(self, entry: Entry, gross_quote: float, when: str) -> str:
        share, limit = _share(entry, gross_quote), percent(self.max_gross_ratio, 0)
        return f"gross exposure {share} of equity {when} (limit {limit})"

    def _net_text(self, entry: Entry, net_quote: float, when: str) -> str:
        share, limit = _share(entry, net_quote), percent(self.max_net_ratio, 0)
        return f"net {side_text(entry.side)} exposure {share} of equity {when} (limit {limit})"


def _gross_quote(entry: Entry) -> float:
    return sum(position.notional_quote for position in entry.others)


def _net_quote(entry: Entry) -> float:
    return sum(position.side * position.notional_quote for position in entry.others)


def _share(entry: Entry, notional_quote: float) -> str:
    equity_quote = entry.account.sizing_equity_quote
    return percent(notional_quote / equity_quote, 0) if equity_quote > 0 else "unknown"
