"""Funding rates over 8 hours, who pays them, and for how long already.

A rate is a fraction of the notional. Positive rates are paid by longs to shorts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import FloatArray, check_side

BASE_HOURS = 8.0
_SECONDS_PER_HOUR = 3600.0
_KNOWN_INTERVALS_HOURS = (1.0, 2.0, 4.0, 8.0)


@overload
def normalise_funding_rate_8h(rate: float, interval_hours: float) -> float: ...
@overload
def normalise_funding_rate_8h(
    rate: FloatArray, interval_hours: float | FloatArray
) -> FloatArray: ...
def normalise_funding_rate_8h(
    rate: float | FloatArray, interval_hours: float | FloatArray
) -> float | FloatArray:
    """Return a funding rate as if it were settled every 8 hours.

    Parameters
    ----------
    rate : float or ndarray, shape (n,)
        As settled, fraction of the notional. NaN stays NaN, infinity infinity.
    interval_hours : float or ndarray, shape (n,)
        Time between settlements, one for all or one each (it changes mid-history).

    Returns
    -------
    float or ndarray
        Fraction per 8 hours.

    Raises
    ------
    ValueError
        For an interval that is not positive and finite.

    Notes
    -----
    Formula: ``rate * 8 / interval``
    """
    if not np.all(np.isfinite(interval_hours) & (np.asarray(interval_hours) > 0.0)):
        raise ValueError(f"`interval_hours` must be positive and finite, got {interval_hours!r}")
    return rate * BASE_HOURS / interval_hours


def funding_intervals_hours(settled_at_seconds: npt.ArrayLike) -> FloatArray:
    """Tell the interval of each settlement from the times of all.

    Parameters
    ----------
    settled_at_seconds : array_like, shape (n,)
        Epoch seconds, rising.

    Returns
    -------
    ndarray, shape (n,)
        1, 2, 4 or 8 hours: the nearest to the time since the settlement before. A gap that is
        longer than the interval so far is a hole in the data, unless the gap before it was as long:
        only the second one in a row says that the interval has changed. The first takes the
        second's; a single one 8.

    Raises
    ------
    ValueError
        When the times are NaN, infinite or not rising.
    """
    times = np.asarray(settled_at_seconds, dtype=np.float64)
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0.0):
        raise ValueError("settlement times must be finite and rising")
    known: FloatArray = np.asarray(_KNOWN_INTERVALS_HOURS)
    if times.size < 2:  # noqa: PLR2004 - an interval needs two times
        return np.full(times.shape, BASE_HOURS)
    gaps = np.diff(times, prepend=2.0 * times[0] - times[1]) / _SECONDS_PER_HOUR
    nearest = np.argmin(np.abs(np.log(gaps[:, None] / known[None, :])), axis=1)
    intervals: FloatArray = known[nearest]
    # By what was settled so far only: a hole taken for a longer interval would halve the rate.
    before = intervals[0]
    for place in range(1, intervals.size):
        gap, gap_before = known[nearest[place]], known[nearest[place - 1]]
        is_hole = gap > before and gap != gap_before
        before = intervals[place] = before if is_hole else gap
    return intervals


def paid_rate_8h(side: int, funding_rate_8h: float) -> float:
    """Return the rate that a side pays.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    funding_rate_8h : float
        Fraction of the notional per 8 hours.

    Returns
    -------
    float
        Positive when paid, negative when received; NaN for NaN.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``side * rate``
    """
    check_side(side)
    return side * funding_rate_8h


def paying(side: int, funding_rate_8h: float) -> bool:
    """Say whether a side pays funding.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    funding_rate_8h : float
        Fraction of the notional per 8 hours.

    Returns
    -------
    bool
        False for a rate of 0, and for NaN (no data).

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``side * rate > 0``
    """
    return paid_rate_8h(side, funding_rate_8h) > 0.0


def paying_streak(side: int, funding_rates_8h: Sequence[float], limit_8h: float = 0.001) -> int:
    """Count how many of the latest settlements cost more than a limit, in a row.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    funding_rates_8h : sequence of float
        Oldest first, fraction per 8 hours. NaN (no data) and infinity end the streak.
    limit_8h : float, default 0.001
        Costs up to and including this do not count.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.
    """
    check_side(side)
    streak = 0
    for rate in reversed(funding_rates_8h):
        if not limit_8h < side * rate < math.inf:
            break
        streak += 1
    return streak
