"""The lengths of candles that Binance knows, and where candles of each begin."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

# 1970 began on a Thursday; weekly candles begin on Mondays.
_MONDAY_MS = 4 * DAY_MS
_MONTH = "1M"


@dataclass(frozen=True, order=True)
class Interval:
    """A length of candles.

    Parameters
    ----------
    length_ms
        Length, milliseconds; of months the shortest, which serves to order intervals only.
    name
        Binance's name, as in ``"5m"``.
    """

    length_ms: int
    name: str

    def starts_ms(self, times_ms: Times) -> Times:
        """Return the beginnings of the candles that moments lie in, milliseconds since 1970."""
        if self.name == _MONTH:
            return _month_ms(_months(times_ms))
        anchor_ms = _MONDAY_MS if self.name == "1w" else 0
        return times_ms - (times_ms - anchor_ms) % self.length_ms

    def ends_ms(self, starts_ms: Times) -> Times:
        """Return where candles end that begin at the given moments; the end is not part of one."""
        if self.name == _MONTH:
            return _month_ms(_months(starts_ms) + 1)
        return starts_ms + self.length_ms

    def start_ms(self, time_ms: int) -> int:
        """Return the beginning of the candle that a moment lies in, milliseconds since 1970."""
        return int(self.starts_ms(np.array([time_ms]))[0])

    def end_ms(self, start_ms: int) -> int:
        """Return where a candle ends that begins at the given moment."""
        return int(self.ends_ms(np.array([start_ms]))[0])

    def keeps_its_grid(self, shift_ms: int) -> bool:
        """Whether candles that are moved by `shift_ms` begin where candles of this begin."""
        return shift_ms == 0 or (self.name != _MONTH and shift_ms % self.length_ms == 0)

    def is_made_of(self, finer: "Interval") -> bool:
        """Whether whole candles of a shorter interval fill one of this."""
        whole_ms = DAY_MS if self.name == _MONTH else self.length_ms
        return finer.length_ms < self.length_ms and whole_ms % finer.length_ms == 0


def _months(times_ms: Times) -> Times:
    return times_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)


def _month_ms(months: Times) -> Times:
    return months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)


INTERVALS: Mapping[str, Interval] = {
    interval.name: interval
    for interval in (
        *(Interval(count * MINUTE_MS, f"{count}m") for count in (1, 3, 5, 15, 30)),
        *(Interval(count * HOUR_MS, f"{count}h") for count in (1, 2, 4, 6, 8, 12)),
        Interval(DAY_MS, "1d"),
        Interval(3 * DAY_MS, "3d"),
        Interval(7 * DAY_MS, "1w"),
        Interval(28 * DAY_MS, _MONTH),
    )
}


# As OKX and Bitget name them, which have two grids from six hours on: those in UTC.
IN_UTC: Mapping[str, Interval] = {
    **{f"{count}m": INTERVALS[f"{count}m"] for count in (1, 3, 5, 15, 30)},
    **{f"{count}H": INTERVALS[f"{count}h"] for count in (1, 2, 4)},
    "6Hutc": INTERVALS["6h"],
    "12Hutc": INTERVALS["12h"],
    "1Dutc": INTERVALS["1d"],
    "3Dutc": INTERVALS["3d"],
    "1Wutc": INTERVALS["1w"],
    "1Mutc": INTERVALS[_MONTH],
}


def interval_of_file(timeframe: str) -> Interval | None:
    """Return the interval of a candle file by its timeframe; None for one Binance has not.

    Months are written ``1Mo`` in file names, because some file systems ignore case.
    """
    return INTERVALS.get(_MONTH if timeframe == "1Mo" else timeframe)
