"""Weights under which every position carries its own share of the risk."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray

_TOLERANCE = 1e-9
_MAX_STEPS = 200
_NO_RISK = 1e3  # parts over mix, volatility: beyond it rounding decides what the mix is
_QUADRATIC_ZONE = 0.25  # Newton decrement below which a full step converges quadratically


def risk_parity_weights(
    covariance: npt.ArrayLike, risk_budgets: npt.ArrayLike | None = None
) -> FloatArray:
    """Return long-only weights whose risk shares are equal, or as budgeted.

    Parameters
    ----------
    covariance : array_like, shape (k, k)
        Positive semi-definite, per any period.
    risk_budgets : array_like, shape (k,), optional
        Wanted risk shares, positive; scaled to add up to 1. Equal where not given.

    Returns
    -------
    ndarray, shape (k,)
        Positive, adding up to 1; the risk shares agree with the budgets within 1e-9. All 0
        (nothing can be weighed) when the covariance has NaN or infinite entries or an asset
        without any variance.

    Raises
    ------
    ValueError
        For shapes that do not fit, budgets that are not positive, or a covariance under which some
        mix of the assets has less than a thousandth of their risk (with none, no such weights
        exist).

    Notes
    -----
    Formula: minimise ``x' R x / 2 - sum(b_i * ln x_i)`` over positive x, R the correlations;
    ``w_i = (x_i / s_i) / sum(x / s)``. Maillard, Roncalli, Teiletche (2010), Spinu (2013). The
    function is convex and self-concordant (with budgets scaled to at least 1), so the damped Newton
    method converges from any start.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    size = matrix.shape[0]
    budgets = np.ones(size) if risk_budgets is None else np.asarray(risk_budgets, dtype=np.float64)
    if matrix.shape != (size, size) or budgets.shape != (size,):
        raise ValueError(f"shapes do not match: {matrix.shape} and {budgets.shape}")
    if not np.all(np.isfinite(budgets) & (budgets > 0.0)):
        raise ValueError(f"`risk_budgets` must be positive and finite, got {risk_budgets!r}")
    variances = np.diag(matrix)
    if not (size and np.all(np.isfinite(matrix)) and np.all(variances > 0.0)):
        return np.zeros(size)
    deviations = np.sqrt(variances)
    correlation = matrix / np.outer(deviations, deviations)
    weights: FloatArray = _newton(correlation, budgets / budgets.min()) / deviations
    return weights / np.sum(weights)


def _newton(correlation: FloatArray, budgets: FloatArray) -> FloatArray:
    point: FloatArray = np.sqrt(budgets)
    for _ in range(_MAX_STEPS):
        gradient = correlation @ point - budgets / point
        hessian = correlation + np.diag(budgets / point**2)
        step = np.linalg.solve(hessian, gradient)
        decrement = float(np.sqrt(max(0.0, float(gradient @ step))))
        if decrement <= _TOLERANCE:
            return point
        point = point - step / (1.0 if decrement < _QUADRATIC_ZONE else 1.0 + decrement)
        if np.max(point / np.sqrt(budgets)) > _NO_RISK:
            break
    raise ValueError(
        "no risk-parity weights exist: some combination of these assets has almost no risk"
    )
