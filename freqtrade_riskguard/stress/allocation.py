"""The book beside other weights: equal shares of its risk, and the most that its edges earn."""

from collections.abc import Sequence
from math import inf, isnan, nan

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk import best_allocation, risk_parity_weights
from freqtrade_riskguard.snapshot import Position
from freqtrade_riskguard.stress.input import StressInput
from freqtrade_riskguard.stress.report import AllocationRow
from freqtrade_riskguard.stress.volatility import Volatilities

Array = npt.NDArray[np.float64]


def allocation(
    given: StressInput, positions: Sequence[Position], portfolio: Volatilities
) -> tuple[AllocationRow, ...]:
    """Return every position with its weights, what to cut first before the others.

    Parameters
    ----------
    positions : sequence of Position
        As held now.
    portfolio : Volatilities
        Its stressed covariance says what each of them adds to the risk.

    Notes
    -----
    Risk parity: every position, on its own side, has the same share of the stressed volatility;
    their notionals together stay what they are. The linear programme maximises the edge within the
    account's limits, see :func:`~freqtrade_riskguard.risk.best_allocation`.
    """
    weights = np.array([one.notional_quote / given.equity_quote for one in positions])
    parity = _risk_parity(weights, positions, portfolio)
    programme = _programme(given, positions)
    rows = [
        AllocationRow(
            pair=held.pair,
            side=held.side,
            weight_ratio=float(weights[place]),
            risk_share_ratio=float(portfolio.shares[place]),
            risk_parity_weight_ratio=float(parity[place]),
            programme_weight_ratio=float(programme[place]),
            cut_quote=max(0.0, float(weights[place] - parity[place])) * given.equity_quote
            if not isnan(parity[place])
            else nan,
        )
        for place, held in enumerate(given.positions)
    ]
    return tuple(sorted(rows, key=lambda row: -inf if isnan(row.cut_quote) else -row.cut_quote))


def _risk_parity(weights: Array, positions: Sequence[Position], portfolio: Volatilities) -> Array:
    """Return the weights of equal risk; NaN for unknown volatilities and for perfect hedges."""
    sides = np.array([float(one.side) for one in positions])
    try:
        found = risk_parity_weights(portfolio.stressed_covariance * np.outer(sides, sides))
    except ValueError:
        # A long and a short of one pair: any size of both has no risk.
        return np.full(len(weights), nan)
    if not found.any():
        return np.full(len(weights), nan)
    scaled: Array = found * weights.sum()
    return scaled


def _programme(given: StressInput, positions: Sequence[Position]) -> Array:
    """Return the weights of the linear programme; NaN where no edge is known at all."""
    edges = [nan if held.edge_ratio is None else held.edge_ratio for held in given.positions]
    if all(map(isnan, edges)):
        return np.full(len(edges), nan)
    return best_allocation(edges, [1.0 / one.leverage for one in positions])
