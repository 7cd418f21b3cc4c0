"""Volatility, ATR and prices of a pair at a time, from closed candles only.

Not through the strategy's columns: observing must leave the strategy untouched, and its columns
reach no further back than its own ``startup_candle_count``.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.candle_series import (
    CandleSeries,
    Kind,
    build_series,
    read_series,
)
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.config.measurement import VolatilitySettings

logger = logging.getLogger(__name__)

_DAY = timedelta(days=1)


class Candles:
    """The candles of every pair, from disk in backtests and from the bot's provider live.

    Parameters
    ----------
    settings : VolatilitySettings
        Timeframe and windows of volatility and ATR.
    """

    def __init__(self, settings: VolatilitySettings) -> None:
        self._settings = settings
        self._series: dict[tuple[str, str, Kind], CandleSeries | None] = {}
        self._closes: dict[str, CandleSeries] = {}
        self._told: set[str] = set()

    @property
    def interval_seconds(self) -> int:
        """Of the candles that volatility is measured on."""
        return int(timeframe_to_seconds(self._settings.timeframe))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the candles behind: hyperopt's workers read them once per process."""
        return {**self.__dict__, "_series": {}, "_closes": {}}

    def restart(self) -> None:
        """Forget what was read: files may have changed since."""
        self._series.clear()
        self._closes.clear()
        self._told.clear()
        read_series.cache_clear()

    def daily_volatility(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return the daily volatility known at ``time``; NaN where unknown."""
        series = self._measured(strategy, pair, time)
        return nan if series is None else series.at("daily_volatility", time)

    def atr(self, strategy: IStrategy, pair: str, time: datetime, *, or_own: bool = True) -> float:
        """Return the ATR known at ``time``, price units; NaN where unknown.

        Parameters
        ----------
        or_own : bool
            Whether the strategy's own candles will do where those of the volatility's timeframe
            are missing. Not for a position that is open: it has another ATR already.
        """
        series = self.atr_series(strategy, pair, time, or_own=or_own)
        return nan if series is None else series.at("atr", time)

    def atr_series(
        self, strategy: IStrategy, pair: str, time: datetime, *, or_own: bool = True
    ) -> CandleSeries | None:
        """Return the candles that :meth:`atr` is measured on; None where there are none."""
        wanted = self._settings.timeframe
        if timeframe_to_seconds(strategy.timeframe) > timeframe_to_seconds(wanted):
            return self._get(strategy, pair, strategy.timeframe, "measured", time)
        if or_own:
            return self._measured(strategy, pair, time)
        return self._get(strategy, pair, wanted, "measured", time)

    def close(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return the last close at ``time``, of the finest candles at hand; NaN where unknown."""
        known = self._closes.get(pair)
        if known is not None:
            return known.at("close", time)
        own, other = strategy.timeframe, self._settings.timeframe
        finest = min((own, other), key=timeframe_to_seconds)
        for timeframe in dict.fromkeys((finest, own, other)):
            series = self._get(strategy, pair, timeframe, "closes", time)
            if series is not None:
                if not is_running_bot(strategy.config):
                    self._closes[pair] = series
                return series.at("close", time)
        return nan

    def closes(self, strategy: IStrategy, pairs: Sequence[str], time: datetime) -> list[float]:
        """Return :meth:`close` of several pairs."""
        now = int(time.timestamp())
        return [
            self.close(strategy, pair, time)
            if (known := self._closes.get(pair)) is None
            else known.at_second("close", now)
            for pair in pairs
        ]

    def opened_at(
        self, strategy: IStrategy, pair: str, time: datetime
    ) -> tuple[float, float, float] | None:
        """Return open, low and high of the candle that a backtest is in; None where unknown."""
        # With a detail timeframe freqtrade fills within its candles.
        timeframe = strategy.config.get("timeframe_detail") or strategy.timeframe
        series = self._get(strategy, pair, timeframe, "closes", time)
        return None if series is None else series.opened_at(time)

    def age_intervals(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return how long ago the strategy's last candle closed, in candles; NaN for none."""
        series = self._get(strategy, pair, strategy.timeframe, "closes", time)
        return nan if series is None else series.age_intervals(time)

    def log_returns(
        self, strategy: IStrategy, pair: str, time: datetime
    ) -> npt.NDArray[np.float64] | None:
        """Return the returns that volatility is measured on, oldest first; None for none.

        Only of the volatility's own timeframe: those of another could not be compared.
        """
        series = self._get(strategy, pair, self._settings.timeframe, "measured", time)
        if series is None:
            return None
        count = int(self._settings.days * _DAY.total_seconds() / series.interval_seconds)
        return series.log_returns(time, count)

    def daily_move(self, strategy: IStrategy, pair: str, time: datetime) -> float:
        """Return how far the price has moved in 24 h, as a fraction; NaN where unknown."""
        series = self._get(strategy, pair, self._settings.timeframe, "measured", time)
        if series is None:
            return nan
        return series.at("close", time) / series.at("close", time - _DAY) - 1

    def _measured(self, strategy: IStrategy, pair: str, time: datetime) -> CandleSeries | None:
        """Return the candles of the volatility timeframe, else the strategy's own."""
        series = self._get(strategy, pair, self._settings.timeframe, "measured", time)
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
        return self._get(strategy, pair, strategy.timeframe, "measured", time)

    def _get(
        self, strategy: IStrategy, pair: str, timeframe: str, kind: Kind, time: datetime
    ) -> CandleSeries | None:
        key = (pair, timeframe, kind)
        if not is_running_bot(strategy.config):
            if key not in self._series:
                self._series[key] = read_series(
                    *_place(strategy), pair, timeframe, kind, self._settings
                )
            return self._series[key]
        known = self._series.get(key)
        due = known is None or time.timestamp() >= known.closed_at[-1] + known.interval_seconds
        if due and strategy.dp is not None:
            frame = strategy.dp.get_pair_dataframe(
                pair, timeframe, candle_type=strategy.config["candle_type_def"]
            )
            self._series[key] = build_series(frame, timeframe, kind, self._settings)
        return self._series.get(key)


def _place(strategy: IStrategy) -> tuple[str, str, str, str]:
    """Return where a backtest's candles are, as the key of a cache."""
    config = strategy.config
    return (
        str(config["datadir"]),
        config.get("dataformat_ohlcv", "feather"),
        str(config["candle_type_def"]),
        str(config.get("timerange") or ""),
    )
