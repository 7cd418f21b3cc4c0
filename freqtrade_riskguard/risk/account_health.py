"""The account's lights: utilisation, buffer, net exposure, shock cover, and one score."""

from __future__ import annotations

import math
from dataclasses import dataclass

from freqtrade_riskguard.risk.margin import Health, maintenance_cover

_AMBER_SCORE = 70.0
_RED_SCORE = 30.0


@dataclass(frozen=True, slots=True)
class Light:
    """One reading with its limits.

    Attributes
    ----------
    best, amber, red, worst : float
        Readings that score 100, 70, 30 and 0, all rising or all falling. From `amber` on the light
        is WARNING, beyond `red` it is CRITICAL.
    """

    best: float
    amber: float
    red: float
    worst: float

    def health(self, reading: float) -> Health:
        """Return the light of a reading; CRITICAL for NaN."""
        score = self.score(reading)
        if score > _AMBER_SCORE:
            return Health.OK
        return Health.WARNING if score >= _RED_SCORE else Health.CRITICAL

    def score(self, reading: float) -> float:
        """Return 0 to 100, linear between the four points; 0.0 for NaN."""
        points = ((self.best, 100.0), (self.amber, _AMBER_SCORE), (self.red, _RED_SCORE))
        sign = 1.0 if self.worst > self.best else -1.0
        if not sign * reading < sign * self.worst:
            return 0.0
        upper, upper_score = self.worst, 0.0
        for lower, lower_score in reversed(points):
            if sign * reading > sign * lower:
                way = (reading - lower) / (upper - lower)
                return lower_score + way * (upper_score - lower_score)
            upper, upper_score = lower, lower_score
        return upper_score


UTILISATION_LIGHT = Light(best=0.0, amber=0.60, red=0.80, worst=1.0)
BUFFER_LIGHT = Light(best=1.0, amber=0.40, red=0.20, worst=0.0)
NET_EXPOSURE_LIGHT = Light(best=0.0, amber=2.0, red=3.5, worst=5.0)
SHOCK_COVER_LIGHT = Light(best=2.0, amber=1.10, red=1.0, worst=0.9)


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """The account's state as lights, without any decision.

    Attributes
    ----------
    utilisation_ratio : float
        Initial margin over equity.
    buffer_ratio : float
        Equity above the maintenance margin, over equity.
    net_exposure_ratio : float
        Absolute net notional over equity.
    shock_cover : float
        Equity over maintenance margin after a fall of the market by 20 %.
    headroom_quote : float
        Initial margin that may still be added, quote units.
    score : float
        0 (worst) to 100: the lowest score of the four lights, so that one good reading never hides
        a bad one.
    """

    utilisation_ratio: float
    buffer_ratio: float
    net_exposure_ratio: float
    shock_cover: float
    headroom_quote: float
    score: float

    @property
    def lights(self) -> dict[str, Health]:
        """Each reading's light by name."""
        return {
            "utilisation": UTILISATION_LIGHT.health(self.utilisation_ratio),
            "buffer": BUFFER_LIGHT.health(self.buffer_ratio),
            "net_exposure": NET_EXPOSURE_LIGHT.health(self.net_exposure_ratio),
            "shock_cover": SHOCK_COVER_LIGHT.health(self.shock_cover),
        }


def account_health(
    *,
    equity_quote: float,
    initial_margin_quote: float,
    maintenance_quote: float,
    net_notional_quote: float,
    shocked_equity_quote: float,
    shocked_maintenance_quote: float,
    max_utilisation_ratio: float = 0.60,
) -> AccountHealth:
    """Read the account's lights.

    Parameters
    ----------
    equity_quote : float
        Q, quote units.
    initial_margin_quote, maintenance_quote : float
        Sums over all positions, quote units.
    net_notional_quote : float
        ``sum(side * notional)``, quote units.
    shocked_equity_quote, shocked_maintenance_quote : float
        The same after a market move of -20 %, see :func:`stress_test`.
    max_utilisation_ratio : float, default 0.60
        For the headroom.

    Returns
    -------
    AccountHealth
        With NaN, infinite or non-positive equity every ratio is NaN, the headroom 0 and the score
        0. Other NaNs make their own light CRITICAL and the score 0.

    Notes
    -----
    Formula: ``utilisation = initial/Q``, ``buffer = (Q - maintenance)/Q``, ``net = |net|/Q``,
    ``shock cover = Q' / maintenance'``, ``headroom = max(0, limit*Q - initial)``.
    """
    if not 0.0 < equity_quote < math.inf:
        return AccountHealth(math.nan, math.nan, math.nan, math.nan, 0.0, 0.0)
    utilisation_ratio = initial_margin_quote / equity_quote
    buffer_ratio = (equity_quote - maintenance_quote) / equity_quote
    net_exposure_ratio = abs(net_notional_quote) / equity_quote
    shock_cover = maintenance_cover(shocked_equity_quote, shocked_maintenance_quote)
    headroom_quote = max_utilisation_ratio * equity_quote - initial_margin_quote
    return AccountHealth(
        utilisation_ratio=utilisation_ratio,
        buffer_ratio=buffer_ratio,
        net_exposure_ratio=net_exposure_ratio,
        shock_cover=shock_cover,
        headroom_quote=headroom_quote if headroom_quote > 0.0 else 0.0,
        score=min(
            UTILISATION_LIGHT.score(utilisation_ratio),
            BUFFER_LIGHT.score(buffer_ratio),
            NET_EXPOSURE_LIGHT.score(net_exposure_ratio),
            SHOCK_COVER_LIGHT.score(shock_cover),
        ),
    )
