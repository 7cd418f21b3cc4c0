"""Kelly's criterion for a trade that wins one size or loses another, and doubt about it."""

from __future__ import annotations

import math
from statistics import NormalDist


def _check_counts(wins: float, trades: float) -> None:
    if not 0 <= wins <= trades:
        raise ValueError(f"need 0 <= wins <= trades, got {wins} wins of {trades} trades")


def _check_probability(probability: float) -> None:
    if probability < 0.0 or probability > 1.0:
        raise ValueError(f"`win_probability` must be inside [0, 1], got {probability!r}")


def _usable(*sizes: float) -> bool:
    return all(0.0 < size < math.inf for size in sizes)


def kelly_risk_fraction(win_probability: float, payoff_ratio: float) -> float:
    """Return the fraction of equity that Kelly's criterion would put at risk.

    Parameters
    ----------
    win_probability : float
        p, inside [0, 1].
    payoff_ratio : float
        b, mean win over mean loss.

    Returns
    -------
    float
        In [0, 1]; 0.0 without an edge. 0.0 too for NaN, and for a payoff that is zero, negative or
        infinite (no loss has been seen yet, so nothing is known).

    Raises
    ------
    ValueError
        For a probability outside [0, 1].

    Notes
    -----
    Formula: ``f = max(0, (p*b - (1 - p)) / b)``. Kelly (1956).
    """
    _check_probability(win_probability)
    if math.isnan(win_probability) or not _usable(payoff_ratio):
        return 0.0
    return max(0.0, win_probability - (1.0 - win_probability) / payoff_ratio)


def growth_optimal_exposure(win_probability: float, mean_win: float, mean_loss: float) -> float:
    """Return the exposure at which equity grows fastest.

    Parameters
    ----------
    win_probability : float
        p, inside [0, 1].
    mean_win, mean_loss : float
        Fractions of the notional, costs included, both positive (a loss is a size).

    Returns
    -------
    float
        Notional over equity, never negative; 0.0 without an edge. 0.0 too for NaN, and for a win or
        loss that is zero, negative or infinite.

    Raises
    ------
    ValueError
        For a probability outside [0, 1].

    Notes
    -----
    Formula: ``x = max(0, p/l - (1 - p)/w)``, which is Kelly's risk fraction over l: the
    maximum of ``p*ln(1 + x*w) + (1 - p)*ln(1 - x*l)``.
    """
    _check_probability(win_probability)
    if math.isnan(win_probability) or not _usable(mean_win, mean_loss):
        return 0.0
    return max(0.0, win_probability / mean_loss - (1.0 - win_probability) / mean_win)


def break_even_probability(mean_win: float, mean_loss: float) -> float:
    """Return the win rate at which wins and losses cancel.

    Parameters
    ----------
    mean_win, mean_loss : float
        Fractions of the notional, costs included, both positive.

    Returns
    -------
    float
        In (0, 1). 1.0 (only a certain win would do) where a size is NaN, infinite, zero or
        negative.

    Notes
    -----
    Formula: ``p0 = l / (w + l)``
    """
    if not _usable(mean_win, mean_loss):
        return 1.0
    return mean_loss / (mean_win + mean_loss)


def wilson_interval(wins: float, trades: float, confidence: float = 0.90) -> tuple[float, float]:
    """Return the range in which the true win rate lies, judged from a few trades.

    Parameters
    ----------
    wins, trades : float
        Counts, ``0 <= wins <= trades``; fractions where trades are not independent.
    confidence : float, default 0.90
        Two-sided: 0.90 leaves 5 % on either side. Inside (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper bound, inside [0, 1]; (0.0, 1.0) without trades.

    Raises
    ------
    ValueError
        For impossible counts, or a confidence outside (0, 1).

    Notes
    -----
    Formula: ``(p + z^2/2n -+ z*sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)``, with z the normal
    quantile of ``(1 + confidence)/2``. Wilson (1927).
    """
    _check_counts(wins, trades)
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must be inside (0, 1), got {confidence!r}")
    if trades == 0:
        return 0.0, 1.0
    quantile = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    rate = wins / trades
    doubt = quantile * quantile / trades
    centre = rate + doubt / 2.0
    width = math.sqrt(doubt * rate * (1.0 - rate) + doubt * doubt / 4.0)
    low, high = (centre - width) / (1.0 + doubt), (centre + width) / (1.0 + doubt)
    # Rounding must not deny a certainty: no win leaves 0 possible, no loss leaves 1.
    return (0.0 if wins == 0 else low), (1.0 if wins == trades else high)


def shrunk_win_probability(
    wins: float, trades: float, mean_win: float, mean_loss: float, prior_trades: float = 20.0
) -> float:
    """Return the win rate, drawn towards break-even as if by some trades without an edge.

    Parameters
    ----------
    wins, trades : float
        Counts, ``0 <= wins <= trades``; fractions where trades are not independent.
    mean_win, mean_loss : float
        Fractions of the notional, costs included, both positive.
    prior_trades : float, default 20.0
        k, the weight of the doubt in trades.

    Returns
    -------
    float
        In [0, 1]; break-even without any trades. 0.0 (never a win) where a size is NaN, infinite,
        zero or negative.

    Raises
    ------
    ValueError
        For impossible counts, or a `prior_trades` that is NaN, infinite, zero or negative.

    Notes
    -----
    Formula: ``p' = (wins + k*p0) / (n + k)``, ``p0 = l / (w + l)``
    """
    _check_counts(wins, trades)
    if not _usable(prior_trades):
        raise ValueError(f"`prior_trades` must be positive and finite, got {prior_trades!r}")
    if not _usable(mean_win, mean_loss):
        return 0.0
    fair = break_even_probability(mean_win, mean_loss)
    return (wins + prior_trades * fair) / (trades + prior_trades)
