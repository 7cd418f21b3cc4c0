"""A position with a margin of its own after moves of the whole market."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray
from freqtrade_riskguard.risk.scenarios import DEFAULT_MOVES, Exposure, scenario_profits

RUIN_RATIO = 0.10
"""An account of which less than this share is left counts as lost."""


@dataclass(frozen=True, slots=True)
class IsolatedOutcome:
    """One isolated position under each scenario.

    Attributes
    ----------
    profit_quote : ndarray, shape (m,)
        Change against now, quote units: never below minus what the position holds.
    maintenance_quote : ndarray, shape (m,)
        Quote units; 0 where it is liquidated.
    liquidated : ndarray of bool, shape (m,)
        Whether the move liquidates it.
    """

    profit_quote: FloatArray
    maintenance_quote: FloatArray
    liquidated: npt.NDArray[np.bool_]


def is_beyond(side: int, price: float, liquidation_price: float) -> bool:
    """Return whether a price has reached a liquidation price.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    price, liquidation_price : float
        Quote units; a liquidation price of 0 or NaN is none.

    Returns
    -------
    bool
        False where there is no liquidation price, or the price is unknown (NaN).

    Notes
    -----
    Formula: ``side * (price - liquidation_price) <= 0``
    """
    return liquidation_price > 0.0 and side * (price - liquidation_price) <= 0.0


def isolated_outcome(
    exposure: Exposure,
    equity_quote: float,
    *,
    rate: float,
    liquidation_price: float = 0.0,
    moves: npt.ArrayLike = DEFAULT_MOVES,
) -> IsolatedOutcome:
    """Return what each move of the market makes of an isolated position.

    Parameters
    ----------
    exposure : Exposure
        The position at `rate`.
    equity_quote : float
        What it would leave if it were closed at `rate`: margin, margin added, open profit and
        funding, quote units.
    rate : float
        Present price, quote units.
    liquidation_price : float, default 0.0
        The exchange's; 0 or NaN for none. Liquidation at the maintenance margin counts as well.
    moves : array_like, shape (m,)
        Of the market, fractions.

    Returns
    -------
    IsolatedOutcome
        A position that is beyond liquidation already is liquidated in every scenario. With an
        unknown notional or equity all profits are minus infinity and all margins infinite.

    Raises
    ------
    ValueError
        For moves that are NaN or infinite, or none at all.

    Notes
    -----
    Formula: ``max(-1, beta*move) * side * N``, and ``-max(0, equity)`` where the price has passed
    the liquidation price or ``equity + profit <= maintenance(N * (1 + max(-1, beta*move)))``: what
    is left of the margin goes to the exchange.
    """
    profits = scenario_profits([exposure], moves)
    if not (np.all(np.isfinite(profits)) and math.isfinite(equity_quote)):
        unknown = np.full(profits.shape, math.inf)
        return IsolatedOutcome(-unknown, unknown, np.ones(profits.shape, dtype=np.bool_))
    side, notional_quote = exposure.side, exposure.notional_quote
    moved: FloatArray = notional_quote + side * profits
    margins = np.asarray(exposure.tiers.maintenance_margin(moved), dtype=np.float64)
    now_quote = float(exposure.tiers.maintenance_margin(notional_quote))
    hit = equity_quote + profits <= margins
    if is_beyond(side, rate, liquidation_price) or equity_quote <= now_quote:
        hit = np.ones(profits.shape, dtype=np.bool_)
    elif liquidation_price > 0.0 and notional_quote > 0.0:
        prices = rate * moved / notional_quote
        hit = hit | (side * (prices - liquidation_price) <= 0.0)
    lost_quote = max(0.0, equity_quote)
    return IsolatedOutcome(
        np.where(hit, 0.0 - lost_quote, profits), np.where(hit, 0.0, margins), np.asarray(hit)
    )
