"""Stop prices, how they combine, and freqtrade's way of saying them.

A stop price is in quote units. NaN means *there is no such stop*, so that it drops out of
:func:`nearest_stop` and never loosens one that exists.
"""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import LONG, check_ratio, check_side
from freqtrade_riskguard.risk.distance import effective_liquidation_price

MAINTENANCE_MULTIPLE = 1.3
LIQUIDATION_SHARE = 0.03


def _price_or_nan(price: float) -> float:
    """Return NaN for what no market can reach: a stop there would be no stop."""
    return price if 0.0 < price < math.inf else math.nan


def atr_stop_price(side: int, entry_price: float, atr: float, multiple: float = 2.0) -> float:
    """Return the stop some average true ranges away from the entry.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    atr : float
        Average true range of the entry's candle, quote units.
    multiple : float, default 2.0
        How many of them; positive.

    Returns
    -------
    float
        Quote units. NaN (no such stop) when the range is NaN, infinite, zero or negative (a market
        that does not move tells nothing), or when the stop would not be a positive price.

    Raises
    ------
    ValueError
        For a bad side, or a multiple that is not positive and finite.

    Notes
    -----
    Formula: ``E - side * k * ATR``
    """
    check_side(side)
    if not 0.0 < multiple < math.inf:
        raise ValueError(f"`multiple` must be positive and finite, got {multiple!r}")
    if not (0.0 < atr < math.inf and 0.0 < entry_price < math.inf):
        return math.nan
    return _price_or_nan(entry_price - side * multiple * atr)


def percent_stop_price(side: int, entry_price: float, max_loss_ratio: float) -> float:
    """Return the stop a fixed fraction of the price away from the entry.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    max_loss_ratio : float
        Price movement against the position, before leverage, inside (0, 1).

    Returns
    -------
    float
        Quote units; NaN for an entry price that is NaN, infinite, zero or negative.

    Raises
    ------
    ValueError
        For a bad side, or a ratio outside (0, 1).

    Notes
    -----
    Formula: ``E * (1 - side * max_loss)``
    """
    check_side(side)
    if not 0.0 < max_loss_ratio < 1.0:
        raise ValueError(
            f"`max_loss_ratio` must be a fraction inside (0, 1), got {max_loss_ratio!r}"
        )
    return _price_or_nan(entry_price * (1.0 - side * max_loss_ratio))


def liquidation_stop_price(
    *,
    side: int,
    entry_price: float,
    liquidation_price: float,
    maintenance_rate: float,
    slippage_ratio: float = 0.01,
) -> float:
    """Return the last stop before liquidation, with its buffer.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    liquidation_price : float
        Computed price without slippage, quote units.
    maintenance_rate : float
        Of the tier that holds the notional at liquidation, fraction in [0, 1).
    slippage_ratio : float, default 0.01
        See :func:`effective_liquidation_price`.

    Returns
    -------
    float
        Quote units. NaN where there is no liquidation (0.0), where it is unknown (NaN), infinite
        or negative, and for a useless entry price. At high leverage it may lie on the winning
        side of the entry: such a position has no room.

    Raises
    ------
    ValueError
        For a bad side, or a rate or slippage outside [0, 1).

    Notes
    -----
    Formula: ``P_liq*(1 + side*slippage) + side * max(1.3*mmr*E, 0.03*P_liq)``
    """
    check_ratio("maintenance_rate", maintenance_rate)
    nearer_price = effective_liquidation_price(liquidation_price, side, slippage_ratio)
    if not (0.0 < liquidation_price < math.inf and 0.0 < entry_price < math.inf):
        return math.nan
    buffer_quote = max(
        MAINTENANCE_MULTIPLE * maintenance_rate * entry_price,
        LIQUIDATION_SHARE * liquidation_price,
    )
    return _price_or_nan(nearer_price + side * buffer_quote)


def nearest_stop(side: int, *prices: float) -> float:
    """Return the stop that is nearest to the market.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    *prices : float
        Stop prices, quote units. NaN, infinite, zero and negative ones are no stops.

    Returns
    -------
    float
        The highest for a long, the lowest for a short; NaN when there is none.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.
    """
    check_side(side)
    real = [price for price in prices if 0.0 < price < math.inf]
    if not real:
        return math.nan
    return max(real) if side == LONG else min(real)
