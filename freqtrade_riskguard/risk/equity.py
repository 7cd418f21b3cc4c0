"""Equity of the account over time: peak, day and week baselines, transfers taken out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

DAY_SECONDS = 86_400.0
_DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday; weeks begin on Monday


@dataclass(frozen=True, slots=True)
class EquityTrack:
    """Equity with what it is measured against; begin with :func:`start_equity`.

    Attributes
    ----------
    equity_quote : float
        Latest known equity, quote units.
    peak_quote : float
        Highest so far.
    day_index, week_index : int
        Which day and week (from Monday) since the epoch `equity_quote` belongs to.
    day_start_quote, week_start_quote : float
        First equity known in that day and week.
    day_offset_seconds : float
        When the day begins, after 00:00 UTC.
    """

    equity_quote: float
    peak_quote: float
    day_index: int
    day_start_quote: float
    week_index: int
    week_start_quote: float
    day_offset_seconds: float = 0.0

    @property
    def drawdown_ratio(self) -> float:
        """Fall from the peak as a fraction of it, at least 0; 1.0 without a positive peak.

        NaN where the equity is not known (NaN).
        """
        return _loss_ratio(self.peak_quote, self.equity_quote)

    @property
    def day_loss_ratio(self) -> float:
        """Loss since the day began as a fraction of its start, at least 0."""
        return _loss_ratio(self.day_start_quote, self.equity_quote)

    @property
    def week_loss_ratio(self) -> float:
        """Loss since the week began as a fraction of its start, at least 0."""
        return _loss_ratio(self.week_start_quote, self.equity_quote)


def _loss_ratio(from_quote: float, to_quote: float) -> float:
    if from_quote <= 0.0:
        return 1.0
    loss_ratio = (from_quote - to_quote) / from_quote
    # Not max(): of NaN that makes no loss.
    return 0.0 if loss_ratio < 0.0 else loss_ratio


def _periods(time_seconds: float, day_offset_seconds: float) -> tuple[int, int]:
    day = math.floor((time_seconds - day_offset_seconds) / DAY_SECONDS)
    return day, (day + _EPOCH_WEEKDAY) // _DAYS_PER_WEEK


def account_equity(*, base_quote: float, realised_quote: float, open_profit_quote: float) -> float:
    """Count the account's equity, instead of reading it off a wallet.

    Parameters
    ----------
    base_quote : float
        Wallet at the first start, moved by transfers since, quote units.
    realised_quote : float
        Profit of all closed trades since, fees and funding included, quote units.
    open_profit_quote : float
        Profit of the open trades at the mark, fees and funding included, quote units.

    Returns
    -------
    float
        Q, quote units; NaN (*unknown*) when a number is NaN or infinite.

    Notes
    -----
    Formula: ``Q = base + realised + open``
    """
    equity_quote = base_quote + realised_quote + open_profit_quote
    return equity_quote if math.isfinite(equity_quote) else math.nan


def start_equity(
    time_seconds: float, equity_quote: float, *, day_offset_seconds: float = 0.0
) -> EquityTrack:
    """Begin to track: peak and baselines are the first equity.

    Parameters
    ----------
    time_seconds : float
        Epoch seconds.
    equity_quote : float
        Quote units.
    day_offset_seconds : float, default 0.0
        When the day begins, after 00:00 UTC.

    Returns
    -------
    EquityTrack

    Raises
    ------
    ValueError
        When a number is NaN or infinite: there is nothing to measure against.
    """
    if not all(map(math.isfinite, (time_seconds, equity_quote, day_offset_seconds))):
        raise ValueError(f"tracking begins with finite numbers, got {time_seconds}, {equity_quote}")
    day, week = _periods(time_seconds, day_offset_seconds)
    return EquityTrack(
        equity_quote=equity_quote,
        peak_quote=equity_quote,
        day_index=day,
        day_start_quote=equity_quote,
        week_index=week,
        week_start_quote=equity_quote,
        day_offset_seconds=day_offset_seconds,
    )


def update_equity(track: EquityTrack, time_seconds: float, equity_quote: float) -> EquityTrack:
    """Take one new equity.

    Parameters
    ----------
    track : EquityTrack
        State so far.
    time_seconds : float
        Epoch seconds. A time in an earlier day or week begins no new period.
    equity_quote : float
        Quote units; may be zero or negative.

    Returns
    -------
    EquityTrack
        Unchanged when a number is NaN or infinite.
    """
    if not (math.isfinite(time_seconds) and math.isfinite(equity_quote)):
        return track
    day, week = _periods(time_seconds, track.day_offset_seconds)
    new_day, new_week = day > track.day_index, week > track.week_index
    # Not replace(): this runs for every candle.
    return EquityTrack(
        equity_quote=equity_quote,
        peak_quote=max(track.peak_quote, equity_quote),
        day_index=max(track.day_index, day),
        day_start_quote=equity_quote if new_day else track.day_start_quote,
        week_index=max(track.week_index, week),
        week_start_quote=equity_quote if new_week else track.week_start_quote,
        day_offset_seconds=track.day_offset_seconds,
    )


def turn_back_equity(
    track: EquityTrack,
    time_seconds: float,
    day_starts_quote: Mapping[int, float],
    week_starts_quote: Mapping[int, float],
) -> EquityTrack:
    """Go back to an earlier day or week, where the clock has been ahead.

    Parameters
    ----------
    track : EquityTrack
        State so far, of days that have not come yet.
    time_seconds : float
        Epoch seconds, by the clock that holds.
    day_starts_quote, week_starts_quote : mapping of int to float
        Equity at the starts of the days and weeks that are known, by their index, quote units.

    Returns
    -------
    EquityTrack
        In the day and week of the time, each measured from the highest known start of it and of
        what seemed to come after it: the true one may be unknown. Unchanged where the time is not
        of an earlier day, or not finite.
    """
    if not math.isfinite(time_seconds):
        return track
    day, week = _periods(time_seconds, track.day_offset_seconds)
    if day >= track.day_index:
        return track
    day_starts = [quote for index, quote in day_starts_quote.items() if index >= day]
    week_starts = [quote for index, quote in week_starts_quote.items() if index >= week]
    return replace(
        track,
        day_index=day,
        day_start_quote=max([track.day_start_quote, *day_starts]),
        week_index=week,
        week_start_quote=max([track.week_start_quote, *week_starts]),
    )
