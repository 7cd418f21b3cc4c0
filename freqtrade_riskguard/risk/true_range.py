"""Wilder's average true range through TA-Lib."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import talib

from freqtrade_riskguard.risk._types import FloatArray


def atr(
    high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, *, period: int = 14
) -> FloatArray:
    """Return Wilder's average true range at each candle.

    Parameters
    ----------
    high, low, close : array_like, shape (n,)
        Closed candles, oldest first, quote units.
    period : int, default 14
        Wilder's smoothing length in candles.

    Returns
    -------
    ndarray, shape (n,)
        Quote units. NaN for the first `period` usable candles, for all of too short a series
        (never an exception), and on candles with a NaN, infinite, zero or negative price; those
        are left out, and the next true range is taken from the last usable close.

    Raises
    ------
    ValueError
        When the three differ in length or `period` is below 1.

    Notes
    -----
    Formula: ``TR_i = max(h_i - l_i, |h_i - c_(i-1)|, |l_i - c_(i-1)|)``;
    ``ATR_period = mean(TR_1 ... TR_period)``;
    ``ATR_i = (ATR_(i-1) * (period - 1) + TR_i) / period``. Wilder (1978).
    """
    highs, lows, closes = (np.asarray(part, dtype=np.float64) for part in (high, low, close))
    if not highs.shape == lows.shape == closes.shape:
        raise ValueError(
            f"high, low, close differ in shape: {highs.shape}, {lows.shape}, {closes.shape}"
        )
    if period < 1:
        raise ValueError(f"`period` must be at least 1, got {period!r}")
    stacked = np.stack((highs, lows, closes))
    usable = np.all(np.isfinite(stacked) & (stacked > 0.0), axis=0)
    ranges = np.full(highs.shape, np.nan)
    # TA-Lib carries one NaN to the end of the series, so holes are taken out before it.
    if np.count_nonzero(usable) > period:
        ranges[usable] = talib.ATR(highs[usable], lows[usable], closes[usable], timeperiod=period)
    return ranges
