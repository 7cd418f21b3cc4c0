"""Gross and net exposure of the account."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def gross_exposure(notional_quote: npt.ArrayLike, equity_quote: float) -> float:
    """Return the sum of all notionals over equity.

    Parameters
    ----------
    notional_quote : array_like, shape (n,)
        Of each open position, quote units; signs do not matter.
    equity_quote : float
        Q, quote units.

    Returns
    -------
    float
        0.0 without positions. Infinite (never small) for NaN or infinite numbers, and for
        positions on equity that is not positive.

    Notes
    -----
    Formula: ``sum(|N|) / Q``
    """
    return _ratio(float(np.sum(np.abs(np.asarray(notional_quote, dtype=np.float64)))), equity_quote)


def net_exposure(side: npt.ArrayLike, notional_quote: npt.ArrayLike, equity_quote: float) -> float:
    """Return the absolute net notional over equity.

    Parameters
    ----------
    side : array_like, shape (n,)
        +1 long, -1 short.
    notional_quote : array_like, shape (n,)
        Of each open position, quote units, unsigned.
    equity_quote : float
        Q, quote units.

    Returns
    -------
    float
        0.0 without positions. Infinite for NaN or infinite numbers, and for a net position on
        equity that is not positive.

    Notes
    -----
    Formula: ``|sum(side * N)| / Q``
    """
    signed = np.asarray(side, dtype=np.float64) * np.asarray(notional_quote, dtype=np.float64)
    return _ratio(abs(float(np.sum(signed))), equity_quote)


def _ratio(notional_quote: float, equity_quote: float) -> float:
    if notional_quote == 0.0:
        return 0.0
    if not (math.isfinite(notional_quote) and 0.0 < equity_quote < math.inf):
        return math.inf
    return notional_quote / equity_quote
