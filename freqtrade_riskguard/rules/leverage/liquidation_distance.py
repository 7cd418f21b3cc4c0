"""Liquidation far enough away: in per cent, in sigmas, and beyond the stop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isnan
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import max_leverage_for_distance, max_leverage_for_stop
from freqtrade_riskguard.rules.base import Cap, StopRule
from freqtrade_riskguard.rules.leverage.joint_distance import JointDistance, knows_volatility
from freqtrade_riskguard.rules.stop.liquidation_buffer import LiquidationBuffer
from freqtrade_riskguard.snapshot import Entry

_ROUNDING = 1e-6
# Enough to find a leverage to a millionth of what is asked.
_HALVINGS = 20


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

    In cross margin liquidation is that of the account as it would be after the entry. Unknown
    volatility allows 1x: no distance is known to be enough for more.

    Attributes
    ----------
    stops : tuple of StopRule
        The enforced stops that do not depend on leverage themselves.
    stress_correlations : mapping of str to float
        Of known pairs, when everything falls together; in cross margin.
    """

    name: ClassVar[str] = "liquidation_distance"

    min_distance_ratio: float
    sigmas: float
    slippage_ratio: float
    stops: tuple[StopRule, ...]
    stress_correlations: Mapping[str, float] = field(default_factory=dict)

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the largest leverage that keeps liquidation far enough away."""
        if entry.account.margin_mode == "cross":
            return self._joint_cap(entry)
        return min(self._caps(entry), key=lambda cap: cap.limit)

    def denial(self, entry: Entry) -> str | None:
        """Return why liquidation is too near for the entry as it would really be made."""
        if entry.account.margin_mode == "cross":
            if entry.leverage > 1 + _ROUNDING and not knows_volatility(entry):
                return "volatility unknown: at most 1x"
            return self._joint_shortfall(entry)
        cap = self.max_leverage(entry)
        if entry.leverage <= cap.limit * (1 + _ROUNDING):
            return None
        liquidation = entry.position().liquidation_price
        distance = entry.side * (entry.rate - liquidation) / entry.rate
        away = f"only {percent(distance)} away at {entry.leverage:g}x"
        return f"liquidation at {liquidation:g}, {away}; required: {cap.why}"

    def _joint_cap(self, entry: Entry) -> Cap:
        """Return the largest leverage, up to what is asked, that the account can stand.

        A hedge may have too little leverage as well: what is returned is not below one that will
        do, and 0 where the account without the entry lacks something already.
        """
        unknown = not knows_volatility(entry)
        asked = replace(entry, leverage=min(entry.leverage, 1.0)) if unknown else entry
        why = self._joint_shortfall(asked)
        if why is None:
            return Cap(1.0, "volatility unknown") if unknown else Cap(inf, "liquidation far away")
        stands, fails = asked.leverage / 2**_HALVINGS, asked.leverage
        if self._joint_shortfall(replace(entry, leverage=stands)) is not None:
            return Cap(0.0, why)
        for _ in range(_HALVINGS):
            middle = (stands + fails) / 2
            lacks = self._joint_shortfall(replace(entry, leverage=middle))
            if lacks is None:
                stands = middle
            else:
                # What is lacking nearest to the limit is what sets it.
                fails, why = middle, lacks
        return Cap(stands, why)

    def _joint_shortfall(self, entry: Entry) -> str | None:
        lacks = JointDistance(
            self.min_distance_ratio, self.sigmas, self.slippage_ratio, self.stress_correlations
        ).shortfall(entry)
        if lacks is not None:
            return lacks
        position = entry.position()
        last = LiquidationBuffer(self.slippage_ratio).stop_price(position)
        for rule in self.stops:
            stop = rule.stop_price(position)
            if entry.side * (last - stop) > 0:
                return f"liquidation of the account beyond the {rule.name} at {stop:g}"
        return None

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
