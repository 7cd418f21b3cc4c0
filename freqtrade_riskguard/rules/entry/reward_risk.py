"""Denies entries whose target is too near for the risk to the stop."""

from dataclasses import dataclass
from math import isnan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.snapshot import Entry


class RewardRiskConfig(RuleSection):
    """Denies an entry whose target is too near, where the strategy has ``riskguard_target``."""

    min_ratio: Annotated[float, Field(gt=0, le=100)] = Field(
        default=1.5, description="minimum distance to the target / distance to the stop"
    )


@dataclass(frozen=True, slots=True)
class RewardRisk:
    """The target at least ``min_ratio`` times as far away as the stop, where there is a target.

    A target or stop that is not known denies.
    """

    name: ClassVar[str] = "reward_risk"

    min_ratio: float

    def denial(self, entry: Entry) -> str | None:
        """Return why the target is too near, or None."""
        target_price = entry.target_price
        if target_price is None:
            return None
        if isnan(target_price):
            return "target unknown: riskguard_target failed, see the log"
        if isnan(entry.stop_price):
            return "stop unknown, and so is reward/risk"
        reward = entry.side * (target_price - entry.rate)
        risk = entry.side * (entry.rate - entry.stop_price)
        if reward > 0 and reward >= self.min_ratio * risk:
            return None
        ratio = f"reward/risk {reward / risk:.2f}" if risk > 0 else "no reward"
        return (
            f"{ratio} (at least {self.min_ratio:g}): target {target_price:g}, "
            f"stop {entry.stop_price:g}, entry {entry.rate:g}"
        )
