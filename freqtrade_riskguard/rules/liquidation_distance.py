"""Liquidation far enough away (SPEC 2.8, 6): in per cent, in sigmas, and beyond the stop."""

from dataclasses import dataclass
from math import isnan
from typing import ClassVar

from freqtrade_riskguard.risk import max_leverage_for_liquidation_at
from freqtrade_riskguard.rules.base import Cap, StopRule
from freqtrade_riskguard.rules.words import percent
from freqtrade_riskguard.snapshot import Entry

# Unknown volatility counts as turbulent, which begins here (SPEC 1).
_TURBULENT_DAILY_VOLATILITY = 0.05
# The buffer of the liquidation stop (SPEC 4).
_BUFFER_OF_PRICE = 0.03
_BUFFER_OF_MAINTENANCE = 1.3
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class LiquidationDistance:
    """The largest leverage whose liquidation is beyond everything that is meant to come before.

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
        price, why = self._furthest(entry)
        if price <= 0:
            return Cap(1.0, why)
        leverage = max_leverage_for_liquidation_at(
            side=entry.side,
            entry_price=entry.rate,
            liquidation_price=price,
            stake_quote=entry.stake_quote,
            tiers=entry.market.tiers,
            taker_fee=entry.market.taker_fee,
        )
        return Cap(leverage, why)

    def denial(self, entry: Entry) -> str | None:
        """Return why liquidation is too near for the entry as it would really be made."""
        needed, why = self._furthest(entry)
        liquidation = entry.position().liquidation_price
        if liquidation <= 0 and entry.side > 0:
            return None
        if entry.side * (needed - liquidation) >= -_ROUNDING * entry.rate:
            return None
        distance = entry.side * (entry.rate - liquidation) / entry.rate
        away = f"only {percent(distance)} away at {entry.leverage:g}x"
        return f"liquidation {liquidation:g} {away}: {why}"

    def _furthest(self, entry: Entry) -> tuple[float, str]:
        """Return the price that liquidation must not be nearer than, and what demands it."""
        side, rate = entry.side, entry.rate
        nearer = 1 + side * self.slippage_ratio
        volatility = entry.market.daily_volatility
        if isnan(volatility):
            volatility = _TURBULENT_DAILY_VOLATILITY
        needs = [
            (
                rate * (1 - side * self.min_distance_ratio) / nearer,
                f"liquidation at least {percent(self.min_distance_ratio)} away",
            ),
            (
                rate * (1 - side * self.sigmas * volatility) / nearer,
                f"liquidation beyond {self.sigmas:g} daily sigmas of {percent(volatility)}",
            ),
        ]
        # The notional asked for is the largest there can be, so its tier is the strictest.
        tier = entry.market.tiers.tier_at(entry.stake_quote * entry.leverage)
        maintenance = _BUFFER_OF_MAINTENANCE * tier.maintenance_rate * rate
        for rule in self.stops:
            stop = rule.stop_price(entry.position())
            if isnan(stop):
                continue
            beyond = (
                stop / (nearer + side * _BUFFER_OF_PRICE),
                (stop - side * maintenance) / nearer,
            )
            price = min(beyond) if side > 0 else max(beyond)
            needs.append((price, f"liquidation beyond the {rule.name} at {stop:g}"))
        return min(needs) if side > 0 else max(needs)
