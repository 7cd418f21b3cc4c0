"""How an entry's pair and the open positions move together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# From fewer returns no correlation and no beta is measured.
LEAST_RETURNS = 24
_MARKET_BASE = "BTC"


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """The open positions beside an entry (``entry.others``, in that order), its own pair last.

    Attributes
    ----------
    daily_volatility : ndarray, shape (k,)
        Of each pair now; NaN where unknown.
    correlation : ndarray, shape (k, k)
        Rolling and shrunk, positive semi-definite.
    betas : ndarray, shape (k,)
        To the market (BTC); 1 where unknown.
    market_daily_move : float
        Of the market over the last 24 h, a fraction; NaN where unknown.
    market_daily_volatility : float
        NaN where unknown.
    """

    daily_volatility: FloatArray
    correlation: FloatArray
    betas: FloatArray
    market_daily_move: float
    market_daily_volatility: float


def market_pair(stake_currency: str) -> str:
    """Return the pair that stands for the market."""
    return f"{_MARKET_BASE}/{stake_currency}:{stake_currency}"
