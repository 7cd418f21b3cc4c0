"""Volatility, ATR and prices of a pair at a time, from closed candles only.

Not through the strategy's columns: observing must leave the strategy untouched, and its columns
reach no further back than its own ``startup_candle_count``.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from freqtrade.configuration import TimeRange
from freqtrade.data.history import load_pair_history
from freqtrade.enums import TRADE_MODES, CandleType
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard.config.sections import VolatilitySettings
from freqtrade_riskguard.risk import atr, realised_volatility

logger = logging.getLogger(__name__)

_DAY_SECONDS = 86_400
# Older than this many intervals, a last candle says nothing about now.
_STALE_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of a pair after each of its candles closed.

    Attributes
    ----------
    closed_at : ndarray of int64, shape (n_candles,)
        Epoch seconds at which each candle closed, ascending.
    close, daily_volatility, atr : ndarray of float64, shape (n_candles,)
        NaN where unknown.
    interval_seconds : int
    """

    closed_at: npt.NDArray[np.int64]
    close: npt.NDArray[np.float64]
    daily_volatility: npt.NDArray[np.float64]
    atr: npt.NDArray[np.float64]
    interval_seconds: int

    def last(self, time: datetime) -> int | None:
        """Return the index of the last candle closed by ``time``; None where none is fresh."""
        now = int(time.timestamp())
        index = int(self.closed_at.searchsorted(now, side="right")) - 1
        if index < 0 or now - int(self.closed_at[index]) > _STALE_INTERVALS * self.interval_seconds:
            return None
        return index


class Candles:
    """The candles of every pair, from disk in backtests and from the bot's provider live.

    Parameters
    ----------
    settings : VolatilitySettings
        Timeframe and windows of volatility and ATR.
    """

    def __init__(self, settings: VolatilitySettings) -> None:
        self._settings = settings
        self._series: dict[tuple[str, str], Series | None] = {}
        self._told: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the candles behind: hyperopt's workers read them once per process."""
        return {**self.__dict__, "_series": {}}

    def restart(self) -> None:
        """Forget what was read: files may have changed since."""
        self._series.clear()
        self._told.clear()
        _read.cache_clear()

    def daily_volatility(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return the daily volatility known at ``time``; NaN where unknown."""
        return self._at(self._measured(strategy, pair, time), "daily_volatility", time)

    def atr(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return the ATR known at ``time``, price units; NaN where unknown."""
        coarser = timeframe_to_seconds(strategy.timeframe) > timeframe_to_seconds(
            self._settings.timeframe
        )
        if coarser:
            return self._at(self._get(strategy, pair, strategy.timeframe, time), "atr", time)
        return self._at(self._measured(strategy, pair, time), "atr", time)

    def close(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return the last close of the strategy's own candles at ``time``; NaN where unknown."""
        return self._at(self._get(strategy, pair, strategy.timeframe, time), "close", time)

    @staticmethod
    def _at(series: Series | None, what: str, time: datetime) -> float:
        index = None if series is None else series.last(time)
        return nan if index is None else float(getattr(series, what)[index])

    def _measured(self, strategy: IStrategy, pair: str, time: datetime) -> Series | None:
        """Return the candles of the volatility timeframe, else the strategy's own."""
        series = self._get(strategy, pair, self._settings.timeframe, time)
        if series is not None:
            return series
        if pair not in self._told:
            self._told.add(pair)
            logger.warning(
                "RiskGuard: no %s candles of %s; its volatility and ATR are measured on the "
                "strategy's own %s candles. Download %s data to be exact.",
                self._settings.timeframe,
                pair,
                strategy.timeframe,
                self._settings.timeframe,
            )
        return self._get(strategy, pair, strategy.timeframe, time)

    def _get(self, strategy: IStrategy, pair: str, timeframe: str, time: datetime) -> Series | None:
        key = (pair, timeframe)
        if strategy.config.get("runmode") not in TRADE_MODES:
            if key not in self._series:
                self._series[key] = _from_disk(strategy, pair, timeframe, self._settings)
            return self._series[key]
        known = self._series.get(key)
        due = known is None or time.timestamp() >= known.closed_at[-1] + known.interval_seconds
        if due and strategy.dp is not None:
            frame = strategy.dp.get_pair_dataframe(
                pair, timeframe, candle_type=strategy.config["candle_type_def"]
            )
            self._series[key] = _measure(frame, timeframe, self._settings)
        return self._series.get(key)


def _from_disk(
    strategy: IStrategy, pair: str, timeframe: str, settings: VolatilitySettings
) -> Series | None:
    config = strategy.config
    text = config.get("timerange")
    timerange = TimeRange.parse_timerange(None if text is None else str(text))
    lead = timedelta(days=settings.days + settings.min_days + 1)
    timerange.subtract_start(int(lead.total_seconds()))
    return _read(
        str(config["datadir"]),
        config.get("dataformat_ohlcv", "feather"),
        str(config["candle_type_def"]),
        pair,
        timeframe,
        timerange.startts,
        timerange.stopts,
        settings,
    )


@lru_cache(maxsize=512)
def _read(
    datadir: str,
    data_format: str,
    candle_type: str,
    pair: str,
    timeframe: str,
    start: int,
    stop: int,
    settings: VolatilitySettings,
) -> Series | None:
    """Read and measure a pair once per process."""
    frame = load_pair_history(
        pair=pair,
        timeframe=timeframe,
        datadir=Path(datadir),
        timerange=TimeRange("date" if start else None, "date" if stop else None, start, stop),
        data_format=data_format,
        candle_type=CandleType.from_string(candle_type),
    )
    return _measure(frame, timeframe, settings)


def _measure(frame: DataFrame, timeframe: str, settings: VolatilitySettings) -> Series | None:
    if frame.empty:
        return None
    interval = timeframe_to_seconds(timeframe)
    per_day = _DAY_SECONDS / interval
    opened_at = frame["date"].dt.as_unit("s").astype("int64").to_numpy()
    high, low, close = (frame[name].to_numpy(dtype=np.float64) for name in ("high", "low", "close"))
    return Series(
        closed_at=opened_at + interval,
        close=close,
        daily_volatility=realised_volatility(
            close,
            window=max(int(settings.days * per_day), 2),
            min_periods=max(int(settings.min_days * per_day), 2),
            periods_per_day=per_day,
        ),
        atr=atr(high, low, close, period=settings.atr_candles),
        interval_seconds=interval,
    )
