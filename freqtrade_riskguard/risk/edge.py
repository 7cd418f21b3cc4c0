"""What a record of closed trades says about the edge, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from freqtrade_riskguard.risk._types import check_ratio
from freqtrade_riskguard.risk.kelly import (
    growth_optimal_exposure,
    kelly_risk_fraction,
    shrunk_win_probability,
    wilson_interval,
)

_NOISE = 1e-12  # an "edge" this small is rounding


class EdgeState(Enum):
    """How far a record proves an edge."""

    UNPROVEN = "unproven"
    """Too few trades, or no loss among them yet."""
    PROVEN = "proven"
    """Enough trades, and an edge even after shrinking."""
    BREAK_EVEN = "break_even"
    """Enough trades and no edge, though one is still possible."""
    DISPROVEN = "disproven"
    """Even the optimistic end of the win rate loses, or nothing was ever won."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Counts and mean sizes of a record of trades.

    Attributes
    ----------
    trades, wins : int
        ``0 <= wins <= trades``; everything that is not a win is a loss.
    mean_win, mean_loss : float
        Mean return of the wins and mean size of the losses, fractions of the notional with all
        costs, both positive; 0.0 where there is none.
    min_trades : int, default 30
        Fewer prove nothing.
    prior_trades : float, default 20.0
        Weight of the doubt, see :func:`shrunk_win_probability`.
    confidence : float, default 0.90
        Of the interval that disproves, see :func:`wilson_interval`.
    """

    trades: int
    wins: int
    mean_win: float
    mean_loss: float
    min_trades: int = 30
    prior_trades: float = 20.0
    confidence: float = 0.90

    @property
    def losses(self) -> int:
        """Trades that did not win."""
        return self.trades - self.wins

    @property
    def win_probability(self) -> float:
        """Share of wins; 0.0 without trades."""
        return self.wins / self.trades if self.trades else 0.0

    @property
    def payoff_ratio(self) -> float:
        """Mean win over mean loss; 0.0 where there was no loss."""
        return self.mean_win / self.mean_loss if self.mean_loss > 0.0 else 0.0

    @property
    def shrunk_probability(self) -> float:
        """The win rate drawn towards break-even, see :func:`shrunk_win_probability`."""
        return shrunk_win_probability(
            self.wins, self.trades, self.mean_win, self.mean_loss, self.prior_trades
        )

    @property
    def probability_bounds(self) -> tuple[float, float]:
        """Lower and upper Wilson bound of the win rate."""
        return wilson_interval(self.wins, self.trades, self.confidence)

    @property
    def expected_return(self) -> float:
        """Mean return per trade at the shrunk win rate, fraction of the notional."""
        p = self.shrunk_probability
        return p * self.mean_win - (1.0 - p) * self.mean_loss

    @property
    def risk_fraction(self) -> float:
        """Kelly's risk fraction at the shrunk win rate, in [0, 1]; 0.0 without an edge."""
        return kelly_risk_fraction(self.shrunk_probability, self.payoff_ratio)

    @property
    def optimal_exposure(self) -> float:
        """Growth-optimal notional over equity at the shrunk win rate; 0.0 without an edge."""
        return growth_optimal_exposure(self.shrunk_probability, self.mean_win, self.mean_loss)

    @property
    def state(self) -> EdgeState:
        """The verdict, see :meth:`classify`."""
        return self.classify()

    def classify(self) -> EdgeState:
        """Judge the record.

        Returns
        -------
        EdgeState
            UNPROVEN below `min_trades`, or with wins and not one real loss (`mean_loss` 0, NaN or
            infinite). DISPROVEN when there was no win at all, or when Kelly's fraction is 0 even
            at the upper bound of the win rate. BREAK_EVEN when it is 0 at the shrunk win rate.
            PROVEN otherwise.
        """
        if self.trades < self.min_trades:
            return EdgeState.UNPROVEN
        if self.wins == 0:
            return EdgeState.DISPROVEN
        if not self.payoff_ratio > 0.0:
            return EdgeState.UNPROVEN
        if kelly_risk_fraction(self.probability_bounds[1], self.payoff_ratio) <= _NOISE:
            return EdgeState.DISPROVEN
        if self.risk_fraction <= _NOISE:
            return EdgeState.BREAK_EVEN
        return EdgeState.PROVEN

    def exposure_cap(self, fraction: float = 0.5) -> float:
        """Give the largest exposure that the record supports.

        Parameters
        ----------
        fraction : float, default 0.5
            Share of the growth-optimal exposure, in [0, 0.5]: beyond half of it the growth falls
            little and the swings double.

        Returns
        -------
        float
            Notional over equity; 0.0 without an edge. Meaningful where the record is PROVEN; what
            the other states get is for the caller to say.

        Raises
        ------
        ValueError
            For a fraction that is NaN, negative or above 0.5.

        Notes
        -----
        Formula: ``fraction * max(0, p'/l - (1 - p')/w)``
        """
        check_ratio("fraction", fraction, below=0.5 + _NOISE)
        return fraction * self.optimal_exposure
