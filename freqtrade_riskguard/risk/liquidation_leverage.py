"""Leverage from a wanted liquidation price or distance, and back."""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import LONG, check_ratio, check_side
from freqtrade_riskguard.risk.distance import effective_liquidation_price, liquidation_distance
from freqtrade_riskguard.risk.liquidation import liquidation_price
from freqtrade_riskguard.risk.tiers import TierTable
from freqtrade_riskguard.risk.whole_position_tiers import MarginTiers


def max_leverage_for_liquidation_at(
    *,
    side: int,
    entry_price: float,
    liquidation_price: float,
    stake_quote: float,
    tiers: MarginTiers,
    taker_fee: float = 0.0,
) -> float:
    """Return the largest leverage that keeps liquidation at or beyond a price.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    liquidation_price : float
        The nearest price to the market at which liquidation may be, quote units.
    stake_quote : float
        Initial margin, quote units: with tiers a larger stake allows less.
    tiers : TierTable or WholePositionTiers
        The pair's maintenance tiers.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.

    Returns
    -------
    float
        Below 1 where even 1x is liquidated sooner (a short and a price near or above twice the
        entry), infinite where any leverage will do. A long and a price of zero or below: 1.0,
        the leverage without liquidation. 0.0 (nothing is known to be safe) for NaN or infinite
        numbers, and for an entry price or stake that is not positive.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: with ``x = P/E`` and the notional there ``n = M*L*x``, equity equals maintenance when
    ``n * (side*(1 - x)/x + fee + mmr) = M + cum``; so ``L = n / (M*x)``, in the tier that holds n.
    """
    check_side(side)
    inputs = (entry_price, liquidation_price, stake_quote)
    if not (all(map(math.isfinite, inputs)) and entry_price > 0.0 and stake_quote > 0.0):
        return 0.0
    if liquidation_price <= 0.0:
        return 1.0 if side == LONG else math.inf
    price_ratio = liquidation_price / entry_price
    loss_rate = side * (1.0 - price_ratio) / price_ratio + taker_fee

    def leverage_in(table: TierTable) -> float:
        return _largest_notional(stake_quote, loss_rate, table) / (stake_quote * price_ratio)

    return tiers.largest_leverage(
        stake_quote=stake_quote, price=entry_price, leverage_in=leverage_in
    )


def _largest_notional(stake_quote: float, loss_rate: float, tiers: TierTable) -> float:
    """Return the largest n with ``n*loss_rate + maintenance(n) <= stake``; the left side rises."""
    for index, floor in enumerate(tiers.floors):
        share = loss_rate + tiers.rates[index]
        ceiling = tiers.floors[index + 1] if index + 1 < len(tiers.floors) else math.inf
        if share > 0.0:
            notional_quote = (stake_quote + tiers.amounts[index]) / share
            if notional_quote < ceiling:
                # Below the floor only where the table's own amounts jump there.
                return max(notional_quote, floor)
    return math.inf


def max_leverage_for_distance(
    *,
    side: int,
    stake_quote: float,
    distance_ratio: float,
    tiers: MarginTiers,
    taker_fee: float = 0.0,
    slippage_ratio: float = 0.0,
    entry_price: float = 1.0,
) -> float:
    """Return the largest leverage that keeps effective liquidation a distance away from entry.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    stake_quote : float
        Initial margin, quote units.
    distance_ratio : float
        Wanted distance as a fraction of the entry price. Negative counts as 0.
    tiers : TierTable or WholePositionTiers
        The pair's maintenance tiers.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.
    slippage_ratio : float, default 0.0
        See :func:`effective_liquidation_price`.
    entry_price : float, default 1.0
        Quote units; only tiers of contracts depend on it.

    Returns
    -------
    float
        May be below 1 (then even 1x is too near). A long and a distance of 1 or more: 1.0, since
        a long at 1x is never liquidated. 0.0 for NaN or infinite numbers or no stake.

    Raises
    ------
    ValueError
        For a bad side, or a slippage outside [0, 1).

    Notes
    -----
    Formula: :func:`max_leverage_for_liquidation_at` of
    ``P = E * (1 - side*distance) / (1 + side*slippage)``.
    """
    check_side(side)
    check_ratio("slippage_ratio", slippage_ratio)
    wanted_ratio = max(distance_ratio, 0.0) if math.isfinite(distance_ratio) else math.nan

    def leverage_in(table: TierTable) -> float:
        return max_leverage_for_liquidation_at(
            side=side,
            entry_price=1.0,
            liquidation_price=(1.0 - side * wanted_ratio) / (1.0 + side * slippage_ratio),
            stake_quote=stake_quote,
            tiers=table,
            taker_fee=taker_fee,
        )

    return tiers.largest_leverage(
        stake_quote=stake_quote, price=entry_price, leverage_in=leverage_in
    )


def distance_for_leverage(
    *,
    side: int,
    stake_quote: float,
    leverage: float,
    tiers: MarginTiers,
    taker_fee: float = 0.0,
    slippage_ratio: float = 0.0,
    entry_price: float = 1.0,
) -> float:
    """Return how far from entry a new position's effective liquidation price is.

    The inverse of :func:`max_leverage_for_distance`.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    stake_quote : float
        Initial margin, quote units.
    leverage : float
        Notional at entry over `stake_quote`.
    tiers : TierTable or WholePositionTiers
        The pair's maintenance tiers.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.
    slippage_ratio : float, default 0.0
        See :func:`effective_liquidation_price`.
    entry_price : float, default 1.0
        Quote units; only tiers of contracts depend on it.

    Returns
    -------
    float
        Fraction of the entry price; 1.0 for a long without liquidation; 0.0 for NaN, infinite or
        non-positive numbers. Negative where the position would be liquidated as it opens.

    Raises
    ------
    ValueError
        For a bad side, or a slippage outside [0, 1).

    Notes
    -----
    Formula: :func:`liquidation_distance` from ``E`` to the effective liquidation price.
    """
    found_price = liquidation_price(
        side=side,
        entry_price=1.0,
        amount=stake_quote * leverage,
        margin_quote=stake_quote,
        tiers=tiers.of_position(stake_quote * leverage / entry_price, entry_price),
        taker_fee=taker_fee,
    )
    nearer_price = effective_liquidation_price(found_price, side, slippage_ratio)
    return liquidation_distance(1.0, nearer_price, side)
