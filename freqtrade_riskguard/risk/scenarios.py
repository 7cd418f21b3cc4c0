"""The account after moves of the whole market."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray, check_side
from freqtrade_riskguard.risk.betas import UNKNOWN_BETA
from freqtrade_riskguard.risk.margin import maintenance_cover
from freqtrade_riskguard.risk.tiers import TierTable

DEFAULT_MOVES = (-0.20, -0.15, -0.10, -0.05, 0.05, 0.10, 0.15, 0.20)
STRESS_MULTIPLE = 1.25


@dataclass(frozen=True, slots=True)
class Exposure:
    """One open position as scenarios see it.

    Attributes
    ----------
    side : int
        +1 long, -1 short.
    notional_quote : float
        Quote units, unsigned.
    tiers : TierTable
        Its pair's maintenance tiers.
    beta : float, default 1.0
        To the market; NaN and infinity count as 1.
    taker_fee : float, default 0.0
        Ratio charged on the notional of a forced exit; scenarios leave it out.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.
    """

    side: int
    notional_quote: float
    tiers: TierTable
    beta: float = UNKNOWN_BETA
    taker_fee: float = 0.0

    def __post_init__(self) -> None:
        """Check the side."""
        check_side(self.side)


@dataclass(frozen=True, slots=True)
class StressResult:
    """The account under each scenario.

    Attributes
    ----------
    moves, profit_quote, equity_quote, maintenance_quote : tuple of float
        One number per scenario: the market's move, and what follows from it, quote units.
    """

    moves: tuple[float, ...]
    profit_quote: tuple[float, ...]
    equity_quote: tuple[float, ...]
    maintenance_quote: tuple[float, ...]

    @property
    def worst_loss_quote(self) -> float:
        """Largest loss of any scenario, at least 0; infinite where it is unknown."""
        return max(0.0, -min(self.profit_quote))

    @property
    def stress_margin_quote(self) -> float:
        """Equity to keep for it: ``1.25 * worst loss``."""
        return STRESS_MULTIPLE * self.worst_loss_quote

    @property
    def covers(self) -> tuple[float, ...]:
        """Equity over maintenance by scenario; NaN is unknown."""
        return tuple(map(maintenance_cover, self.equity_quote, self.maintenance_quote))

    @property
    def survival(self) -> float:
        """Smallest equity over maintenance of any scenario; above 1 survives, 0.0 is unknown."""
        return min(0.0 if math.isnan(cover) else cover for cover in self.covers)


def _price_factors(exposures: Sequence[Exposure], moves: FloatArray) -> FloatArray:
    betas = np.asarray([exposure.beta for exposure in exposures], dtype=np.float64)
    betas = np.where(np.isfinite(betas), betas, UNKNOWN_BETA)
    # No price falls below zero, whatever beta says.
    return np.maximum(betas[:, None] * moves[None, :], -1.0)


def scenario_profits(
    exposures: Sequence[Exposure], moves: npt.ArrayLike = DEFAULT_MOVES
) -> FloatArray:
    """Return the profit of all positions together for each move of the market.

    Parameters
    ----------
    exposures : sequence of Exposure
        Open positions.
    moves : array_like, shape (m,)
        Of the market, fractions.

    Returns
    -------
    ndarray, shape (m,)
        Quote units, negative for a loss. Without positions 0. Minus infinity everywhere when a
        notional is NaN, infinite or negative: nothing is known about that loss.

    Raises
    ------
    ValueError
        For moves that are NaN or infinite, or none at all.

    Notes
    -----
    Formula: ``sum(side * N * max(-1, beta * move))``
    """
    steps = np.asarray(moves, dtype=np.float64)
    if steps.size == 0 or not np.all(np.isfinite(steps)):
        raise ValueError(f"scenario moves must be finite numbers, got {moves!r}")
    sizes = np.asarray([exposure.notional_quote for exposure in exposures], dtype=np.float64)
    if not np.all(np.isfinite(sizes) & (sizes >= 0.0)):
        return np.full(steps.shape, -math.inf)
    sides = np.asarray([exposure.side for exposure in exposures], dtype=np.float64)
    profits: FloatArray = (sides * sizes) @ _price_factors(exposures, steps)
    return profits


def stress_test(
    equity_quote: float,
    exposures: Sequence[Exposure],
    *,
    moves: npt.ArrayLike = DEFAULT_MOVES,
    margin_multiple: float = 1.0,
) -> StressResult:
    """Return equity and maintenance margin of the account for each move of the market.

    Parameters
    ----------
    equity_quote : float
        Q before the move, quote units.
    exposures : sequence of Exposure
        Open positions.
    moves : array_like, shape (m,)
        Of the market, fractions.
    margin_multiple : float, default 1.0
        On the maintenance margin, for a bad market, see :func:`market_regime`.

    Returns
    -------
    StressResult
        With an unknown notional all profits are minus infinity and all margins infinite, so that
        survival is 0.0; with NaN equity too.

    Raises
    ------
    ValueError
        As for :func:`scenario_profits`, and for a multiple that is not positive and finite.

    Notes
    -----
    Formula: ``Q + profit`` over ``multiple * sum(maintenance(N * (1 + max(-1, beta*move))))``
    """
    if not 0.0 < margin_multiple < math.inf:
        raise ValueError(f"`margin_multiple` must be positive and finite, got {margin_multiple!r}")
    profits = scenario_profits(exposures, moves)
    steps = np.asarray(moves, dtype=np.float64)
    margins = np.zeros(steps.shape)
    if np.all(np.isfinite(profits)):
        factors = _price_factors(exposures, steps)
        for exposure, factor in zip(exposures, factors, strict=True):
            moved: FloatArray = exposure.notional_quote * (1.0 + factor)
            margins = margins + exposure.tiers.maintenance_margin(moved)
    else:
        margins = np.full(steps.shape, math.inf)
    return StressResult(
        moves=tuple(steps.tolist()),
        profit_quote=tuple(profits.tolist()),
        equity_quote=tuple((equity_quote + profits).tolist()),
        maintenance_quote=tuple((margin_multiple * margins).tolist()),
    )
