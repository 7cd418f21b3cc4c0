"""How much a portfolio's volatility target allows: a factor on all, or more of one asset."""

from __future__ import annotations

import math

import numpy.typing as npt

from freqtrade_riskguard.risk._types import check_side
from freqtrade_riskguard.risk.portfolio import as_weights_and_covariance, portfolio_volatility


def max_added_exposure(
    weights: npt.ArrayLike,
    covariance: npt.ArrayLike,
    *,
    asset: int,
    side: int,
    target_volatility: float,
) -> float:
    """Return the exposure that may be added in one asset before the portfolio passes a target.

    Parameters
    ----------
    weights, covariance : array_like
        As for :func:`portfolio_volatility`, the new asset among them (weight 0 where not held).
    asset : int
        Its column.
    side : int
        +1 long, -1 short.
    target_volatility : float
        Per the covariance's period, fraction of equity, positive.

    Returns
    -------
    float
        Notional over equity. 0.0 when the portfolio is beyond the target already (also for what
        would hedge it), or when a number that matters is NaN or infinite. Infinite for an asset
        that never moved.

    Raises
    ------
    ValueError
        For a bad side, a target that is not positive and finite, or shapes that do not fit.

    Notes
    -----
    Formula: the larger root x of ``C_aa x^2 + 2 side (C w)_a x + w'Cw = target^2``
    """
    check_side(side)
    if not 0.0 < target_volatility < math.inf:
        raise ValueError(f"`target_volatility` must be positive, got {target_volatility!r}")
    shares, matrix = as_weights_and_covariance(weights, covariance)
    held = shares != 0.0
    own = float(matrix[asset, asset])
    slope = side * float(matrix[asset, held] @ shares[held])
    now = portfolio_volatility(shares, matrix)
    room = target_volatility**2 - now**2
    if not (math.isfinite(own) and math.isfinite(slope) and room >= 0.0):
        return 0.0
    if own <= 0.0:
        return math.inf
    # Written so that no two nearly equal numbers are subtracted when the slope is positive.
    root = math.sqrt(slope * slope + own * room)
    return room / (slope + root) if slope > 0.0 else (root - slope) / own
