"""The leverage cap that keeps liquidation away from entry, from noise and from the stop."""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_ratio, check_side
from freqtrade_riskguard.risk.stops import LIQUIDATION_SHARE, MAINTENANCE_MULTIPLE
from freqtrade_riskguard.risk.tiers import Tier, TierTable
from freqtrade_riskguard.risk.whole_position_tiers import MarginTiers

_JUST_BELOW = 1.0 - 1e-12  # a floor belongs to the tier above it


def max_leverage_for_stop(
    *,
    side: int,
    entry_price: float,
    stop_price: float,
    stake_quote: float,
    tiers: MarginTiers,
    taker_fee: float = 0.0,
    slippage_ratio: float = 0.01,
) -> float:
    """Return the largest leverage whose liquidation stop lies at or beyond the initial stop.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price, stop_price : float
        Quote units.
    stake_quote : float
        Initial margin, quote units.
    tiers : TierTable or WholePositionTiers
        The pair's maintenance tiers; the buffer uses the rate of the tier that holds the notional
        at liquidation.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.
    slippage_ratio : float, default 0.01
        See :func:`effective_liquidation_price`.

    Returns
    -------
    float
        May be below 1 (then even 1x is too near). 0.0 for NaN or infinite numbers, and for prices
        or a stake that are not positive.

    Raises
    ------
    ValueError
        For a bad side, or a slippage outside [0, 0.97).

    Notes
    -----
    Formula: the largest L with
    ``side * (S - P_liq(L)*(1 + side*slippage) - side*max(1.3*mmr(L)*E, 0.03*P_liq(L))) >= 0``,
    found tier by tier: the liquidation notional rises with L, and the buffer with the tier.
    """
    check_side(side)
    check_ratio("slippage_ratio", slippage_ratio, below=1.0 - LIQUIDATION_SHARE)
    if not all(0.0 < number < math.inf for number in (entry_price, stop_price, stake_quote)):
        return 0.0

    def leverage_in(table: TierTable) -> float:
        return _largest_in(
            table,
            side=side,
            entry_price=entry_price,
            stop_price=stop_price,
            stake_quote=stake_quote,
            taker_fee=taker_fee,
            slippage_ratio=slippage_ratio,
        )

    return tiers.largest_leverage(
        stake_quote=stake_quote, price=entry_price, leverage_in=leverage_in
    )


def _largest_in(
    tiers: TierTable,
    *,
    side: int,
    entry_price: float,
    stop_price: float,
    stake_quote: float,
    taker_fee: float,
    slippage_ratio: float,
) -> float:
    best = 0.0
    index = 0
    while True:
        tier = tiers.tiers[index]
        bound_price = _nearest_liquidation(side, entry_price, stop_price, tier, slippage_ratio)
        if bound_price <= 0.0:
            # Only a long without liquidation will do, and that is in the lowest tier.
            return max(best, 1.0)
        price_ratio = bound_price / entry_price
        share = side * (1.0 - price_ratio) / price_ratio + taker_fee + tier.maintenance_rate
        owed_quote = stake_quote + tier.maintenance_amount_quote
        notional_quote = owed_quote / share if share > 0.0 else math.inf
        if notional_quote < tier.floor_notional_quote:
            return best  # not even the smallest position of this tier has room for its buffer
        index += 1
        if index == len(tiers.floors) or notional_quote < tiers.floors[index]:
            return notional_quote / (stake_quote * price_ratio)
        # All of this tier will do: the leverage whose liquidation notional is just below its end.
        end_quote = tiers.floors[index] * _JUST_BELOW
        kept = side - taker_fee - tier.maintenance_rate
        best = side * (owed_quote + end_quote * kept) / stake_quote


def _nearest_liquidation(
    side: int, entry_price: float, stop_price: float, tier: Tier, slippage_ratio: float
) -> float:
    """Return the liquidation price whose liquidation stop is the initial stop."""
    by_rate_quote = stop_price - side * MAINTENANCE_MULTIPLE * tier.maintenance_rate * entry_price
    by_rate_price = by_rate_quote / (1.0 + side * slippage_ratio)
    by_share_price = stop_price / (1.0 + side * (slippage_ratio + LIQUIDATION_SHARE))
    return side * min(side * by_rate_price, side * by_share_price)
