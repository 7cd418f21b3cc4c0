"""The volatility of all positions together, as they move together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import ClassVar

import numpy as np
from pydantic import Field

from freqtrade_riskguard.config_types import AnnualVolatility, Ratio, RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import (
    covariance_matrix,
    exposure_cap_stake,
    max_added_exposure,
    portfolio_volatility,
    scale_volatility,
)
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.correlations import correlations_of
from freqtrade_riskguard.rules.entry_math import DAILY, YEARLY
from freqtrade_riskguard.snapshot import Entry, Portfolio


class PortfolioVolatilityConfig(RuleSection):
    """Limits the annual volatility of all positions together."""

    max_annual: AnnualVolatility = Field(
        default=0.50,
        description="maximum annual volatility of equity from all positions together",
    )
    stress_correlations: dict[str, Ratio] = Field(
        default_factory=dict,
        description="what two coins have at least when everything falls together, such as "
        '`{"BTC/ETH": 0.95}`; all others 0.9',
    )


@dataclass(frozen=True, slots=True)
class PortfolioVolatility:
    """At most ``max_annual_ratio`` a year on the equity, now and when everything falls together.

    An unknown volatility, of the pair or of one that is held, leaves no stake.
    """

    name: ClassVar[str] = "portfolio_volatility"

    max_annual_ratio: float
    stress_correlations: Mapping[str, float] = field(default_factory=dict)

    def max_stake(self, entry: Entry) -> Cap | None:
        """Return the stake that reaches the limit; nothing where no portfolio is known of."""
        portfolio, equity_quote = entry.portfolio, entry.account.sizing_equity_quote
        if portfolio is None:
            return None
        if not equity_quote > 0:
            return Cap(0.0, "equity unknown, or none left")
        unknown = _unknown(entry, portfolio)
        if unknown:
            return Cap(0.0, f"volatility of {unknown} unknown")
        held = [other.side * other.notional_quote / equity_quote for other in entry.others]
        weights = np.array([*held, 0.0])
        annual = scale_volatility(
            portfolio.daily_volatility, from_periods_per_day=DAILY, to_periods_per_day=YEARLY
        )
        caps = []
        for kind, correlation in correlations_of(entry, portfolio, self.stress_correlations):
            covariance = covariance_matrix(annual, correlation)
            exposure_ratio = max_added_exposure(
                weights,
                covariance,
                asset=len(held),
                side=entry.side,
                target_volatility=self.max_annual_ratio,
            )
            now = percent(portfolio_volatility(weights, covariance), 0)
            own, limit = percent(float(annual[-1]), 0), percent(self.max_annual_ratio, 0)
            held_text = f"annual volatility of open positions {now}{kind}"
            why = f"{held_text}, of this pair {own} (limit {limit})"
            stake_quote = exposure_cap_stake(equity_quote, exposure_ratio, entry.leverage)
            caps.append(Cap(stake_quote, why))
        return min(caps, key=lambda cap: cap.limit)


def _unknown(entry: Entry, portfolio: Portfolio) -> str:
    """Return which pairs have no known volatility; empty for none."""
    pairs = [*(other.market.pair for other in entry.others), entry.market.pair]
    known = zip(pairs, portfolio.daily_volatility, strict=True)
    return ", ".join(pair for pair, volatility in known if isnan(volatility))
