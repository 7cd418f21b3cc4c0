"""Correlations: shrunk, rolling, stressed, and always positive semi-definite."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from freqtrade_riskguard.risk._types import FloatArray

STRESS_FLOOR = 0.9
_LEAST_ROWS = 3


def _off_diagonal(size: int) -> npt.NDArray[np.bool_]:
    return ~np.eye(size, dtype=np.bool_)


def nearest_correlation(matrix: npt.ArrayLike) -> FloatArray:
    """Repair a symmetric matrix into a correlation matrix.

    Parameters
    ----------
    matrix : array_like, shape (k, k)
        Anything near a correlation matrix. Only its symmetric part counts; the diagonal is taken as
        1, entries outside [-1, 1] as the nearer end, and NaN as the stress floor.

    Returns
    -------
    ndarray, shape (k, k)
        Symmetric, unit diagonal, no eigenvalue below -1e-12. A matrix that is one already comes
        back up to rounding.

    Raises
    ------
    ValueError
        When it is not square.

    Notes
    -----
    Formula: ``C = B B'``, with ``B = V sqrt(max(lambda, 0))`` scaled to rows of length 1: the
    spectral method of Rebonato and Jaeckel (1999).
    """
    raw = np.array(matrix, dtype=np.float64)
    if raw.ndim != 2 or raw.shape[0] != raw.shape[1]:  # noqa: PLR2004 - a matrix has two axes
        raise ValueError(f"a correlation matrix is square, got shape {raw.shape}")
    bounded = np.clip(np.where(np.isnan(raw), STRESS_FLOOR, raw), -1.0, 1.0)
    symmetric: FloatArray = (bounded + bounded.T) / 2.0
    np.fill_diagonal(symmetric, 1.0)
    if symmetric.size == 0:
        return symmetric
    eigenvalues, eigenvectors = np.linalg.eigh(symmetric)
    if eigenvalues[0] >= 0.0:
        return symmetric
    roots = eigenvectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    # With a unit diagonal every row keeps some length: its square is 1 plus what was clipped off.
    roots /= np.linalg.norm(roots, axis=1, keepdims=True)
    repaired: FloatArray = np.clip(roots @ roots.T, -1.0, 1.0)
    np.fill_diagonal(repaired, 1.0)
    return repaired


def shrunk_correlation(returns: npt.ArrayLike, *, shrinkage: float | None = None) -> FloatArray:
    """Return the correlations of some assets, drawn towards their average.

    Parameters
    ----------
    returns : array_like, shape (n, k)
        One column per asset, oldest first. NaN and infinite returns are left out pair by pair.
    shrinkage : float, optional
        0 keeps the sample, 1 gives every pair the average. Estimated from the data where not given.

    Returns
    -------
    ndarray, shape (k, k)
        Positive semi-definite with unit diagonal. A pair with fewer than 3 common returns, or with
        an asset that did not move, is *unknown* and taken as 0.9; it plays no part in the average.

    Raises
    ------
    ValueError
        For returns that are no table, or a shrinkage outside [0, 1].

    Notes
    -----
    Formula: ``(1 - a) * r_ij + a * mean(r)``, with
    ``a = sum((1 - r_ij^2)^2 / (n_ij - 1)) / sum((r_ij - mean(r))^2)`` within [0, 1]: the error of
    the sample over its spread, as in Schaefer and Strimmer (2005) with the constant-correlation
    target of Ledoit and Wolf (2004), errors taken as under a normal distribution.
    """
    table = np.asarray(returns, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"returns must be a table, got shape {table.shape}")
    if shrinkage is not None and not 0.0 <= shrinkage <= 1.0:
        raise ValueError(f"`shrinkage` must be in [0, 1], got {shrinkage!r}")
    usable = np.isfinite(table)
    frame = pd.DataFrame(np.where(usable, table, np.nan))
    sample = frame.corr(min_periods=_LEAST_ROWS).to_numpy(dtype=np.float64)
    known = np.isfinite(sample) & _off_diagonal(table.shape[1])
    if np.any(known):
        common = usable.astype(np.float64).T @ usable.astype(np.float64)
        target = float(np.mean(sample[known]))
        if shrinkage is None:
            shrinkage = _intensity(sample[known], common[known], target)
        sample = np.where(known, (1.0 - shrinkage) * sample + shrinkage * target, sample)
    return nearest_correlation(sample)


def _intensity(sample: FloatArray, common: FloatArray, target: float) -> float:
    error = float(np.sum((1.0 - sample**2) ** 2 / (common - 1.0)))
    spread = float(np.sum((sample - target) ** 2))
    return min(1.0, error / spread) if spread > 0.0 else 1.0


def stressed_correlation(
    correlation: npt.ArrayLike,
    *,
    floor: float = STRESS_FLOOR,
    pair_floors: Mapping[tuple[int, int], float] | None = None,
) -> FloatArray:
    """Return the correlations of a market in which everything falls together.

    Parameters
    ----------
    correlation : array_like, shape (k, k)
        Of normal times; NaN counts as 0.9.
    floor : float, default 0.9
        What every pair has at least.
    pair_floors : mapping of (int, int) to float, optional
        Another floor for known pairs, by their columns, in either order.

    Returns
    -------
    ndarray, shape (k, k)
        Positive semi-definite with unit diagonal; the repair may leave an entry a little below its
        floor.

    Raises
    ------
    ValueError
        For a floor outside [-1, 1], or a matrix that is not square.

    Notes
    -----
    Formula: :func:`nearest_correlation` of ``max(r_ij, floor_ij)``
    """
    start = nearest_correlation(correlation)
    floors = np.full(start.shape, floor)
    for (row, column), pair_floor in (pair_floors or {}).items():
        floors[row, column] = floors[column, row] = pair_floor
    if not (math.isfinite(floor) and np.all(np.abs(floors) <= 1.0)):
        raise ValueError(f"correlation floors must be in [-1, 1], got {floor!r}, {pair_floors!r}")
    return nearest_correlation(np.maximum(start, floors))
