"""Fixed risk: what a trade loses at its stop is a fixed share of the account."""

from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.formatting import currency, exact_money, percent
from freqtrade_riskguard.risk import EdgeState, fixed_risk_stake, planned_loss
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import ROUNDING
from freqtrade_riskguard.snapshot import Entry


class FixedRiskConfig(RuleSection):
    """Limits the stake so that a trade loses at most ``risk_per_trade`` at its stop."""

    slippage: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.005, description="slippage of a stop in planned losses, a share of the price"
    )


@dataclass(frozen=True, slots=True)
class FixedRisk:
    """Planned loss, with fees on both fills and slippage, at most ``risk_per_trade`` of equity.

    Where the edge is proven, at most ``kelly_fraction`` of Kelly's risk fraction, too.
    """

    name: ClassVar[str] = "fixed_risk"

    risk_per_trade: float
    slippage_ratio: float
    kelly_fraction: float = 0.5

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake that loses the budget at the stop."""
        stake_quote = fixed_risk_stake(
            equity_quote=entry.account.sizing_equity_quote,
            risk_ratio=self._budget_ratio(entry),
            leverage=entry.leverage,
            stop_distance_ratio=self._distance(entry),
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=entry.side,
        )
        risk = percent(self._budget_ratio(entry), 2)
        distance_ratio = self._distance(entry)
        stop = "stop unknown" if isnan(distance_ratio) else f"stop {percent(distance_ratio)} away"
        return Cap(stake_quote, f"{risk} risk, {stop}")

    def denial(self, entry: Entry) -> str | None:
        """Return why the stake that really came about risks too much.

        freqtrade raises a stake below the exchange's minimum by up to 30 %.
        """
        budget_quote = self._budget_ratio(entry) * entry.account.sizing_equity_quote
        loss_quote = self.loss_quote(entry)
        if loss_quote <= budget_quote * (1 + ROUNDING):
            return None
        unit = currency(entry.market.pair)
        loss = f"{exact_money(loss_quote)} {unit}" if isfinite(loss_quote) else "unknown"
        return (
            f"planned loss {loss} is above the limit of {exact_money(budget_quote)} "
            f"({percent(self._budget_ratio(entry), 2)} of the account)"
        )

    def loss_quote(self, entry: Entry) -> float:
        """Return the planned loss of the entry, before gaps."""
        return planned_loss(
            stake_quote=entry.stake_quote,
            leverage=entry.leverage,
            stop_distance_ratio=self._distance(entry),
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=entry.side,
        )

    def _budget_ratio(self, entry: Entry) -> float:
        if entry.edge.state is EdgeState.PROVEN:
            return min(self.risk_per_trade, self.kelly_fraction * entry.edge.risk_fraction)
        return self.risk_per_trade

    @staticmethod
    def _distance(entry: Entry) -> float:
        """Return how far the stop is away; NaN where there is none.

        A stop in profit (of a position that is added to) still costs fees and slippage.
        """
        distance = entry.side * (entry.rate - entry.stop_price) / entry.rate
        return nan if isnan(distance) else max(distance, 0.0)
