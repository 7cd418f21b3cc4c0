"""The edge in a record of closed trades, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from freqtrade_riskguard.risk._types import check_ratio
from freqtrade_riskguard.risk.borrowed import NOTHING_BORROWED, Borrowed
from freqtrade_riskguard.risk.growth import record_exposure
from freqtrade_riskguard.risk.kelly import (
    break_even_probability,
    growth_optimal_exposure,
    kelly_risk_fraction,
    shrunk_win_probability,
    wilson_interval,
)

_NOISE = 1e-12  # an "edge" this small is rounding
# Before so many trades and days no edge is disproven, whatever the figures say.
DISPROVING_TRADES, DISPROVING_DAYS = 60, 14
BAN_DAYS = 7.0
MAX_LOSS_RATIO = 0.5


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
    PROBATION = "probation"
    """Disproven a week ago or more; the trades since have not proven an edge yet."""


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
    effective_trades : float or None, default None
        How many independent trades the record is worth, see :func:`effective_trades`; None: all.
    days : int or None, default None
        On how many days trades closed; None where every trade counts as a day of its own.
    gain_probability : float, default 0.0
        See :func:`gain_probability`; 0.0 where the bound alone decides.
    returns_exposure : float or None, default None
        What :meth:`exposure_over` gives for the returns themselves; None where only the means are
        known, and every win and loss counts as its mean.
    ban_age_days : float or None, default None
        Days since the record before this one was disproven; None where none was.
    borrowed : Borrowed
        Trades of backtests that count besides; `trades` and `wins` are without them, the mean sizes
        are of all.

    Notes
    -----
    Two records are equal when counts, means and settings are.
    """

    trades: int
    wins: int
    mean_win: float
    mean_loss: float
    min_trades: int = 30
    prior_trades: float = 20.0
    confidence: float = 0.90
    effective_trades: float | None = field(default=None, compare=False)
    days: int | None = field(default=None, compare=False)
    gain_probability: float = field(default=0.0, compare=False)
    returns_exposure: float | None = field(default=None, compare=False)
    ban_age_days: float | None = None
    borrowed: Borrowed = NOTHING_BORROWED

    @property
    def counted_trades(self) -> float:
        """Own trades, and what is borrowed at its weight."""
        return self.trades + self.borrowed.weight

    @property
    def counted_wins(self) -> float:
        """Own wins, and what is borrowed at its weight."""
        return self.wins + self.borrowed.win_weight

    @property
    def win_probability(self) -> float:
        """Share of wins; 0.0 without trades."""
        return self.counted_wins / self.counted_trades if self.counted_trades else 0.0

    @property
    def payoff_ratio(self) -> float:
        """Mean win over mean loss; 0.0 where there was no loss."""
        return self.mean_win / self.mean_loss if self.mean_loss > 0.0 else 0.0

    @property
    def evidence(self) -> float:
        """The independent trades that the record is worth, at most `counted_trades`."""
        return self.counted_trades if self.effective_trades is None else self.effective_trades

    @property
    def shrunk_probability(self) -> float:
        """The win rate drawn towards break-even, see :func:`shrunk_win_probability`."""
        wins, sizes = self._evident_wins, (self.mean_win, self.mean_loss)
        return shrunk_win_probability(wins, self.evidence, *sizes, self.prior_trades)

    @property
    def probability_bounds(self) -> tuple[float, float]:
        """Lower and upper Wilson bound of the win rate."""
        return wilson_interval(self._evident_wins, self.evidence, self.confidence)

    @property
    def _evident_wins(self) -> float:
        # Exact where every trade counts in full.
        exact = self.effective_trades is None
        return self.counted_wins if exact else self.win_probability * self.evidence

    @property
    def risk_fraction(self) -> float:
        """Kelly's risk fraction at the shrunk win rate, in [0, 1]; 0.0 without an edge."""
        return kelly_risk_fraction(self.shrunk_probability, self.payoff_ratio)

    @property
    def optimal_exposure(self) -> float:
        """Growth-optimal notional over equity with the doubt in it; 0.0 without an edge.

        Never so much that the worst return of the record would take half of the account.
        """
        if self.returns_exposure is not None:
            return self.returns_exposure
        if not self.payoff_ratio > 0.0:
            return 0.0
        exposure = growth_optimal_exposure(self.shrunk_probability, self.mean_win, self.mean_loss)
        return min(exposure, MAX_LOSS_RATIO / self.mean_loss)

    def exposure_over(self, returns: Sequence[float], weights: Sequence[float] = ()) -> float:
        """Return the growth-optimal exposure over the returns of this record's trades themselves.

        See :func:`record_exposure`; the doubt is some trades more, of the mean sizes and without an
        edge. 0.0 without a win or a loss. ``weights`` where the returns do not count alike.
        """
        if not (returns and self.payoff_ratio > 0.0):
            return 0.0
        fair = break_even_probability(self.mean_win, self.mean_loss)
        doubt = (self.prior_trades * fair, self.prior_trades * (1.0 - fair))
        share = self.evidence / self.counted_trades
        counts = [share * weight for weight in weights or (1.0,) * len(returns)]
        return record_exposure(
            (*returns, self.mean_win, -self.mean_loss), (*counts, *doubt), MAX_LOSS_RATIO
        )

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
            infinite). DISPROVEN, from 60 trades on 14 days on, when there was no win at all, or
            when Kelly's fraction is 0 even at the upper bound of the win rate and a bootstrap of
            whole days says the same. BREAK_EVEN when it is 0 at the shrunk win rate. PROVEN
            otherwise.

            After a record before this one was disproven: DISPROVEN for seven days, then PROBATION
            until this one is PROVEN.
        """
        if self.ban_age_days is not None and self.ban_age_days < BAN_DAYS:
            return EdgeState.DISPROVEN
        verdict = self._verdict()
        if self.ban_age_days is None:
            return verdict
        return verdict if verdict is EdgeState.PROVEN else EdgeState.PROBATION

    def _verdict(self) -> EdgeState:
        if self.counted_trades < self.min_trades:
            return EdgeState.UNPROVEN
        if self._is_disproven():
            return EdgeState.DISPROVEN
        if self.counted_wins > 0 and not self.payoff_ratio > 0.0:
            return EdgeState.UNPROVEN
        if self.risk_fraction <= _NOISE:
            return EdgeState.BREAK_EVEN
        return EdgeState.PROVEN

    def _is_disproven(self) -> bool:
        days = self.trades if self.days is None else self.days
        # Only own trades disprove: what is borrowed must not stop an account for good.
        if self.borrowed.weight > 0.0:
            return False
        if self.trades < DISPROVING_TRADES or days < DISPROVING_DAYS:
            return False
        if self.wins == 0:
            return True
        if not self.payoff_ratio > 0.0:
            return False
        if kelly_risk_fraction(self.probability_bounds[1], self.payoff_ratio) > _NOISE:
            return False
        # As small a share of the resamples as the bound leaves of its own above it.
        return self.gain_probability <= (1.0 - self.confidence) / 2.0 + _NOISE

    def exposure_cap(self, fraction: float = 0.5) -> float:
        """Return the largest exposure that the record supports.

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
        Formula: ``fraction * min(x, 0.5/|worst return|)`` with x the maximum of
        ``sum(ln(1 + x*r))`` over the returns and the doubt; of two sizes only, it is
        ``max(0, p'/l - (1 - p')/w)``.
        """
        check_ratio("fraction", fraction, below=0.5 + _NOISE)
        return fraction * self.optimal_exposure
