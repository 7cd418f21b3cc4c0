"""Liquidation far enough away: in per cent, in sigmas, and beyond the stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import max_leverage_for_distance, max_leverage_for_stop
from freqtrade_riskguard.rules.base import Cap, StopRule
from freqtrade_riskguard.snapshot import Entry

_ROUNDING = 1e-6


class LiquidationDistanceConfig(RuleSection):
    """Limits leverage so that liquidation is far enough away, and beyond the stop."""

    min_distance: Ratio = Field(
        default=0.15, description="minimum distance to liquidation, a share of the price"
    )
    sigmas: Annotated[float, Field(ge=0, le=20)] = Field(
        default=3.0,
        description="minimum distance to liquidation, in daily standard deviations (the larger of "
        "both counts)",
    )


@dataclass(frozen=True, slots=True)
class LiquidationDistance:
    """The largest leverage whose liquidation is beyond everything that is meant to come before.

    Unknown volatility allows 1x: no distance is known to be enough for more.

    Attributes
    ----------
    stops : tuple of StopRule
        The enforced stops that do not depend on leverage themselves.
    """

    name: ClassVar[str] = "liquidation_distance"

    min_distance_ratio: float
    sigmas: float
    slippage_ratio: float
    stops: tuple[StopRule, ...]

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the largest leverage that keeps liquidation far enough away."""
        return min(self._caps(entry), key=lambda cap: cap.limit)

    def denial(self, entry: Entry) -> str | None:
        """Return why liquidation is too near for the entry as it would really be made."""
        cap = self.max_leverage(entry)
        if entry.leverage <= cap.limit * (1 + _ROUNDING):
            return None
        liquidation = entry.position().liquidation_price
        distance = entry.side * (entry.rate - liquidation) / entry.rate
        away = f"only {percent(distance)} away at {entry.leverage:g}x"
        return f"liquidation at {liquidation:g}, {away}; required: {cap.why}"

    def _caps(self, entry: Entry) -> Iterator[Cap]:
        volatility = entry.market.daily_volatility
        if isnan(volatility):
            yield Cap(1.0, "volatility unknown")
            volatility = 0.0
        if self.sigmas * volatility > self.min_distance_ratio:
            distance = self.sigmas * volatility
            sigmas = f"{self.sigmas:g} daily sigmas of {percent(volatility)}"
            why = f"liquidation at least {percent(distance)} away, {sigmas}"
        else:
            distance = self.min_distance_ratio
            why = f"liquidation at least {percent(distance)} away"
        limit = max_leverage_for_distance(
            side=entry.side,
            stake_quote=entry.stake_quote,
            distance_ratio=distance,
            tiers=entry.market.tiers,
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            entry_price=entry.rate,
        )
        yield Cap(limit, why)
        for rule in self.stops:
            stop = rule.stop_price(entry.position())
            if isnan(stop):
                continue
            limit = max_leverage_for_stop(
                side=entry.side,
                entry_price=entry.rate,
                stop_price=stop,
                stake_quote=entry.stake_quote,
                tiers=entry.market.tiers,
                taker_fee=entry.market.taker_fee,
                slippage_ratio=self.slippage_ratio,
            )
            yield Cap(limit, f"liquidation beyond the {rule.name} at {stop:g}")
