"""Liquidation prices of many positions at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray
from freqtrade_riskguard.risk.liquidation import NO_LIQUIDATION
from freqtrade_riskguard.risk.tiers import TierTable

_ANY_PRICE = np.finfo(np.float64).tiny


def liquidation_prices(
    *,
    side: npt.ArrayLike,
    entry_price: npt.ArrayLike,
    amount: npt.ArrayLike,
    margin_quote: npt.ArrayLike,
    tiers: TierTable,
    taker_fee: npt.ArrayLike = 0.0,
    funding_quote: npt.ArrayLike = 0.0,
) -> FloatArray:
    """Return :func:`liquidation_price` for arrays that broadcast together.

    Parameters
    ----------
    side, entry_price, amount, margin_quote, taker_fee, funding_quote : array_like
        As for :func:`liquidation_price`, each a scalar or of a common shape.
    tiers : TierTable
        One pair's tiers, for all of them.

    Returns
    -------
    ndarray, of the common shape
        Quote units; 0.0 is *none*, NaN *unknown*, element by element under the same conditions as
        the scalar function.

    Raises
    ------
    ValueError
        When any side is neither +1 nor -1, or any fee is NaN or leaves nothing beside the
        highest maintenance rate (together 1 or more).

    Notes
    -----
    Formula: see :func:`liquidation_price`; the tiers are walked for the unsettled elements only.
    """
    sides = np.asarray(side, dtype=np.float64)
    if not np.all(np.abs(sides) == 1.0):
        raise ValueError("every `side` must be +1 (long) or -1 (short)")
    fees = np.asarray(taker_fee, dtype=np.float64)
    if not np.all(sides * (fees + max(tiers.rates)) < 1.0):
        raise ValueError("taker fee and maintenance rate must be less than the notional")
    entries = np.asarray(entry_price, dtype=np.float64)
    sizes = np.asarray(amount, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        fixed = (
            sides * sizes * entries
            - np.asarray(margin_quote, dtype=np.float64)
            - np.asarray(funding_quote, dtype=np.float64)
        )
        usable = (entries > 0.0) & (sizes > 0.0) & (sizes < np.inf) & np.isfinite(fixed)
        fixed, sides, kept, sizes, notionals = np.broadcast_arrays(
            np.where(usable, fixed, np.nan), sides, 1.0 - sides * fees, sizes, sizes * entries
        )
        solved = _solve(sides, fixed, kept, notionals, tiers)
        none = np.where(sides > 0.0, NO_LIQUIDATION, _ANY_PRICE)
        prices: FloatArray = np.where(solved <= 0.0, none, solved / sizes)
    return prices


def _solve(
    sides: FloatArray, fixed: FloatArray, kept: FloatArray, notionals: FloatArray, tiers: TierTable
) -> FloatArray:
    """Solve every element in its entry's tier, then walk with those that landed in another."""
    floors, rates, amounts = (
        np.asarray(column) for column in (tiers.floors, tiers.rates, tiers.amounts)
    )
    ceilings = np.append(floors[1:], np.inf)
    shape = fixed.shape
    sides, fixed, kept = sides.ravel(), fixed.ravel(), kept.ravel()
    index = np.searchsorted(floors, notionals.ravel(), side="right") - 1
    index = np.where(np.isnan(fixed), 0, np.clip(index, 0, None))
    solved = sides * (fixed - amounts[index]) / (kept - sides * rates[index])
    steps = np.zeros(solved.shape, dtype=np.int64)
    todo = np.arange(solved.size)
    while todo.size:
        here = index[todo]
        found = solved[todo]
        step = (found >= ceilings[here]).astype(np.int64)
        step[(found < floors[here]) & (here > 0)] = -1
        # A walk that turns round has met a floor at which the margin itself jumps.
        turned = step * steps[todo] < 0
        edge = np.maximum(here, here + step)
        solved[todo[turned]] = floors[edge[turned]]
        moving = (step != 0) & ~turned
        todo, step = todo[moving], step[moving]
        index[todo] += step
        steps[todo] = step
        here = index[todo]
        solved[todo] = (
            sides[todo] * (fixed[todo] - amounts[here]) / (kept[todo] - sides[todo] * rates[here])
        )
    notional: FloatArray = solved.reshape(shape)
    return notional
