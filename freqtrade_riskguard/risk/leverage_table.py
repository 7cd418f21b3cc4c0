"""The table of leverage against liquidation price and distance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from freqtrade_riskguard.risk.distance import effective_liquidation_price, liquidation_distance
from freqtrade_riskguard.risk.liquidation import liquidation_price
from freqtrade_riskguard.risk.tiers import TierTable


@dataclass(frozen=True, slots=True)
class LeverageDistance:
    """One row of :func:`leverage_distance_table`.

    Attributes
    ----------
    leverage : float
        Notional at entry over margin.
    liquidation_price : float
        Computed price, quote units; 0.0 is none.
    effective_price : float
        The same, nearer by the slippage.
    distance_ratio : float
        From entry to `effective_price`, fraction of the entry price.
    """

    leverage: float
    liquidation_price: float
    effective_price: float
    distance_ratio: float


def leverage_distance_table(
    *,
    side: int,
    entry_price: float,
    stake_quote: float,
    tiers: TierTable,
    leverages: Iterable[float] = (1, 2, 3, 5, 10, 20, 50, 100),
    taker_fee: float = 0.0,
    slippage_ratio: float = 0.0,
) -> tuple[LeverageDistance, ...]:
    """Tabulate leverage against liquidation price and distance.

    Parameters
    ----------
    side, stake_quote, tiers, taker_fee, slippage_ratio
        As for :func:`distance_for_leverage`.
    entry_price : float
        Quote units.
    leverages : iterable of float
        One row each, in this order.

    Returns
    -------
    tuple of LeverageDistance
        With a useless number (NaN, infinite, not positive) a row holds NaN prices and distance 0.

    Raises
    ------
    ValueError
        For a bad side, or a slippage outside [0, 1).
    """
    rows = []
    for leverage in leverages:
        found_price = liquidation_price(
            side=side,
            entry_price=entry_price,
            amount=stake_quote * leverage / entry_price if entry_price > 0.0 else math.nan,
            margin_quote=stake_quote,
            tiers=tiers,
            taker_fee=taker_fee,
        )
        nearer_price = effective_liquidation_price(found_price, side, slippage_ratio)
        distance_ratio = liquidation_distance(entry_price, nearer_price, side)
        rows.append(LeverageDistance(float(leverage), found_price, nearer_price, distance_ratio))
    return tuple(rows)
