"""Realised volatility: close to close, exponentially weighted, and between periods.

Volatility is a fraction per day (0.03 is 3 % a day) unless a name says otherwise.
*Unknown* is NaN, and every consumer in this package answers NaN with the safe side.
"""

from __future__ import annotations

import math
from typing import overload

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._rolling import rolling_moments
from freqtrade_riskguard.risk._types import FloatArray

_LEAST_RETURNS = 2  # a sample standard deviation needs two


def log_returns(close: npt.ArrayLike) -> FloatArray:
    """Return the logarithmic return of each candle over the one before.

    Parameters
    ----------
    close : array_like, shape (n,)
        Prices in quote units, oldest first.

    Returns
    -------
    ndarray, shape (n,)
        ``[NaN, r_1, ..., r_(n-1)]``. NaN wherever one of the two prices is NaN, infinite, zero
        or negative. An empty input gives an empty array.

    Notes
    -----
    Formula: ``r_i = ln(close_i / close_(i-1))``
    """
    prices = np.asarray(close, dtype=np.float64)
    returns = np.full(prices.shape, np.nan)
    usable = np.where(np.isfinite(prices) & (prices > 0.0), prices, np.nan)
    # The ratio is taken before the logarithm: a frozen price then gives exactly 0. A ratio that
    # leaves the range of a double (1e300 after 1e-300) is no price movement but a data error.
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        returns[1:] = np.log(usable[1:] / usable[:-1])
    returns[np.isinf(returns)] = np.nan
    return returns


def _check_window(window: int, min_periods: int, periods_per_day: float) -> None:
    if not _LEAST_RETURNS <= min_periods <= window:
        raise ValueError(
            f"need 2 <= min_periods <= window, got min_periods {min_periods}, window {window}"
        )
    _check_periods("periods_per_day", periods_per_day)


def _check_periods(name: str, periods: float) -> None:
    if not (math.isfinite(periods) and periods > 0.0):
        raise ValueError(f"`{name}` must be positive and finite, got {periods!r}")


def realised_volatility(
    close: npt.ArrayLike, *, window: int, min_periods: int, periods_per_day: float
) -> FloatArray:
    """Return the daily close-to-close volatility at each candle.

    Parameters
    ----------
    close : array_like, shape (n,)
        Closed candles only, oldest first, quote units.
    window : int
        How many of the latest returns count (288 for 12 days of 1h candles).
    min_periods : int
        With fewer known returns in the window the answer is NaN. At least 2.
    periods_per_day : float
        Candles per day (24 for 1h).

    Returns
    -------
    ndarray, shape (n,)
        Volatility per day, never negative; NaN is *unknown*. A candle whose price is NaN, infinite,
        zero or negative takes away its two returns, not the whole window. A frozen price gives
        exactly 0.

    Raises
    ------
    ValueError
        Unless ``2 <= min_periods <= window`` and `periods_per_day` is positive and finite.

    Notes
    -----
    Formula: ``s = sqrt(periods_per_day) * std(r_(i-window+1) ... r_i, ddof=1)``
    """
    _check_window(window, min_periods, periods_per_day)
    returns = log_returns(close)
    moments = rolling_moments(returns, returns, window)
    enough = moments.count >= min_periods
    variance = np.full(returns.shape, np.nan)
    variance[enough] = moments.square_x[enough] / (moments.count[enough] - 1.0)
    volatility: FloatArray = np.sqrt(variance) * math.sqrt(periods_per_day)
    return volatility


@overload
def scale_volatility(
    volatility: float, *, from_periods_per_day: float, to_periods_per_day: float
) -> float: ...
@overload
def scale_volatility(
    volatility: FloatArray, *, from_periods_per_day: float, to_periods_per_day: float
) -> FloatArray: ...
def scale_volatility(
    volatility: float | FloatArray, *, from_periods_per_day: float, to_periods_per_day: float
) -> float | FloatArray:
    """Scale a volatility from one period length to another by the square root of time.

    Parameters
    ----------
    volatility : float or ndarray
        Volatility per period of the first kind. NaN stays NaN, infinity infinity.
    from_periods_per_day : float
        How many such periods a day holds (1 for daily, 24 for hourly, 1/365 for yearly).
    to_periods_per_day : float
        The same for the wanted period.

    Returns
    -------
    float or ndarray
        Volatility per period of the second kind.

    Raises
    ------
    ValueError
        Unless both period counts are positive and finite.

    Notes
    -----
    Formula: ``s_to = s_from * sqrt(from_periods_per_day / to_periods_per_day)``
    """
    _check_periods("from_periods_per_day", from_periods_per_day)
    _check_periods("to_periods_per_day", to_periods_per_day)
    return volatility * math.sqrt(from_periods_per_day / to_periods_per_day)
