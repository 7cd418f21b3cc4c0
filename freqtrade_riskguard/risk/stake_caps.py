"""Caps on one stake from what the account already carries.

Equity is Q, quote units, or the wallet where that is less. Each cap is at least 0, and 0.0 for NaN
or infinite numbers and for equity or leverage that is not positive: what is unknown buys nothing.
"""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_side


def _cap(stake_quote: float) -> float:
    return stake_quote if 0.0 < stake_quote < math.inf else 0.0


def position_cap(
    equity_quote: float,
    max_open_trades: float,
    *,
    position_ratio: float = 0.20,
    total_ratio: float = 0.60,
) -> float:
    """Return the largest margin of one position.

    Parameters
    ----------
    equity_quote : float
        Quote units.
    max_open_trades : float
        The bot's slots; infinite (or negative, freqtrade's -1) for no limit, where only
        `position_ratio` counts.
    position_ratio, total_ratio : float
        Margin of one position, and of all, over equity.

    Returns
    -------
    float
        Quote units. 0.0 without slots.

    Notes
    -----
    Formula: ``Q * min(0.20, 0.60 / slots)``
    """
    if max_open_trades == 0.0 or math.isnan(max_open_trades):
        return 0.0
    unlimited = max_open_trades < 0.0 or max_open_trades == math.inf
    share = position_ratio if unlimited else min(position_ratio, total_ratio / max_open_trades)
    return _cap(equity_quote * share)


def total_margin_cap(
    equity_quote: float, used_margin_quote: float, total_ratio: float = 0.60
) -> float:
    """Return the margin that all positions together may still take up (also: utilisation).

    Parameters
    ----------
    equity_quote, used_margin_quote : float
        Equity and the initial margin of the open positions, quote units.
    total_ratio : float, default 0.60
        Largest initial margin over equity.

    Returns
    -------
    float
        Quote units.

    Notes
    -----
    Formula: ``max(0, 0.60*Q - used)``
    """
    return _cap(equity_quote * total_ratio - used_margin_quote)


def reserve_cap(equity_quote: float, free_quote: float, reserve_ratio: float = 0.10) -> float:
    """Return what may be taken from the free balance so that the reserve stays.

    Parameters
    ----------
    equity_quote, free_quote : float
        Equity and free balance, quote units.
    reserve_ratio : float, default 0.10
        Share of equity that stays free.

    Returns
    -------
    float
        Quote units.

    Notes
    -----
    Formula: ``max(0, free - 0.10*Q)``
    """
    return _cap(free_quote - equity_quote * reserve_ratio) if equity_quote > 0.0 else 0.0


def gross_exposure_cap(
    equity_quote: float, gross_notional_quote: float, leverage: float, gross_ratio: float = 3.0
) -> float:
    """Return the stake that fills up the gross exposure.

    Parameters
    ----------
    equity_quote, gross_notional_quote : float
        Equity and the sum of all open notionals, quote units.
    leverage : float
        Of the new position.
    gross_ratio : float, default 3.0
        Largest gross notional over equity.

    Returns
    -------
    float
        Quote units.

    Notes
    -----
    Formula: ``max(0, 3*Q - gross) / L``
    """
    if not (equity_quote > 0.0 and leverage > 0.0):
        return 0.0
    return _cap((gross_ratio * equity_quote - gross_notional_quote) / leverage)


def net_exposure_cap(
    side: int,
    equity_quote: float,
    net_notional_quote: float,
    leverage: float,
    net_ratio: float = 2.0,
) -> float:
    """Return the stake that fills up the net exposure on one side.

    Parameters
    ----------
    side : int
        +1 long, -1 short, of the new position.
    equity_quote : float
        Quote units.
    net_notional_quote : float
        ``sum(side * notional)`` of the open positions, quote units.
    leverage : float
        Of the new position.
    net_ratio : float, default 2.0
        Largest absolute net notional over equity.

    Returns
    -------
    float
        Quote units. More on the side that reduces the net.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``max(0, 2*Q - side*net) / L``
    """
    check_side(side)
    return gross_exposure_cap(equity_quote, side * net_notional_quote, leverage, net_ratio)


def exposure_cap_stake(equity_quote: float, exposure_ratio: float, leverage: float) -> float:
    """Return the stake at which one position reaches an exposure cap.

    Parameters
    ----------
    equity_quote : float
        Quote units.
    exposure_ratio : float
        Allowed notional over equity (volatility target, Kelly). Infinite: does not bind.
    leverage : float
        Of the new position.

    Returns
    -------
    float
        Quote units; infinite for an infinite exposure.

    Notes
    -----
    Formula: ``exposure * Q / L``
    """
    if not (0.0 < equity_quote < math.inf and 0.0 < leverage < math.inf):
        return 0.0
    if exposure_ratio == math.inf:
        return math.inf
    return _cap(exposure_ratio * equity_quote / leverage)
