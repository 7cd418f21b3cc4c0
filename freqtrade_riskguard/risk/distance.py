"""How far from liquidation a price is, and the textbook price for tables."""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_ratio, check_side
from freqtrade_riskguard.risk.liquidation import NO_LIQUIDATION


def effective_liquidation_price(
    liquidation_price: float, side: int, slippage_ratio: float = 0.01
) -> float:
    """Move a liquidation price nearer to the market, for slippage and marks that jump.

    Parameters
    ----------
    liquidation_price : float
        Quote units. 0.0 (*none*) and NaN (*unknown*) stay what they are.
    side : int
        +1 long, -1 short.
    slippage_ratio : float, default 0.01
        How much nearer, as a fraction of that price.

    Returns
    -------
    float
        Quote units: higher for a long, lower for a short.

    Raises
    ------
    ValueError
        For a bad side, or a ratio outside [0, 1).

    Notes
    -----
    Formula: ``P_eff = P_liq * (1 + side * slippage)``
    """
    check_side(side)
    check_ratio("slippage_ratio", slippage_ratio)
    return liquidation_price * (1.0 + side * slippage_ratio)


def liquidation_distance(price: float, liquidation_price: float, side: int) -> float:
    """Return how far the market is from liquidation, as a fraction of its price.

    Parameters
    ----------
    price : float
        Present price, quote units.
    liquidation_price : float
        From :func:`liquidation_price` or :func:`effective_liquidation_price`.
    side : int
        +1 long, -1 short.

    Returns
    -------
    float
        Positive on the safe side, 0 at liquidation, negative beyond it. 1.0 where there is no
        liquidation (0.0). *Unknown* is 0.0, never far away: for a NaN or infinite number, a
        price that is not positive or a negative liquidation price.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``side * (P - P_liq) / P``
    """
    check_side(side)
    if not (0.0 < price < math.inf and 0.0 <= liquidation_price < math.inf):
        return 0.0
    if liquidation_price == NO_LIQUIDATION:
        return 1.0
    return side * (price - liquidation_price) / price


def simple_liquidation_price(
    side: int, entry_price: float, leverage: float, maintenance_rate: float
) -> float:
    """Return the textbook liquidation price: one maintenance rate of the notional at entry.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    leverage : float
        Notional at entry over margin.
    maintenance_rate : float
        Fraction of the notional.

    Returns
    -------
    float
        Quote units; 0.0 is *none* (a long below 1x). NaN for a NaN or infinite number, or an entry
        price or leverage that is not positive.

    Raises
    ------
    ValueError
        For a bad side, or a maintenance rate outside [0, 1).

    Notes
    -----
    Formula: long ``E * (1 - 1/L + mmr)``, short ``E * (1 + 1/L - mmr)``. For tables and for pairs
    without tiers; at 10x it is nearer to the market than the exact price by about ``mmr/L``.
    """
    check_side(side)
    check_ratio("maintenance_rate", maintenance_rate)
    if not (0.0 < entry_price < math.inf and 0.0 < leverage < math.inf):
        return math.nan
    return max(0.0, entry_price * (1.0 - side * (1.0 / leverage - maintenance_rate)))
