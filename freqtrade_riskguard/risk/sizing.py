"""The stake from the risk that it may run, and the loss that a stake plans for.

All costs are charged on the notional: ``stake * leverage``.
"""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_side

_SIDES_OF_A_TRADE = 2.0  # the fee is paid at entry and at exit


def loss_ratio_at_stop(
    stop_distance_ratio: float, taker_fee: float, slippage_ratio: float = 0.005, side: int = 1
) -> float:
    """Return what a trade loses at its stop, as a fraction of its notional at entry.

    Parameters
    ----------
    stop_distance_ratio : float
        From entry to stop, fraction of the entry price.
    taker_fee : float
        Ratio, paid twice.
    slippage_ratio : float, default 0.005
        How much worse than the stop it is filled, a share of the price.
    side : int, default 1
        +1 long, -1 short.

    Returns
    -------
    float
        Infinite (nothing is known about the loss) when any of them is NaN, infinite or negative.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``distance + 2*fee + slippage`` for a long. A short is closed above its entry, where
    fee and slippage are taken of more than the entry's notional: ``fill - 1 + fee*(1 + fill)``
    with ``fill = (1 + distance)*(1 + slippage)``. A long's costs at its lower fill are less, so
    that its formula is never below what is lost.
    """
    check_side(side)
    parts = (stop_distance_ratio, taker_fee, slippage_ratio)
    if not all(0.0 <= part < math.inf for part in parts):
        return math.inf
    if side < 0:
        fill = (1.0 + stop_distance_ratio) * (1.0 + slippage_ratio)
        return fill - 1.0 + taker_fee * (1.0 + fill)
    return stop_distance_ratio + _SIDES_OF_A_TRADE * taker_fee + slippage_ratio


def planned_loss(
    *,
    stake_quote: float,
    leverage: float,
    stop_distance_ratio: float,
    taker_fee: float,
    slippage_ratio: float = 0.005,
    side: int = 1,
) -> float:
    """Return what a position is planned to lose at its stop, before gaps.

    Parameters
    ----------
    stake_quote : float
        Initial margin, quote units.
    leverage : float
        Notional at entry over margin.
    stop_distance_ratio, taker_fee, slippage_ratio, side
        As for :func:`loss_ratio_at_stop`.

    Returns
    -------
    float
        Quote units, never negative. 0.0 for a stake of exactly 0. Infinite (unknown) for any other
        number that is NaN, infinite or negative, or a leverage of 0.

    Notes
    -----
    Formula: ``stake * L * loss_ratio``
    """
    if stake_quote == 0.0:
        return 0.0
    if not all(0.0 < number < math.inf for number in (stake_quote, leverage)):
        return math.inf
    lost_ratio = loss_ratio_at_stop(stop_distance_ratio, taker_fee, slippage_ratio, side)
    return stake_quote * leverage * lost_ratio


def stake_for_loss(
    *,
    loss_quote: float,
    leverage: float,
    stop_distance_ratio: float,
    taker_fee: float,
    slippage_ratio: float = 0.005,
    side: int = 1,
) -> float:
    """Return the stake whose planned loss is a given amount; the inverse of :func:`planned_loss`.

    Parameters
    ----------
    loss_quote : float
        What may be lost, quote units.
    leverage, stop_distance_ratio, taker_fee, slippage_ratio, side
        As for :func:`planned_loss`.

    Returns
    -------
    float
        Quote units. 0.0 when any number is NaN, infinite or negative, when nothing may be lost, and
        when distance and costs are all 0 (such a stop says nothing).

    Notes
    -----
    Formula: ``loss / (L * loss_ratio)``
    """
    if not all(0.0 < number < math.inf for number in (loss_quote, leverage)):
        return 0.0
    lost_ratio = loss_ratio_at_stop(stop_distance_ratio, taker_fee, slippage_ratio, side)
    if not 0.0 < lost_ratio < math.inf:
        return 0.0
    return loss_quote / (leverage * lost_ratio)


def fixed_risk_stake(
    *,
    equity_quote: float,
    risk_ratio: float,
    leverage: float,
    stop_distance_ratio: float,
    taker_fee: float,
    slippage_ratio: float = 0.005,
    side: int = 1,
) -> float:
    """Return the stake that loses a fixed share of equity at its stop, costs included.

    Parameters
    ----------
    equity_quote : float
        Quote units.
    risk_ratio : float
        Share of equity to lose at the stop.
    leverage : float
        Notional at entry over margin.
    stop_distance_ratio, taker_fee, slippage_ratio, side
        As for :func:`loss_ratio_at_stop`.

    Returns
    -------
    float
        Quote units. 0.0 under the conditions of :func:`stake_for_loss`.

    Notes
    -----
    Formula: ``risk * Q = stake * L * loss_ratio``
    """
    if not (equity_quote > 0.0 and risk_ratio > 0.0):
        return 0.0
    return stake_for_loss(
        loss_quote=equity_quote * risk_ratio,
        leverage=leverage,
        stop_distance_ratio=stop_distance_ratio,
        taker_fee=taker_fee,
        slippage_ratio=slippage_ratio,
        side=side,
    )
