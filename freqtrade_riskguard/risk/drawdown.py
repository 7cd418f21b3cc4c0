"""Drawdown and losses: stake factor, cuts, trailing stop on equity, loss left for today."""

from __future__ import annotations

import math
from dataclasses import dataclass

from freqtrade_riskguard.risk._types import check_ratio
from freqtrade_riskguard.risk.ladders import DRAWDOWN_LADDER, Ladder


def drawdown_stake_factor(drawdown_ratio: float, ladder: Ladder = DRAWDOWN_LADDER) -> float:
    """Return the factor on new stakes at a drawdown.

    Parameters
    ----------
    drawdown_ratio : float
        Fall from the peak as a fraction of it.
    ladder : Ladder, default DRAWDOWN_LADDER
        Below 5 % x1, from there x0.9, from 8 % x0.75, from 12 % x0.5, from 18 % x0.

    Returns
    -------
    float
        In [0, 1], never rising with the drawdown. The last step's (0.0) for NaN; 1.0 for a negative
        drawdown.
    """
    return ladder.keep_ratio_of(drawdown_ratio)


def ladder_cut_ratio(from_level: int, to_level: int, ladder: Ladder = DRAWDOWN_LADDER) -> float:
    """Return the share of an open position to close when a ladder goes from one level to another.

    Parameters
    ----------
    from_level, to_level : int
        Levels of the ladder, see :meth:`Ladder.advance`.
    ladder : Ladder, default DRAWDOWN_LADDER
        Whose steps they are.

    Returns
    -------
    float
        In [0, 1]; 0.0 when nothing got worse. A position that the first level has brought to 0.9 of
        its size is brought to 0.75 of that size by closing 1/6 of what is left.

    Notes
    -----
    Formula: ``1 - keep(to) / keep(from)``
    """
    kept_before, kept_now = ladder.keep_ratio_at(from_level), ladder.keep_ratio_at(to_level)
    if kept_now >= kept_before:
        return 0.0
    return 1.0 - kept_now / kept_before


@dataclass(frozen=True, slots=True)
class TrailingEquityStop:
    """A stop below the peak of equity that acts once per peak.

    Attributes
    ----------
    fired_peak_quote : float, default -inf
        The peak below which it last fired; it is armed again above it.
    """

    fired_peak_quote: float = -math.inf

    def advance(
        self, peak_quote: float, equity_quote: float, distance_ratio: float = 0.15
    ) -> tuple[TrailingEquityStop, bool]:
        """Take one reading.

        Parameters
        ----------
        peak_quote, equity_quote : float
            Quote units.
        distance_ratio : float, default 0.15
            How far below the peak, fraction in [0, 1).

        Returns
        -------
        tuple of (TrailingEquityStop, bool)
            The next state, and whether it fires now. NaN and infinity change nothing.

        Raises
        ------
        ValueError
            For a distance outside [0, 1).

        Notes
        -----
        Formula: fires when ``Q <= peak * (1 - distance)``
        """
        check_ratio("distance_ratio", distance_ratio)
        known = math.isfinite(peak_quote) and math.isfinite(equity_quote)
        armed = known and peak_quote > self.fired_peak_quote
        if not armed or equity_quote > peak_quote * (1.0 - distance_ratio):
            return self, False
        return TrailingEquityStop(peak_quote), True


def loss_left_quote(*, start_equity_quote: float, equity_quote: float, limit_ratio: float) -> float:
    """Return what may still be lost before a period's limit is reached.

    Parameters
    ----------
    start_equity_quote : float
        Equity when the period began, quote units.
    equity_quote : float
        Equity now, quote units.
    limit_ratio : float
        Largest loss as a fraction of the start, in [0, 1).

    Returns
    -------
    float
        Quote units, at least 0. A gain adds to it. 0.0 for NaN, infinity or a start that is not
        positive.

    Raises
    ------
    ValueError
        For a limit outside [0, 1).

    Notes
    -----
    Formula: ``max(0, Q - start * (1 - limit))``
    """
    check_ratio("limit_ratio", limit_ratio)
    if not (0.0 < start_equity_quote < math.inf and math.isfinite(equity_quote)):
        return 0.0
    return max(0.0, equity_quote - start_equity_quote * (1.0 - limit_ratio))
