"""How far trades went against and for their side, and what a stop would have done to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray

DEFAULT_MULTIPLES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)


def _excursion(
    side: FloatArray, entry_price: npt.ArrayLike, extreme_price: FloatArray, way: float
) -> FloatArray:
    if not np.all(np.abs(side) == 1.0):
        raise ValueError("every `side` must be +1 (long) or -1 (short)")
    entries = np.asarray(entry_price, dtype=np.float64)
    usable = np.isfinite(entries) & (entries > 0.0) & np.isfinite(extreme_price)
    usable &= extreme_price >= 0.0
    entries = np.where(usable, entries, np.nan)
    moved: FloatArray = way * side * (extreme_price - entries) / entries
    return np.maximum(moved, 0.0)


def adverse_excursion(
    side: npt.ArrayLike,
    entry_price: npt.ArrayLike,
    lowest_price: npt.ArrayLike,
    highest_price: npt.ArrayLike,
) -> FloatArray:
    """Return how far the price went against each trade (MAE).

    Parameters
    ----------
    side : array_like, shape (n,)
        +1 long, -1 short.
    entry_price : array_like, shape (n,)
        Quote units.
    lowest_price, highest_price : array_like, shape (n,)
        Extremes from entry to exit, quote units.

    Returns
    -------
    ndarray, shape (n,)
        Fraction of the entry price, at least 0. NaN for a trade with a NaN or infinite price, a
        negative extreme, or an entry price that is not positive.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: long ``max(0, (E - lowest)/E)``, short ``max(0, (highest - E)/E)``. Sweeney (1996).
    """
    sides = np.asarray(side, dtype=np.float64)
    worst = np.where(
        sides > 0.0, np.asarray(lowest_price, np.float64), np.asarray(highest_price, np.float64)
    )
    return _excursion(sides, entry_price, worst, -1.0)


def favourable_excursion(
    side: npt.ArrayLike,
    entry_price: npt.ArrayLike,
    lowest_price: npt.ArrayLike,
    highest_price: npt.ArrayLike,
) -> FloatArray:
    """Return how far the price went for each trade (MFE).

    Parameters
    ----------
    side, entry_price, lowest_price, highest_price : array_like
        As for :func:`adverse_excursion`.

    Returns
    -------
    ndarray, shape (n,)
        As for :func:`adverse_excursion`.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: long ``max(0, (highest - E)/E)``, short ``max(0, (E - lowest)/E)``
    """
    sides = np.asarray(side, dtype=np.float64)
    best = np.where(
        sides > 0.0, np.asarray(highest_price, np.float64), np.asarray(lowest_price, np.float64)
    )
    return _excursion(sides, entry_price, best, 1.0)


@dataclass(frozen=True, slots=True)
class StopHitRates:
    """The trades that stops at some multiples would have hit.

    Attributes
    ----------
    multiples : tuple of float
        Stop distances in average true ranges, rising.
    winners, losers : tuple of float
        Share of the trades that won, and lost, whose price went that far against them; NaN
        without such trades.
    winner_count, loser_count : int
        Closed trades counted.
    censored_count : int
        Trades still open: how far they will go is not known, so they are in neither share.
    unknown_count : int
        Closed trades without a known excursion.
    """

    multiples: tuple[float, ...]
    winners: tuple[float, ...]
    losers: tuple[float, ...]
    winner_count: int
    loser_count: int
    censored_count: int
    unknown_count: int

    def recommended_multiple(self, max_hit_rate: float = 0.15) -> float:
        """Return the smallest multiple that would have hit fewer winners than a limit.

        Parameters
        ----------
        max_hit_rate : float, default 0.15
            Share of the winners; the answer's share is below it.

        Returns
        -------
        float
            NaN when no multiple does, or without winners.
        """
        for multiple, rate in zip(self.multiples, self.winners, strict=True):
            if rate < max_hit_rate:
                return multiple
        return math.nan


def stop_hit_rates(
    adverse_atr: npt.ArrayLike,
    won: npt.ArrayLike,
    still_open: npt.ArrayLike | None = None,
    multiples: Sequence[float] = DEFAULT_MULTIPLES,
) -> StopHitRates:
    """Return the share of trades that a stop at each multiple would have hit.

    Parameters
    ----------
    adverse_atr : array_like, shape (n,)
        Adverse excursion in average true ranges of the entry: ``MAE * E / ATR``. NaN is *unknown*.
    won : array_like of bool, shape (n,)
        Whether the trade made a profit.
    still_open : array_like of bool, shape (n,), optional
        Trades that have not closed.
    multiples : sequence of float
        Stop distances in average true ranges.

    Returns
    -------
    StopHitRates

    Raises
    ------
    ValueError
        For different shapes, or multiples that are not positive and finite.

    Notes
    -----
    Formula: ``count(MAE >= k * ATR) / count``, winners and losers apart
    """
    reached = np.asarray(adverse_atr, dtype=np.float64)
    winners = np.asarray(won, dtype=np.bool_)
    pending = np.asarray(np.zeros(reached.shape) if still_open is None else still_open, np.bool_)
    if not reached.shape == winners.shape == pending.shape:
        raise ValueError(
            f"shapes do not match: {reached.shape}, {winners.shape} and {pending.shape}"
        )
    steps = tuple(sorted(float(multiple) for multiple in multiples))
    if not all(0.0 < step < math.inf for step in steps):
        raise ValueError(f"`multiples` must be positive and finite, got {multiples!r}")
    known = ~np.isnan(reached) & ~pending
    won_reached, lost_reached = reached[known & winners], reached[known & ~winners]
    return StopHitRates(
        multiples=steps,
        winners=tuple(_share_beyond(won_reached, step) for step in steps),
        losers=tuple(_share_beyond(lost_reached, step) for step in steps),
        winner_count=int(won_reached.size),
        loser_count=int(lost_reached.size),
        censored_count=int(np.count_nonzero(pending)),
        unknown_count=int(np.count_nonzero(np.isnan(reached) & ~pending)),
    )


def _share_beyond(reached: FloatArray, step: float) -> float:
    return float(np.mean(reached >= step)) if reached.size else math.nan
