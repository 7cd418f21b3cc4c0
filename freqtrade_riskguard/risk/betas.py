"""Beta of each asset to the market."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UNKNOWN_BETA = 1.0


def beta(returns: npt.ArrayLike, market_returns: npt.ArrayLike, *, min_periods: int) -> float:
    """Return the beta of an asset to the market over all returns given.

    Parameters
    ----------
    returns, market_returns : array_like, shape (n,)
        Log returns of the same candles. NaN and infinite ones are left out.
    min_periods : int
        With fewer candles on which both are known the beta is unknown. At least 2.

    Returns
    -------
    float
        1.0 where it is *unknown*.

    Raises
    ------
    ValueError
        For different lengths, or fewer than two periods.

    Notes
    -----
    Formula: ``cov(r, r_market) / var(r_market)``
    """
    asset = np.asarray(returns, dtype=np.float64)
    market = np.asarray(market_returns, dtype=np.float64)
    if asset.shape != market.shape:
        raise ValueError(f"returns differ in shape: {asset.shape}, {market.shape}")
    if min_periods < 2:  # noqa: PLR2004 - a covariance needs two
        raise ValueError(f"`min_periods` must be at least 2, got {min_periods!r}")
    both = np.isfinite(asset) & np.isfinite(market)
    if np.count_nonzero(both) < min_periods:
        return UNKNOWN_BETA
    moved = market[both] - np.mean(market[both])
    variance = float(moved @ moved)
    return float(moved @ asset[both]) / variance if variance > 0.0 else UNKNOWN_BETA
