"""Funding payments of one contract, as far as they are known at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from freqtrade_riskguard.replay.candles import Floats, read_columns, times_ms
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.intervals import HOUR_MS, Times

# Binance's ordinary interval, where there are not yet two payments to tell.
_ORDINARY_MS = 8 * HOUR_MS


@dataclass(frozen=True, kw_only=True)
class FundingRates:
    """Payments in the order of time.

    Parameters
    ----------
    times_ms
        When each was due, milliseconds since 1970 UTC, strictly ascending.
    rates
        Rate of each interval as a fraction, above 0 where longs pay.
    """

    times_ms: Times
    rates: Floats

    def due_by(self, now_ms: int) -> int:
        """Return how many payments were due at a moment or before."""
        return int(np.searchsorted(self.times_ms, now_ms, side="right"))

    def due_before(self, time_ms: int) -> int:
        """Return how many payments were due before a moment."""
        return int(np.searchsorted(self.times_ms, time_ms, side="left"))

    def last_rate(self, now_ms: int) -> float | None:
        """Return the latest rate known at a moment; None before the first payment.

        Binance shows an estimate of the next rate, which no recording holds and which must not be
        read from the future.
        """
        due = self.due_by(now_ms)
        return float(self.rates[due - 1]) if due else None

    def interval_ms(self, now_ms: int) -> int:
        """Return the time between the last two payments at a moment, milliseconds."""
        due = self.due_by(now_ms)
        between_ms = np.diff(self.times_ms[max(0, due - 2) : due])
        if not between_ms.size:
            return _ORDINARY_MS
        # Payments are recorded some milliseconds late, and the interval is of whole hours.
        return max(1, round(float(between_ms[0]) / HOUR_MS)) * HOUR_MS

    def next_ms(self, now_ms: int) -> int:
        """Return when the next payment is due if the interval stays, milliseconds since 1970."""
        interval_ms = self.interval_ms(now_ms)
        return (now_ms // interval_ms + 1) * interval_ms


def read_funding(paths: Iterable[Path], shift_ms: int = 0) -> FundingRates:
    """Read the funding rates of a contract.

    Parameters
    ----------
    paths
        Feather files with ``date`` and the rate in ``funding_rate`` or, as older versions of
        freqtrade stored it, in ``open``. The timeframe in their names means nothing.
    shift_ms
        Added to all times, milliseconds.

    Returns
    -------
    FundingRates
        All payments; none for no files.

    Raises
    ------
    DataFolderError
        If a file cannot be read.
    """
    times, rates = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for path in paths:
        frame = _read(path)
        times.append(times_ms(frame["date"]) + shift_ms)
        rates.append(frame["rate"].to_numpy(dtype="float64"))
    all_times, first = np.unique(np.concatenate(times), return_index=True)
    return FundingRates(times_ms=all_times, rates=np.concatenate(rates)[first])


def _read(path: Path) -> pd.DataFrame:
    frame = read_columns(path, None)
    column = "funding_rate" if "funding_rate" in frame else "open"
    if not {"date", column} <= set(frame):
        raise DataFolderError(f"no funding rates in {path}: it has no column funding_rate or open")
    return frame[["date", column]].set_axis(["date", "rate"], axis=1).dropna()
