"""Liquidation price of one position: isolated, tiered, solved where tier and price agree."""

from __future__ import annotations

import math
import sys

from freqtrade_riskguard.risk._types import LONG, check_side
from freqtrade_riskguard.risk.tiers import TierTable

NO_LIQUIDATION = 0.0
_ANY_PRICE = sys.float_info.min  # a short that is liquidated at every positive price


def liquidation_price(
    *,
    side: int,
    entry_price: float,
    amount: float,
    margin_quote: float,
    tiers: TierTable,
    taker_fee: float = 0.0,
    funding_quote: float = 0.0,
) -> float:
    """Return the price at which the position's equity has fallen to its maintenance margin.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Average entry price, quote units.
    amount : float
        Size in base units, unsigned.
    margin_quote : float
        Initial margin of the position (its stake), quote units. May be zero or negative: the
        price then lies on the winning side of the entry.
    tiers : TierTable
        The pair's maintenance tiers, looked up by the notional *at the liquidation price*.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.
    funding_quote : float, default 0.0
        Funding received so far (negative when paid), quote units.

    Returns
    -------
    float
        Quote units. 0.0 is *none* (a long at 1x). NaN is *unknown*: for a NaN or infinite number
        among the inputs, or an entry price or amount that is not positive;
        :func:`liquidation_distance` gives such a price no distance at all.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1, a fee that is NaN, or a fee that leaves nothing of the
        notional beside the maintenance rate of a tier that is needed (together 1 or more).

    Notes
    -----
    Formula: ``M + F + side*A*(P - E) - fee*A*P = A*P*mmr - cum``, hence
    ``P = (side*A*E - M - F - cum) / (A * (side - mmr - fee))`` in the tier that holds ``A*P``.

    In a table without jumps there is exactly one such price. Where an exchange's own amounts make
    the margin jump at a floor, and equity lies within the jump, it is the price of that floor.
    """
    check_side(side)
    if not (entry_price > 0.0 and 0.0 < amount < math.inf):
        return math.nan
    rates, amounts = tiers.rates, tiers.amounts
    fixed_quote = side * amount * entry_price - margin_quote - funding_quote
    if not math.isfinite(fixed_quote):
        return math.nan
    kept = 1.0 - side * taker_fee
    if len(rates) == 1:  # the common case, kept short
        notional_quote = side * (fixed_quote - amounts[0]) / _share(kept - side * rates[0])
    else:
        notional_quote = _tiered_notional(side, fixed_quote, kept, amount * entry_price, tiers)
    if notional_quote <= 0.0:
        return NO_LIQUIDATION if side == LONG else _ANY_PRICE
    return notional_quote / amount


def _share(share: float) -> float:
    """Refuse a fee and maintenance rate that together leave nothing of the notional."""
    if not share > 0.0:
        raise ValueError(
            f"taker fee and maintenance rate must leave some of the notional, left {share!r}"
        )
    return share


def _tiered_notional(
    side: int, fixed_quote: float, kept: float, entry_notional_quote: float, tiers: TierTable
) -> float:
    """Walk from the tier of the entry to the tier that holds its own solution."""
    floors, rates, amounts = tiers.floors, tiers.rates, tiers.amounts
    last = len(floors) - 1
    index = tiers.index_at(entry_notional_quote)
    step = 0
    while True:
        notional_quote = side * (fixed_quote - amounts[index]) / _share(kept - side * rates[index])
        if notional_quote < floors[index] and index > 0:
            if step > 0:  # just came up from below: the margin jumps at this floor
                return floors[index]
            step = -1
        elif index < last and notional_quote >= floors[index + 1]:
            if step < 0:  # just came down from above: the same
                return floors[index + 1]
            step = 1
        else:
            return notional_quote
        index += step


def bankruptcy_price(
    *,
    side: int,
    entry_price: float,
    amount: float,
    margin_quote: float,
    taker_fee: float = 0.0,
    funding_quote: float = 0.0,
) -> float:
    """Return the price at which the position's equity is zero after the exit fee.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price, amount, margin_quote, taker_fee, funding_quote : float
        As for :func:`liquidation_price`.

    Returns
    -------
    float
        Quote units; 0.0 is *none* (a long at 1x), NaN *unknown*, under the same conditions as
        :func:`liquidation_price`.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1, or a fee of 1 or more.

    Notes
    -----
    Formula: ``P = (side*A*E - M - F) / (A * (side - fee))``: liquidation without maintenance.
    """
    return liquidation_price(
        side=side,
        entry_price=entry_price,
        amount=amount,
        margin_quote=margin_quote,
        tiers=_NO_MAINTENANCE,
        taker_fee=taker_fee,
        funding_quote=funding_quote,
    )


_NO_MAINTENANCE = TierTable.flat(0.0)
