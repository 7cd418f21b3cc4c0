"""The cost of funding, the funding paid, and how long the margin lasts."""

from __future__ import annotations

import math

from freqtrade_riskguard.risk.funding import BASE_HOURS, paid_rate_8h

_PERIODS_PER_DAY = 3.0


def settlement_cost_ratio(side: int, funding_rate_8h: float, interval_hours: float) -> float:
    """Return what the next settlement costs, as a fraction of the notional.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    funding_rate_8h : float
        Fraction per 8 hours.
    interval_hours : float
        Time between settlements, positive.

    Returns
    -------
    float
        At least 0; 0.0 where funding is received. NaN for NaN.

    Raises
    ------
    ValueError
        For a bad side, or an interval that is not positive and finite.

    Notes
    -----
    Formula: ``max(0, side * rate_8h * interval / 8)``
    """
    if not 0.0 < interval_hours < math.inf:
        raise ValueError(f"`interval_hours` must be positive and finite, got {interval_hours!r}")
    cost_ratio = paid_rate_8h(side, funding_rate_8h) * interval_hours / BASE_HOURS
    return 0.0 if cost_ratio <= 0.0 else cost_ratio


def funding_drain_ratio(funding_quote: float, initial_margin_quote: float) -> float:
    """Return the share of the initial margin that funding has taken.

    Parameters
    ----------
    funding_quote : float
        Funding received so far (negative when paid), quote units.
    initial_margin_quote : float
        Quote units.

    Returns
    -------
    float
        At least 0; 0.0 where funding was earned. NaN (no data) for NaN. Infinite when something was
        paid on a margin that is not positive.

    Notes
    -----
    Formula: ``max(0, -F) / M``
    """
    if math.isnan(funding_quote) or math.isnan(initial_margin_quote):
        return math.nan
    if funding_quote >= 0.0:
        return 0.0
    return -funding_quote / initial_margin_quote if initial_margin_quote > 0.0 else math.inf


def funding_days_left(
    *,
    side: int,
    notional_quote: float,
    margin_quote: float,
    maintenance_quote: float,
    funding_quote: float,
    funding_rate_8h: float,
) -> float:
    """Return after how many days funding alone would bring the position to liquidation.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    notional_quote : float
        Present notional, quote units.
    margin_quote, maintenance_quote : float
        Initial and maintenance margin, quote units.
    funding_quote : float
        Funding received so far (negative when paid), quote units.
    funding_rate_8h : float
        Present rate, taken as staying.

    Returns
    -------
    float
        Days; infinite where nothing is paid, 0.0 where nothing is left. NaN (no data) for NaN.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: ``(M - maintenance + F) / (3 * side * rate_8h * notional)``
    """
    cost_per_day_quote = _PERIODS_PER_DAY * paid_rate_8h(side, funding_rate_8h) * notional_quote
    left_quote = margin_quote - maintenance_quote + funding_quote
    if math.isnan(cost_per_day_quote) or math.isnan(left_quote):
        return math.nan
    if cost_per_day_quote <= 0.0:
        return math.inf
    return max(0.0, left_quote / cost_per_day_quote)
