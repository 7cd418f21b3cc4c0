"""Losing streaks and recent losses among closed trades."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def losing_streak(profits_quote: Sequence[float]) -> int:
    """Count how many of the latest trades lost in a row.

    Parameters
    ----------
    profits_quote : sequence of float
        Realised profits, oldest first, quote units.

    Returns
    -------
    int
        A profit above 0 ends the streak; zero and NaN count as losses.
    """
    streak = 0
    for profit in reversed(profits_quote):
        if profit > 0.0:
            break
        streak += 1
    return streak


def losses_within(
    trades: Iterable[tuple[float, float]], *, now_seconds: float, lookback_seconds: float
) -> float:
    """Sum up what was lost lately, wins not set against it.

    Parameters
    ----------
    trades : iterable of (close time in epoch seconds, profit in quote units)
        In any order.
    now_seconds : float
        Trades that closed later do not count.
    lookback_seconds : float
        Nor those that closed longer ago.

    Returns
    -------
    float
        Quote units, at least 0. Infinite when a profit in that time is NaN: an unknown loss is no
        small loss. 0.0 when `now_seconds` or `lookback_seconds` is NaN.

    Notes
    -----
    Formula: ``sum(max(0, -profit))`` over ``now - lookback <= close <= now``
    """
    recent = [
        profit for time, profit in trades if now_seconds - lookback_seconds <= time <= now_seconds
    ]
    if any(map(math.isnan, recent)):
        return math.inf
    return math.fsum(-profit for profit in recent if profit < 0.0)
