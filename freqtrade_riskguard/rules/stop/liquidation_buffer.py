"""The stop in front of liquidation: there is always one."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.risk import liquidation_stop_price
from freqtrade_riskguard.snapshot import Position


class LiquidationBufferConfig(RuleSection):
    """Sets a stop before the liquidation price."""


@dataclass(frozen=True, slots=True)
class LiquidationBuffer:
    """Nearer to the market than the effective liquidation price by a buffer.

    In cross margin that is the account's liquidation as a price of the position: all others move by
    their betas meanwhile. It is then asked for again when the account has changed.
    """

    name: ClassVar[str] = "liquidation_buffer"
    is_fixed: ClassVar[bool] = True

    slippage_ratio: float

    def stop_price(self, position: Position) -> float:
        """Return the stop's price; NaN where the position cannot be liquidated."""
        liquidation = position.liquidation_price
        tier = position.tiers.tier_at(position.amount * liquidation)
        return liquidation_stop_price(
            side=position.side,
            entry_price=position.open_rate,
            liquidation_price=liquidation,
            maintenance_rate=tier.maintenance_rate,
            slippage_ratio=self.slippage_ratio,
        )
