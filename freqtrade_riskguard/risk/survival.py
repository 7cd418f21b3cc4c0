"""The leverage that past trades would have survived."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray, check_ratio, check_side
from freqtrade_riskguard.risk.liquidation_leverage import max_leverage_for_liquidation_at
from freqtrade_riskguard.risk.whole_position_tiers import MarginTiers

DEFAULT_LEVERAGES = tuple(float(leverage) for leverage in range(1, 21))


def survived_leverage(
    *,
    side: int,
    entry_price: float,
    worst_price: float,
    stake_quote: float,
    tiers: MarginTiers,
    taker_fee: float = 0.0,
    slippage_ratio: float = 0.01,
) -> float:
    """Return the largest leverage at which one trade's worst price does not pass liquidation.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Quote units.
    worst_price : float
        Lowest (long) or highest (short) price from entry to exit, or so far.
    stake_quote : float
        Initial margin, quote units.
    tiers : TierTable or WholePositionTiers
        The pair's maintenance tiers.
    taker_fee : float, default 0.0
        Ratio charged on the notional of the forced exit.
    slippage_ratio : float, default 0.01
        See :func:`effective_liquidation_price`.

    Returns
    -------
    float
        May be below 1 for a short. 0.0 for NaN or infinite numbers, and for an entry price or stake
        that is not positive.

    Raises
    ------
    ValueError
        For a bad side, or a slippage outside [0, 1).

    Notes
    -----
    Formula: :func:`max_leverage_for_liquidation_at` of ``worst / (1 + side*slippage)``
    """
    check_side(side)
    check_ratio("slippage_ratio", slippage_ratio)
    return max_leverage_for_liquidation_at(
        side=side,
        entry_price=entry_price,
        liquidation_price=worst_price / (1.0 + side * slippage_ratio),
        stake_quote=stake_quote,
        tiers=tiers,
        taker_fee=taker_fee,
    )


def surviving_leverage(survived: npt.ArrayLike, trade_share: float = 1.0) -> float:
    """Return the largest leverage that keeps a share of all trades from liquidation.

    Parameters
    ----------
    survived : array_like, shape (n,)
        :func:`survived_leverage` of each trade. A trade still open gives what it survived so far,
        which can only be too much: count such trades and say so.
    trade_share : float, default 1.0
        In (0, 1]: 1.0 every trade, 0.99 all but one in a hundred.

    Returns
    -------
    float
        NaN entries count as 0.0. NaN without trades.

    Raises
    ------
    ValueError
        For a share outside (0, 1].

    Notes
    -----
    Formula: the (j+1)-th smallest, ``j = floor((1 - share) * n)`` being the trades that may be lost
    """
    if not 0.0 < trade_share <= 1.0:
        raise ValueError(f"`trade_share` must be in (0, 1], got {trade_share!r}")
    levels = np.sort(_known(survived))
    if levels.size == 0:
        return math.nan
    # 0.99 is not a whole number of hundredths in binary: 1 of 100 may be lost.
    lost = math.floor((1.0 - trade_share) * levels.size + 1e-9)
    return float(levels[min(lost, levels.size - 1)])


def survival_shares(
    survived: npt.ArrayLike, leverages: Sequence[float] = DEFAULT_LEVERAGES
) -> FloatArray:
    """Return the share of trades that survive each leverage.

    Parameters
    ----------
    survived : array_like, shape (n,)
        :func:`survived_leverage` of each trade; NaN counts as 0.0.
    leverages : sequence of float, length m
        1 to 20 by default.

    Returns
    -------
    ndarray, shape (m,)
        In [0, 1], not rising with leverage. All NaN without trades.

    Notes
    -----
    Formula: ``count(survived >= L) / n``
    """
    levels = _known(survived)
    if levels.size == 0:
        return np.full(len(leverages), np.nan)
    shares: FloatArray = np.mean(levels[None, :] >= np.asarray(leverages)[:, None], axis=1)
    return shares


def _known(survived: npt.ArrayLike) -> FloatArray:
    levels = np.asarray(survived, dtype=np.float64)
    return np.where(np.isnan(levels), 0.0, levels)
