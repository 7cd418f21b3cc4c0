"""The percent stop: a fixed price distance from the entry."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.risk import percent_stop_price
from freqtrade_riskguard.snapshot import Position


class PercentStopConfig(RuleSection):
    """Sets a stop at a fixed distance from the entry; off until ``max_loss`` is given."""

    max_loss: Ratio | None = Field(
        default=None,
        description="distance of the stop, a share of the entry price (not of the margin); null: "
        "off",
    )


@dataclass(frozen=True, slots=True)
class PercentStop:
    """A fixed price distance from the entry, whatever the leverage."""

    name: ClassVar[str] = "percent_stop"
    is_fixed: ClassVar[bool] = True

    max_loss_ratio: float

    def stop_price(self, position: Position) -> float:
        """Return the stop's price."""
        return percent_stop_price(position.side, position.open_rate, self.max_loss_ratio)
