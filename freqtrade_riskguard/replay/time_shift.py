"""Old recordings as if they were of today, for a bot that runs on the machine's clock.

A bot compares candles with its own clock. To replay last year to it, the recordings move to now,
and by whole steps of at least eight hours: candles then still begin where Binance's do, and
funding still falls due at 00:00, 08:00 and 16:00. So the replay does not begin at the chosen
moment exactly, but within the step that follows it.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from freqtrade_riskguard.replay.candle_store import FUTURES, CandleStore
from freqtrade_riskguard.replay.clock import to_datetime, to_ms
from freqtrade_riskguard.replay.data_folder import Contract, DataFolderError, futures_files
from freqtrade_riskguard.replay.intervals import HOUR_MS

_FUNDING_MS = 8 * HOUR_MS


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How far recordings are moved.

    Parameters
    ----------
    shift_ms
        Added to their times, milliseconds.
    tape_time
        Moment of the recordings that is shown as now.
    end
        Their end, in their own time.
    """

    shift_ms: int
    tape_time: datetime
    end: datetime


def find_shift(data_dir: Path, start: datetime, now_ms: int) -> Shift:
    """Find how far recordings have to be moved for a moment of theirs to be now.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    start
        The moment, with a time zone.
    now_ms
        Now, milliseconds since 1970 UTC.

    Returns
    -------
    Shift
        The moment shown as now is `start` or less than a step later: eight hours, or more where
        the recordings have longer candles only. So close to the end that this would lie beyond
        it, the moment is at most a step earlier.

    Raises
    ------
    DataFolderError
        If the folder has no usable candles, they are shorter than a step, or `start` lies outside
        them.
    """
    shelves = _stores(data_dir)
    first_ms, end_ms = _span(data_dir, shelves)
    start_ms = to_ms(start)
    if not first_ms <= start_ms < end_ms:
        raise DataFolderError(
            f"{data_dir} has no candles at {start.isoformat()}; "
            f"choose a time from {to_datetime(first_ms).isoformat()} "
            f"to before {to_datetime(end_ms).isoformat()}"
        )
    # Each contract must keep the grid of its shortest candles: all others are made of them.
    step_ms = math.lcm(
        _FUNDING_MS, *(candle_store.intervals[0].length_ms for candle_store in shelves.values())
    )
    shift_ms = (now_ms - start_ms) // step_ms * step_ms
    if now_ms - shift_ms >= end_ms:
        shift_ms += step_ms
    if now_ms - shift_ms < first_ms:
        raise DataFolderError(
            f"the candles in {data_dir} cover less than {step_ms // HOUR_MS} hours, too few to "
            "shift them to the present; download more"
        )
    return Shift(
        shift_ms=shift_ms, tape_time=to_datetime(now_ms - shift_ms), end=to_datetime(end_ms)
    )


def known_shift(data_dir: Path, shift_ms: int, now_ms: int) -> Shift:
    """Return what is shown as now of recordings that were moved before, and have gone on since.

    Raises
    ------
    DataFolderError
        If the folder has no usable candles, or they have ended meanwhile.
    """
    _, end_ms = _span(data_dir, _stores(data_dir))
    if now_ms - shift_ms >= end_ms:
        raise DataFolderError(
            f"the candles in {data_dir} have ended for this account; begin with a new one"
        )
    return Shift(
        shift_ms=shift_ms, tape_time=to_datetime(now_ms - shift_ms), end=to_datetime(end_ms)
    )


def recorded_span(data_dir: Path) -> tuple[datetime, datetime]:
    """Return when the first candle of a folder begins, and when its last ends.

    Raises
    ------
    DataFolderError
        If the folder has no usable candles.
    """
    first_ms, end_ms = _span(data_dir, _stores(data_dir))
    return to_datetime(first_ms), to_datetime(end_ms)


def _stores(data_dir: Path) -> dict[Contract, CandleStore]:
    return {coin: CandleStore(data_dir, coin) for coin in futures_files(data_dir)}


def _span(data_dir: Path, shelves: dict[Contract, CandleStore]) -> tuple[int, int]:
    spans = [
        (int(candles.opens_ms[0]), int(candles.ends_ms[-1]))
        for candle_store in shelves.values()
        for candles in candle_store.shortest_first(FUTURES)
        if len(candles)
    ]
    if not spans or not all(candle_store.intervals for candle_store in shelves.values()):
        raise DataFolderError(
            f"{data_dir} has pairs without candles of a timeframe that Binance has"
        )
    return min(first for first, _ in spans), max(end for _, end in spans)
