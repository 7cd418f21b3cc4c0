"""Funding rates as they were settled, from disk in backtests and from the bot's provider live."""

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from freqtrade.configuration import TimeRange
from freqtrade.data.history import load_pair_history
from freqtrade.enums import CandleType
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.risk import funding_intervals_hours, normalise_funding_rate_8h
from freqtrade_riskguard.snapshot import UNKNOWN_FUNDING, Funding

# How many settlements a rule may look back at.
_LOOK_BACK = 12
_LEAD = timedelta(days=2)
# A last settlement older than this says nothing about now.
_STALE_SECONDS = 2 * 8 * 3600
_REFRESH = timedelta(minutes=1)


class Settlements:
    """The settlements of one pair.

    Parameters
    ----------
    frame : DataFrame
        As freqtrade gives funding rates: ``date`` and the rate in ``open``.
    """

    def __init__(self, frame: DataFrame) -> None:
        self._settled_at: npt.NDArray[np.int64] = (
            frame["date"].dt.as_unit("s").astype("int64").to_numpy()
        )
        rates = frame["open"].to_numpy(dtype=np.float64)
        self._hours = funding_intervals_hours(self._settled_at)
        self._rates_8h = normalise_funding_rate_8h(rates, self._hours)

    def at(self, time: datetime) -> tuple[Funding, float]:
        """Return the funding known at a time, and until when (epoch seconds) it is the newest."""
        now = time.timestamp()
        end = int(self._settled_at.searchsorted(now, side="right"))
        following = float(self._settled_at[end]) if end < len(self._settled_at) else np.inf
        if end == 0:
            return UNKNOWN_FUNDING, following
        stale_at = float(self._settled_at[end - 1]) + _STALE_SECONDS
        if now > stale_at:
            return UNKNOWN_FUNDING, following
        rates = tuple(self._rates_8h[max(0, end - _LOOK_BACK) : end].tolist())
        return Funding(rates, float(self._hours[end - 1])), min(following, stale_at)

    def rates_8h(self, now: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the rate known at each of many epoch seconds; NaN where that is none."""
        index = self._settled_at.searchsorted(now, side="right") - 1
        fresh = (index >= 0) & (now - self._settled_at[index] <= _STALE_SECONDS)
        return np.where(fresh, self._rates_8h[index], np.nan)


class FundingRates:
    """The funding of every pair."""

    def __init__(self) -> None:
        self._settlements: dict[str, Settlements | None] = {}
        self._known: dict[str, tuple[float, float, Funding]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the rates behind: hyperopt's workers read them once per process."""
        return {**self.__dict__, "_settlements": {}, "_known": {}}

    def restart(self) -> None:
        """Forget what was read: files may have changed since."""
        self._settlements.clear()
        self._known.clear()
        _read.cache_clear()

    def at(self, strategy: IStrategy, pair: str, time: datetime) -> Funding:
        """Return the funding of a pair as settled by ``time``."""
        now = time.timestamp()
        known = self._known.get(pair)
        if known is not None and known[0] <= now < known[1]:
            return known[2]
        settlements = self._of(strategy, pair)
        funding, until = UNKNOWN_FUNDING, np.inf
        if settlements is not None:
            funding, until = settlements.at(time)
        if is_running_bot(strategy.config):
            until = min(until, now + _REFRESH.total_seconds())
        self._known[pair] = (now, until, funding)
        return funding

    def rates_8h(
        self, strategy: IStrategy, pair: str, now: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return the rate per 8 hours known at each of many epoch seconds; NaN where unknown."""
        settlements = self._of(strategy, pair)
        return np.full(len(now), np.nan) if settlements is None else settlements.rates_8h(now)

    def _of(self, strategy: IStrategy, pair: str) -> Settlements | None:
        if is_running_bot(strategy.config):
            if strategy.dp is None:
                return None
            frame = strategy.dp.get_pair_dataframe(
                pair, funding_timeframe(strategy), candle_type=CandleType.FUNDING_RATE
            )
            return None if frame.empty else Settlements(frame)
        if pair not in self._settlements:
            config = strategy.config
            self._settlements[pair] = _read(
                str(config["datadir"]),
                config.get("dataformat_ohlcv", "feather"),
                str(config.get("timerange") or ""),
                pair,
                funding_timeframe(strategy),
            )
        return self._settlements[pair]


def funding_timeframe(strategy: IStrategy) -> str:
    """Return the timeframe under which freqtrade keeps the exchange's funding rates."""
    return str(exchange_of(strategy).get_option("funding_fee_timeframe"))


@lru_cache(maxsize=512)
def _read(
    datadir: str, data_format: str, timerange_text: str, pair: str, timeframe: str
) -> Settlements | None:
    timerange = TimeRange.parse_timerange(timerange_text or None)
    timerange.subtract_start(int(_LEAD.total_seconds()))
    frame = load_pair_history(
        pair=pair,
        timeframe=timeframe,
        datadir=Path(datadir),
        timerange=timerange,
        data_format=data_format,
        candle_type=CandleType.FUNDING_RATE,
        fill_up_missing=False,
    )
    return None if frame.empty else Settlements(frame)
