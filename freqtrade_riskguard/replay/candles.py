"""Candles of one contract and interval as arrays: read from disk, found by time, resampled."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.intervals import Interval, Times

Floats = NDArray[np.float64]

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, kw_only=True)
class Candles:
    """Complete candles in the order of time; all arrays have the same length.

    Parameters
    ----------
    interval
        Length of each.
    opens_ms
        Beginnings, milliseconds since 1970 UTC, strictly ascending; there may be gaps.
    ends_ms
        Ends, milliseconds since 1970 UTC; the end itself belongs to the next candle.
    open, high, low, close
        Prices, quote units.
    volume
        Traded, base units.
    """

    interval: Interval
    opens_ms: Times
    ends_ms: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        """Return the number of candles."""
        return int(self.opens_ms.size)

    def closed_by(self, now_ms: int) -> int:
        """Return how many candles have ended at a moment."""
        return int(np.searchsorted(self.ends_ms, now_ms, side="right"))

    def opened_before(self, time_ms: int) -> int:
        """Return how many candles begin before a moment."""
        return int(np.searchsorted(self.opens_ms, time_ms, side="left"))

    def at(self, now_ms: int) -> int | None:
        """Return the place of the candle that a moment lies in; None in a gap or outside."""
        place = int(np.searchsorted(self.opens_ms, now_ms, side="right")) - 1
        return place if place >= 0 and now_ms < self.ends_ms[place] else None


def read_candles(path: Path, interval: Interval, shift_ms: int = 0) -> Candles:
    """Read a candle file.

    Parameters
    ----------
    path
        A feather file with ``date, open, high, low, close, volume``.
    interval
        Its interval.
    shift_ms
        Added to all times, milliseconds; a multiple of the interval.

    Returns
    -------
    Candles
        Sorted; of candles that begin at the same time the last, and none that lacks a price.

    Raises
    ------
    DataFolderError
        If the file cannot be read.
    """
    frame = read_columns(path, ["date", *_PRICES, "volume"])
    frame = frame.dropna(subset=list(_PRICES)).drop_duplicates("date", keep="last")
    frame = frame.sort_values("date")
    opens_ms = times_ms(frame["date"]) + shift_ms
    columns = {name: frame[name].to_numpy(dtype="float64") for name in _PRICES}
    return Candles(
        interval=interval,
        opens_ms=opens_ms,
        ends_ms=interval.ends_ms(opens_ms),
        volume=np.nan_to_num(frame["volume"].to_numpy(dtype="float64")),
        **columns,
    )


def read_columns(path: Path, columns: list[str] | None) -> pd.DataFrame:
    """Read columns (None: all) of a feather file; `DataFolderError` where that fails."""
    try:
        return pd.read_feather(path, columns=columns)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataFolderError(f"cannot read candles from {path}: {reason}") from error


def times_ms(dates: "pd.Series[pd.Timestamp]") -> Times:
    """Return a column of dates in UTC as milliseconds since 1970."""
    milliseconds: Times = dates.to_numpy(dtype="datetime64[ms]").astype(np.int64)
    return milliseconds


def resample(candles: Candles, interval: Interval) -> Candles:
    """Put candles together to longer ones.

    Parameters
    ----------
    candles
        Candles of an interval that `interval` is made of.
    interval
        The longer interval.

    Returns
    -------
    Candles
        Whole candles only: one at either end whose beginning or end is not at hand is left out. A
        gap within one is passed over, as an exchange does where nothing was traded.
    """
    if not len(candles):
        return replace(candles, interval=interval)
    starts_ms = interval.starts_ms(candles.opens_ms)
    first = np.flatnonzero(np.diff(starts_ms, prepend=-1))
    last = np.append(first[1:], len(candles)) - 1
    opens_ms = starts_ms[first]
    ends_ms = interval.ends_ms(opens_ms)
    whole = np.ones(first.size, dtype=bool)
    whole[0] = candles.opens_ms[0] == opens_ms[0]
    whole[-1] &= candles.ends_ms[-1] == ends_ms[-1]
    # Sums of lots are lots again, but for the last bits.
    volumes = np.asarray(np.add.reduceat(candles.volume, first), dtype=np.float64).round(8)
    return Candles(
        interval=interval,
        opens_ms=opens_ms[whole],
        ends_ms=ends_ms[whole],
        open=candles.open[first][whole],
        high=np.maximum.reduceat(candles.high, first)[whole],
        low=np.minimum.reduceat(candles.low, first)[whole],
        close=candles.close[last][whole],
        volume=volumes[whole],
    )
