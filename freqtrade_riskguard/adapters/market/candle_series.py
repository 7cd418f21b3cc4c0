"""Figures of a pair after each of its candles closed."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from freqtrade.configuration import TimeRange
from freqtrade.data.history import load_pair_history
from freqtrade.enums import CandleType
from freqtrade.exchange import timeframe_to_seconds
from pandas import DataFrame

from freqtrade_riskguard.config.measurement import VolatilitySettings
from freqtrade_riskguard.risk import atr, realised_volatility

# What is looked up: prices to value trades at, or volatility and ATR.
Kind = Literal["closes", "measured"]

_DAY_SECONDS = 86_400
# Older than this many intervals, a last candle says nothing about now.
_STALE_INTERVALS = 2
# Fewer returns make no standard deviation to bet on, however coarse the candles.
_FEWEST_RETURNS = 10


@dataclass(frozen=True, slots=True)
class CandleSeries:
    """Figures by the time at which they became known.

    Attributes
    ----------
    closed_at : ndarray of int64, shape (n_candles,)
        Epoch seconds at which each candle closed, ascending.
    figures : dict of str to ndarray of float64, shape (n_candles,)
        NaN where unknown.
    interval_seconds : int
    fills_gaps : bool
        Whether a missing candle counts as one at the last price, as freqtrade takes it; not so
        after the last one.
    """

    closed_at: npt.NDArray[np.int64]
    figures: dict[str, npt.NDArray[np.float64]]
    interval_seconds: int
    fills_gaps: bool = False
    _times: list[int] = field(init=False, repr=False)
    _returns: npt.NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the times as a list: single ones are read far faster than from an array."""
        object.__setattr__(self, "_times", self.closed_at.tolist())
        object.__setattr__(self, "_returns", np.diff(np.log(self.figures["close"])))

    def _last_closed(self, now: int) -> int:
        """Return the place of the last candle closed by ``now``; -1 where there is none."""
        times = self._times
        # Where no candle is missing before it, this is its place.
        guess = (now - times[0]) // self.interval_seconds
        if 0 <= guess < len(times) and times[guess] + self.interval_seconds > now >= times[guess]:
            return guess
        return bisect_right(times, now) - 1

    def at(self, name: str, time: datetime) -> float:
        """Return a figure as of the last candle closed by ``time``; NaN where none is fresh."""
        return self.at_second(name, int(time.timestamp()))

    def at_second(self, name: str, now: int) -> float:
        """Return the same as :meth:`at` by epoch seconds."""
        # Nearly always no candle is missing: then this is its place, and it is not stale. In line,
        # since every open trade is valued on every candle.
        times, interval = self._times, self.interval_seconds
        guess = (now - times[0]) // interval
        if 0 <= guess < len(times) and 0 <= now - times[guess] < interval:
            return self.figures[name].item(guess)
        index = self._last_closed(now)
        if index < 0:
            return nan
        if self._age_seconds(now, index) > _STALE_INTERVALS * interval:
            return nan
        return self.figures[name].item(index)

    def opened_at(self, time: datetime) -> tuple[float, float, float] | None:
        """Return open, low and high of the candle that opens at ``time``; None where it is missing.

        Known only once it is closed: for what a backtest fills within it, and nothing else.
        """
        closes = int(time.timestamp()) + self.interval_seconds
        index = self._last_closed(closes)
        if index < 0 or self._times[index] != closes:
            return None
        figures = self.figures
        return figures["open"].item(index), figures["low"].item(index), figures["high"].item(index)

    def at_seconds(self, name: str, now: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the same as :meth:`at` by many epoch seconds at once."""
        index = self.closed_at.searchsorted(now, side="right") - 1
        age = now - self.closed_at[index]
        fresh = (index >= 0) & (age <= _STALE_INTERVALS * self.interval_seconds)
        return np.where(fresh, self.figures[name][index], nan)

    def _age_seconds(self, now: int, index: int) -> int:
        age = now - self._times[index]
        if self.fills_gaps and index + 1 < len(self._times):
            age %= self.interval_seconds
        return age

    def age_intervals(self, time: datetime) -> float:
        """Return how long ago the last candle closed, in candles; NaN where there is none."""
        now = int(time.timestamp())
        index = self._last_closed(now)
        return nan if index < 0 else self._age_seconds(now, index) / self.interval_seconds

    def log_returns(self, time: datetime, count: int) -> npt.NDArray[np.float64]:
        """Return the last log returns by ``time``, oldest first; NaN where a candle is missing.

        Two series of the same interval give returns of the same candles.
        """
        last = int(time.timestamp()) // self.interval_seconds * self.interval_seconds
        end = self._last_closed(last)
        if end >= count and self._times[end] == last:
            whole = self._times[end - count] == last - count * self.interval_seconds
            if whole:
                return self._returns[end - count : end]
        wanted = last - np.arange(count, -1, -1) * self.interval_seconds
        index = np.minimum(self.closed_at.searchsorted(wanted), len(self.closed_at) - 1)
        closes = np.where(self.closed_at[index] == wanted, self.figures["close"][index], nan)
        return np.diff(np.log(closes))


@lru_cache(maxsize=512)
def read_series(
    datadir: str,
    data_format: str,
    candle_type: str,
    timerange_text: str,
    pair: str,
    timeframe: str,
    kind: Kind,
    settings: VolatilitySettings,
) -> CandleSeries | None:
    """Read a pair's candles from disk, once per process; None where there are none.

    More is read than the timerange of the backtest, for the volatility at its start.
    """
    timerange = TimeRange.parse_timerange(timerange_text or None)
    lead = timedelta(days=settings.days + settings.min_days + 1)
    timerange.subtract_start(int(lead.total_seconds()))
    frame = load_pair_history(
        pair=pair,
        timeframe=timeframe,
        datadir=Path(datadir),
        timerange=timerange,
        data_format=data_format,
        candle_type=CandleType.from_string(candle_type),
        # The most of the time, for what is dropped again or counted anyway.
        fill_up_missing=False,
    )
    return build_series(frame, timeframe, kind, settings)


def build_series(
    frame: DataFrame, timeframe: str, kind: Kind, settings: VolatilitySettings
) -> CandleSeries | None:
    """Return the figures of candles as freqtrade gives them; None where there are none.

    freqtrade fills gaps with flat candles without volume. A price may be taken from them, but no
    volatility: nobody measured that the market was calm.
    """
    if kind == "measured" and not frame.empty:
        flat = (frame["volume"] == 0) & (frame["high"] == frame["low"])
        frame = frame.loc[~flat]
    if frame.empty:
        return None
    interval = timeframe_to_seconds(timeframe)
    opened_at = frame["date"].dt.as_unit("s").astype("int64").to_numpy()
    high, low, close = (frame[name].to_numpy(dtype=np.float64) for name in ("high", "low", "close"))
    if kind == "closes":
        opened = frame["open"].to_numpy(dtype=np.float64)
        prices = {"open": opened, "high": high, "low": low, "close": close}
        return CandleSeries(opened_at + interval, prices, interval, fills_gaps=True)
    per_day = _DAY_SECONDS / interval
    figures = {
        "daily_volatility": realised_volatility(
            close,
            window=max(int(settings.days * per_day), _FEWEST_RETURNS),
            min_periods=max(int(settings.min_days * per_day), _FEWEST_RETURNS),
            periods_per_day=per_day,
        ),
        "atr": atr(high, low, close, period=settings.atr_candles),
        "close": close,
    }
    return CandleSeries(opened_at + interval, figures, interval)
