"""Deposits and withdrawals: told from noise, and kept out of drawdown and losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from freqtrade_riskguard.risk.equity import EquityTrack


def transfer_equity(track: EquityTrack, transfer_quote: float) -> EquityTrack:
    """Take a deposit or withdrawal out of the measurement.

    Parameters
    ----------
    track : EquityTrack
        State so far.
    transfer_quote : float
        Quote units, positive for a deposit.

    Returns
    -------
    EquityTrack
        Equity moved by the transfer, peak and baselines in proportion, so that drawdown, day loss
        and week loss are the same ratios as before: a deposit heals no drawdown and a withdrawal
        makes none. Where equity is not positive before or after, there is no such proportion and
        peak and baselines become the new equity. Unchanged for NaN or infinity.

    Notes
    -----
    Formula: ``peak' = peak * (Q + T) / Q``, the same for both baselines.
    """
    if not math.isfinite(transfer_quote):
        return track
    moved_quote = track.equity_quote + transfer_quote
    if track.equity_quote <= 0.0 or moved_quote <= 0.0:
        return replace(
            track,
            equity_quote=moved_quote,
            peak_quote=moved_quote,
            day_start_quote=moved_quote,
            week_start_quote=moved_quote,
        )
    scale = moved_quote / track.equity_quote
    return replace(
        track,
        equity_quote=moved_quote,
        peak_quote=track.peak_quote * scale,
        day_start_quote=track.day_start_quote * scale,
        week_start_quote=track.week_start_quote * scale,
    )


def lasting_transfer(
    differences_quote: Sequence[float],
    equity_quote: float,
    *,
    threshold_ratio: float = 0.005,
    looks: int = 3,
) -> float:
    """Tell a transfer from noise between wallet and counted account.

    Parameters
    ----------
    differences_quote : sequence of float
        Wallet minus counted account at each look, oldest first, quote units.
    equity_quote : float
        Counted equity, quote units.
    threshold_ratio : float, default 0.005
        Differences up to this fraction of equity are fees and rounding.
    looks : int, default 3
        How many looks in a row have to agree, at least 1.

    Returns
    -------
    float
        The smallest of the last `looks` differences when all pass the threshold on the same side,
        else 0.0. 0.0 too for NaN, infinity, or equity that is not positive.

    Raises
    ------
    ValueError
        For fewer than one look.
    """
    if looks < 1:
        raise ValueError(f"`looks` must be at least 1, got {looks!r}")
    latest = differences_quote[-looks:]
    if len(latest) < looks or not 0.0 < equity_quote < math.inf:
        return 0.0
    noise_quote = threshold_ratio * equity_quote
    if all(noise_quote < difference < math.inf for difference in latest):
        return min(latest)
    if all(-math.inf < difference < -noise_quote for difference in latest):
        return max(latest)
    return 0.0
