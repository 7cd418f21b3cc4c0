"""Shares of capital by linear programme, and by Kelly's criterion over several assets."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from freqtrade_riskguard.risk._types import FloatArray, check_ratio


def best_allocation(
    edge_ratio: npt.ArrayLike,
    margin_rate: npt.ArrayLike,
    *,
    max_utilisation_ratio: float = 0.60,
    max_weight: float = 0.25,
    max_total_weight: float = 1.0,
) -> FloatArray:
    """Return the weights with the largest expected gain within the account's limits.

    Parameters
    ----------
    edge_ratio : array_like, shape (k,)
        Expected return of each candidate, fraction of its notional, costs included. A candidate
        whose edge is NaN, infinite, zero or negative gets nothing.
    margin_rate : array_like, shape (k,)
        Initial margin over notional (``1 / leverage``). A candidate whose rate is NaN, infinite,
        zero or negative gets nothing.
    max_utilisation_ratio : float, default 0.60
        Largest initial margin over equity.
    max_weight : float, default 0.25
        Largest notional of one candidate over equity.
    max_total_weight : float, default 1.0
        Largest sum of notionals over equity.

    Returns
    -------
    ndarray, shape (k,)
        Notional over equity, each at least 0.

    Raises
    ------
    ValueError
        For different shapes, or a limit that is NaN, infinite or negative.

    Notes
    -----
    Formula: maximise ``sum(edge_i * w_i)`` subject to ``sum(margin_rate_i * w_i) <= 0.60``,
    ``0 <= w_i <= 0.25``, ``sum(w_i) <= 1``; SciPy's HiGHS.
    """
    edges = np.asarray(edge_ratio, dtype=np.float64)
    rates = np.asarray(margin_rate, dtype=np.float64)
    if edges.ndim != 1 or edges.shape != rates.shape:
        raise ValueError(f"shapes do not match: {edges.shape} and {rates.shape}")
    limits = (max_utilisation_ratio, max_weight, max_total_weight)
    if not all(0.0 <= limit < math.inf for limit in limits):
        raise ValueError(f"limits must be finite and at least 0, got {limits}")
    weights = np.zeros(edges.shape)
    usable = np.isfinite(edges) & (edges > 0.0) & np.isfinite(rates) & (rates > 0.0)
    if np.any(usable):
        # Always feasible (all 0) and bounded, so HiGHS always has an answer.
        answer = linprog(
            -edges[usable],
            A_ub=np.vstack((rates[usable], np.ones(int(np.count_nonzero(usable))))),
            b_ub=[max_utilisation_ratio, max_total_weight],
            bounds=(0.0, max_weight),
            method="highs",
        )
        weights[usable] = np.clip(answer.x, 0.0, max_weight)
    return weights


def kelly_exposures(
    mean_return: npt.ArrayLike,
    covariance: npt.ArrayLike,
    *,
    fraction: float = 0.5,
    max_gross_ratio: float = 3.0,
) -> FloatArray:
    """Return the growth-optimal exposures of several assets together, for a report.

    Parameters
    ----------
    mean_return : array_like, shape (k,)
        Expected return per period, costs included.
    covariance : array_like, shape (k, k)
        Per the same period, positive semi-definite.
    fraction : float, default 0.5
        Share of the optimum, in [0, 0.5].
    max_gross_ratio : float, default 3.0
        All are scaled down together to this sum of absolute exposures, at least 0.

    Returns
    -------
    ndarray, shape (k,)
        Signed notional over equity, negative for a short. Assets with a NaN or infinite mean or
        variance get 0; all get 0 where a covariance between the others is NaN. An asset with no
        variance of its own gets 0.

    Raises
    ------
    ValueError
        For shapes that do not fit, a fraction outside [0, 0.5], or a gross limit that is NaN,
        infinite or negative.

    Notes
    -----
    Formula: ``x = fraction * C^-1 mu``, of the smallest length where C is singular. Thorp (2006).
    """
    means = np.asarray(mean_return, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    if means.ndim != 1 or matrix.shape != (means.size, means.size):
        raise ValueError(f"shapes do not match: {means.shape} and {matrix.shape}")
    check_ratio("fraction", fraction, below=math.nextafter(0.5, 1.0))
    if not 0.0 <= max_gross_ratio < math.inf:
        raise ValueError(f"`max_gross_ratio` must be finite and >= 0, got {max_gross_ratio!r}")
    exposures = np.zeros(means.shape)
    variances = np.diag(matrix)
    usable = np.isfinite(means) & np.isfinite(variances) & (variances > 0.0)
    inner = matrix[np.ix_(usable, usable)]
    if not np.all(np.isfinite(inner)):
        return exposures
    exposures[usable] = fraction * (np.linalg.pinv(inner, hermitian=True) @ means[usable])
    gross = float(np.sum(np.abs(exposures)))
    return exposures * (max_gross_ratio / gross) if gross > max_gross_ratio else exposures
