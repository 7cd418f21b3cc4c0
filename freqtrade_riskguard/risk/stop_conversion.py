"""Stop prices to and from freqtrade's ``custom_stoploss`` ratio."""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_side


def stop_ratio(*, side: int, rate: float, stop_price: float, leverage: float) -> float:
    """Say a stop price the way freqtrade's ``custom_stoploss`` wants it.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    rate : float
        The ``current_rate`` of that callback, quote units.
    stop_price : float
        Quote units.
    leverage : float
        The trade's leverage, at least 1.

    Returns
    -------
    float
        Never negative. 0.0 when the rate has reached or passed the stop, which freqtrade reads as
        *no change*: the caller has to exit. NaN, also *no change*, when a number is NaN, infinite,
        zero or negative.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``max(0, side * (1 - stop/rate)) * leverage``
    """
    check_side(side)
    if not all(0.0 < number < math.inf for number in (rate, stop_price, leverage)):
        return math.nan
    return max(0.0, side * (1.0 - stop_price / rate)) * leverage


def stop_price_from_ratio(*, side: int, rate: float, ratio: float, leverage: float) -> float:
    """Return the stop price that freqtrade makes of a ``custom_stoploss`` answer.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    rate : float
        The ``current_rate`` of that callback, quote units.
    ratio : float
        What the callback answered; freqtrade drops its sign.
    leverage : float
        The trade's leverage, at least 1.

    Returns
    -------
    float
        Quote units. NaN (no stop) when a number is NaN or infinite, when the ratio is 0, when rate
        or leverage is not positive, and when the price would not be positive.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``rate * (1 - side * |ratio| / leverage)``
    """
    check_side(side)
    if ratio == 0.0 or not all(0.0 < number < math.inf for number in (rate, leverage)):
        return math.nan
    stop_price = rate * (1.0 - side * abs(ratio) / leverage)
    return stop_price if 0.0 < stop_price < math.inf else math.nan
