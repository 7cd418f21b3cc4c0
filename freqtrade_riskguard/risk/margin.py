"""Margin health of one position."""

from __future__ import annotations

import math
from enum import Enum

from freqtrade_riskguard.risk._types import check_side


class Health(Enum):
    """How near to liquidation the market is."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"


class MarginStop(Enum):
    """The action that the cover of a position's maintenance margin asks for."""

    NONE = "none"
    SOFT = "soft"
    """Warn."""
    HARD = "hard"
    """Close."""


def position_equity(
    *,
    side: int,
    entry_price: float,
    price: float,
    amount: float,
    margin_quote: float,
    funding_quote: float = 0.0,
    taker_fee: float = 0.0,
) -> float:
    """Return what a position would leave if it were closed at a price.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price, price : float
        Average entry and present price, quote units.
    amount : float
        Size in base units, unsigned.
    margin_quote : float
        Initial margin, quote units.
    funding_quote : float, default 0.0
        Funding received (negative when paid), quote units.
    taker_fee : float, default 0.0
        Ratio of the exit's notional; 0 for the equity that exchanges show.

    Returns
    -------
    float
        Quote units, negative past bankruptcy. NaN where a number is NaN or infinite.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``M + F + side*A*(P - E) - fee*A*P``
    """
    check_side(side)
    profit_quote = side * amount * (price - entry_price) - taker_fee * amount * price
    equity_quote = margin_quote + funding_quote + profit_quote
    return equity_quote if math.isfinite(equity_quote) else math.nan


def margin_left(
    equity_quote: float, maintenance_quote: float, initial_margin_quote: float
) -> float:
    """Return how much of the way from entry to liquidation is left.

    Parameters
    ----------
    equity_quote : float
        Present equity of the position, quote units.
    maintenance_quote : float
        Present maintenance margin, quote units.
    initial_margin_quote : float
        Margin at entry, quote units.

    Returns
    -------
    float
        1 at entry, 0 at liquidation, above 1 in profit, negative beyond liquidation. At most 0.0
        where the margin never covered the maintenance. NaN (*unknown*) for NaN or infinity;
        :meth:`Ladder.advance` does nothing on it.

    Notes
    -----
    Formula: ``(equity - maintenance) / (initial - maintenance)``
    """
    if not all(map(math.isfinite, (equity_quote, maintenance_quote, initial_margin_quote))):
        return math.nan
    left_quote = equity_quote - maintenance_quote
    room_quote = initial_margin_quote - maintenance_quote
    if room_quote <= 0.0:
        return min(0.0, left_quote)
    return left_quote / room_quote


def maintenance_cover(equity_quote: float, maintenance_quote: float) -> float:
    """Return equity as a multiple of the maintenance margin.

    Parameters
    ----------
    equity_quote : float
        Of the position or account, quote units.
    maintenance_quote : float
        The same, quote units.

    Returns
    -------
    float
        1 at liquidation. Infinite with equity and nothing to maintain. Without equity 0 or
        negative. NaN (*unknown*) for NaN, infinity, or a negative maintenance margin.

    Notes
    -----
    Formula: ``equity / maintenance``
    """
    known = math.isfinite(equity_quote) and 0.0 <= maintenance_quote < math.inf
    if not known:
        return math.nan
    if maintenance_quote == 0.0:
        return math.inf if equity_quote > 0.0 else 0.0
    return equity_quote / maintenance_quote


def margin_stop(cover: float, *, hard: float = 1.3, soft: float = 1.5) -> MarginStop:
    """Say what a cover of the maintenance margin asks for.

    Parameters
    ----------
    cover : float
        From :func:`maintenance_cover`.
    hard, soft : float
        At or below these multiples, ``1 <= hard <= soft``.

    Returns
    -------
    MarginStop
        SOFT for NaN: what is unknown is warned about, not sold.

    Raises
    ------
    ValueError
        Unless ``1 <= hard <= soft``.
    """
    if not 1.0 <= hard <= soft:
        raise ValueError(f"need 1 <= hard <= soft, got {hard!r}, {soft!r}")
    if cover <= hard:
        return MarginStop.HARD
    return MarginStop.NONE if cover > soft else MarginStop.SOFT


def distance_health(
    distance_ratio: float, *, critical: float = 0.05, warning: float = 0.10
) -> Health:
    """Say how healthy a distance to liquidation is.

    Parameters
    ----------
    distance_ratio : float
        From :func:`liquidation_distance`.
    critical, warning : float
        Below these fractions, ``0 <= critical <= warning``.

    Returns
    -------
    Health
        CRITICAL for NaN.

    Raises
    ------
    ValueError
        Unless ``0 <= critical <= warning``.
    """
    if not 0.0 <= critical <= warning:
        raise ValueError(f"need 0 <= critical <= warning, got {critical!r}, {warning!r}")
    if distance_ratio >= warning:
        return Health.OK
    return Health.WARNING if distance_ratio >= critical else Health.CRITICAL
