"""Kelly's criterion for a record of returns as they were, rare large losses and all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NEWTON_STEPS = 50  # three to six are usual
_PRECISION = 1e-12


def record_exposure(
    returns: Sequence[float],
    weights: Sequence[float] | None = None,
    max_loss_ratio: float = 0.5,
) -> float:
    """Return the exposure at which equity would have grown fastest over a record of returns.

    Parameters
    ----------
    returns : sequence of float
        Of trades, fractions of the notional, costs included.
    weights : sequence of float or None, default None
        How much each counts, not negative; None for all the same.
    max_loss_ratio : float, default 0.5
        The share of equity that the worst of the returns may take, in (0, 1).

    Returns
    -------
    float
        Notional over equity; 0.0 without an edge, without a loss (no bound is known then), and
        where anything is NaN or infinite.

    Raises
    ------
    ValueError
        For `max_loss_ratio` outside (0, 1), or another number of weights than of returns.

    Notes
    -----
    Formula: the maximum of ``sum(weight * ln(1 + x*r))`` over ``0 <= x <= max_loss/|min r|``, by
    Newton's method kept inside a bracket. Unlike the two means of wins and losses it sees the rare
    large loss.
    """
    if not 0.0 < max_loss_ratio < 1.0:
        raise ValueError(f"`max_loss_ratio` must be inside (0, 1), got {max_loss_ratio!r}")
    ratios = np.asarray(returns, dtype=np.float64)
    counts = np.ones_like(ratios) if weights is None else np.asarray(weights, dtype=np.float64)
    if counts.shape != ratios.shape:
        raise ValueError(f"need one weight per return, got {counts.size} for {ratios.size}")
    if not (ratios.size and np.isfinite(ratios).all() and np.isfinite(counts).all()):
        return 0.0
    worst = float(ratios.min())
    if worst >= 0.0 or float(counts @ ratios) <= 0.0:
        return 0.0
    low, high = 0.0, max_loss_ratio / -worst
    if float(counts @ (ratios / (1.0 + high * ratios))) >= 0.0:
        return high
    exposure = 0.5 * high
    for _ in range(_NEWTON_STEPS):
        shares = ratios / (1.0 + exposure * ratios)
        slope = float(counts @ shares)
        low, high = (exposure, high) if slope > 0.0 else (low, exposure)
        curvature = float(counts @ (shares * shares))
        step = slope / curvature if curvature > 0.0 else 0.0
        # Where Newton would leave the bracket, halve it.
        before, exposure = exposure, exposure + step
        if not low <= exposure <= high:
            exposure = 0.5 * (low + high)
        if abs(exposure - before) <= _PRECISION * high:
            break
    return exposure
