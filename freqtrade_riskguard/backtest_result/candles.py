"""The candles that a backtest ran on, as far as they are at hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import nan
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairCandles:
    """Candles of one pair, oldest first.

    Attributes
    ----------
    opened_at : ndarray of int64, shape (n,)
        Epoch seconds.
    open, high, low, close : ndarray of float64, shape (n,)
        Quote units.
    """

    opened_at: IntArray
    interval_seconds: int
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    def since(self, time: datetime) -> int:
        """Return the place of the last candle that opened by a time; -1 where there is none."""
        return int(self.opened_at.searchsorted(int(time.timestamp()), side="right")) - 1

    def holding(self, time: datetime) -> int:
        """Return the place of the candle that holds a time; -1 where there is none."""
        index = self.since(time)
        opened = int(self.opened_at[index]) if index >= 0 else 0
        if index < 0 or int(time.timestamp()) - opened >= self.interval_seconds:
            return -1
        return index


def _no_atr(pair: str, time: datetime) -> float:  # noqa: ARG001 - the shape of the question
    return nan


@dataclass(frozen=True, slots=True)
class ResultCandles:
    """The candles of a result.

    Attributes
    ----------
    folder : Path or None
        Where they are; None where no folder was found.
    missing : tuple of str
        Pairs without candles, or without some of those that their trades need.
    atr : callable
        Average true range of a pair known at a time, quote units; NaN where unknown.
    atr_timeframe : str
        What it is measured on; empty for none.
    """

    timeframe: str
    by_pair: Mapping[str, PairCandles] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    folder: Path | None = None
    atr: Callable[[str, datetime], float] = _no_atr
    atr_timeframe: str = ""
