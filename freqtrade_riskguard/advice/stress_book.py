"""Positions under every scenario, and which of them to close first."""

from collections.abc import Sequence
from math import isnan, nan

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.advice.stress_collateral import collateral_loss
from freqtrade_riskguard.advice.stress_input import HeldPosition, StressInput
from freqtrade_riskguard.advice.stress_report import CloseStep
from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    Exposure,
    TierTable,
    maintenance_cover,
    stress_test,
)

Matrix = npt.NDArray[np.float64]


class Book:
    """An account's positions as scenarios see them, by position and move of the market.

    Parameters
    ----------
    given : StressInput
        The account.
    tables : sequence of TierTable
        One per position.
    multiple : float
        On the maintenance margin, by the market's state.

    Attributes
    ----------
    exposures : list of Exposure
        One per position.
    profits, margins : ndarray, shape (n_positions, n_moves)
        Profit and maintenance margin of each, quote units; the multiple is not in it.
    collateral_losses : ndarray, shape (n_moves,)
        Quote units.
    """

    def __init__(self, given: StressInput, tables: Sequence[TierTable], multiple: float) -> None:
        self.exposures = [
            Exposure(
                held.direction,
                held.amount * held.rate,
                tiers,
                nan if held.beta is None else held.beta,
            )
            for held, tiers in zip(given.positions, tables, strict=True)
        ]
        self._equity_quote = given.equity_quote
        self._multiple = multiple
        alone = [stress_test(0.0, [exposure]) for exposure in self.exposures]
        shape = (len(alone), len(DEFAULT_MOVES))
        self.profits: Matrix = np.array([one.profit_quote for one in alone]).reshape(shape)
        self.margins: Matrix = np.array([one.maintenance_quote for one in alone]).reshape(shape)
        self.collateral_losses: Matrix = np.array(
            [collateral_loss(given.collateral, move) for move in DEFAULT_MOVES]
        )

    def covers(self, held: Sequence[int]) -> list[float]:
        """Return the cover after each move, with some of the positions."""
        rows = list(held)
        equity = self._equity_quote - self.collateral_losses + self.profits[rows].sum(axis=0)
        margins = self._multiple * self.margins[rows].sum(axis=0)
        return [
            maintenance_cover(left, needed)
            for left, needed in zip(equity.tolist(), margins.tolist(), strict=True)
        ]

    def survival(self, held: Sequence[int]) -> float:
        """Return the smallest cover; 0 where it is unknown."""
        return min(0.0 if isnan(cover) else cover for cover in self.covers(held))


def close_first(positions: Sequence[HeldPosition], book: Book) -> list[CloseStep]:
    """Return the positions in the order in which closing each helps the account most.

    Closing one realises its profit or loss, which the equity has counted already.
    """
    left, steps = list(range(len(positions))), []
    while left:
        loss = book.collateral_losses - book.profits[left].sum(axis=0)
        worst = int(np.argmax(loss))
        scored = []
        for place in left:
            after = [other for other in left if other != place]
            own_loss = -float(book.profits[place, worst])
            per_margin = own_loss / positions[place].margin_quote
            scored.append((book.survival(after), per_margin, place, own_loss))
        survival, per_margin, place, own_loss = max(scored)
        left.remove(place)
        held = positions[place]
        steps.append(
            CloseStep(
                pair=held.pair,
                side=held.side,
                loss_quote=own_loss,
                margin_quote=held.margin_quote,
                loss_per_margin=per_margin,
                survival_after=survival,
            )
        )
    return steps
