"""Volatility of a portfolio, who contributes to it, and how much may still be added."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray


def covariance_matrix(volatility: npt.ArrayLike, correlation: npt.ArrayLike) -> FloatArray:
    """Return the covariance of some assets.

    Parameters
    ----------
    volatility : array_like, shape (k,)
        Per period, fractions; NaN stays NaN and makes every consumer answer *unknown*.
    correlation : array_like, shape (k, k)
        See :func:`shrunk_correlation`.

    Returns
    -------
    ndarray, shape (k, k)
        Per the same period.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Formula: ``C_ij = s_i * s_j * r_ij``
    """
    sizes = np.asarray(volatility, dtype=np.float64)
    ties = np.asarray(correlation, dtype=np.float64)
    if ties.shape != (sizes.size, sizes.size):
        raise ValueError(f"shapes do not match: {sizes.shape} and {ties.shape}")
    covariance: FloatArray = np.outer(sizes, sizes) * ties
    return covariance


def as_weights_and_covariance(
    weights: npt.ArrayLike, covariance: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return both as arrays, shapes (k,) and (k, k); raises ValueError when they do not fit."""
    shares = np.asarray(weights, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    if shares.ndim != 1 or matrix.shape != (shares.size, shares.size):
        raise ValueError(f"shapes do not match: {shares.shape} and {matrix.shape}")
    return shares, matrix


def portfolio_volatility(weights: npt.ArrayLike, covariance: npt.ArrayLike) -> float:
    """Return the volatility of a portfolio.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Signed notional over equity: positive long, negative short.
    covariance : array_like, shape (k, k)
        Per period.

    Returns
    -------
    float
        Per the same period, fraction of equity. NaN (*unknown*) for NaN or infinite numbers, 0.0
        without positions.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Formula: ``sqrt(w' C w)``
    """
    shares, matrix = as_weights_and_covariance(weights, covariance)
    held = shares != 0.0  # what is not held need not be known
    with np.errstate(invalid="ignore", over="ignore"):
        variance = float(shares[held] @ matrix[np.ix_(held, held)] @ shares[held])
    if not math.isfinite(variance):
        return math.nan
    return math.sqrt(max(0.0, variance))


def volatility_contributions(weights: npt.ArrayLike, covariance: npt.ArrayLike) -> FloatArray:
    """Return how much each position adds to the portfolio's volatility.

    Parameters
    ----------
    weights, covariance : array_like
        As for :func:`portfolio_volatility`.

    Returns
    -------
    ndarray, shape (k,)
        Adds up to the portfolio's volatility; negative for a hedge. All 0 for a portfolio without
        risk, all NaN where it is unknown.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Formula: ``w_i * (C w)_i / sqrt(w' C w)``
    """
    return np.asarray(weights, dtype=np.float64) * marginal_volatility(weights, covariance)


def marginal_volatility(weights: npt.ArrayLike, covariance: npt.ArrayLike) -> FloatArray:
    """Return how fast the portfolio's volatility rises with each weight.

    Parameters
    ----------
    weights, covariance : array_like
        As for :func:`portfolio_volatility`.

    Returns
    -------
    ndarray, shape (k,)
        All 0 for a portfolio without risk, all NaN where it is unknown.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Formula: ``(C w)_i / sqrt(w' C w)``
    """
    shares, matrix = as_weights_and_covariance(weights, covariance)
    total = portfolio_volatility(shares, matrix)
    if total == 0.0:
        return np.zeros(shares.shape)
    with np.errstate(invalid="ignore", over="ignore"):
        marginal: FloatArray = matrix @ shares / total
    return marginal


def risk_shares(weights: npt.ArrayLike, covariance: npt.ArrayLike) -> FloatArray:
    """Return each position's part of the portfolio's volatility.

    Parameters
    ----------
    weights, covariance : array_like
        As for :func:`portfolio_volatility`.

    Returns
    -------
    ndarray, shape (k,)
        Fractions that add up to 1; all 0 for a portfolio without risk, all NaN where it is unknown.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Formula: ``w_i * (C w)_i / (w' C w)``
    """
    total = portfolio_volatility(weights, covariance)
    parts = volatility_contributions(weights, covariance)
    return parts if total == 0.0 else parts / total
