"""Funding rates as they were settled, from disk in backtests and from the bot's provider live."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from freqtrade.configuration import TimeRange
from freqtrade.data.history import load_pair_history
from freqtrade.enums import CandleType
from freqtrade.exceptions import DependencyException, ExchangeError, OperationalException
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.risk import funding_intervals_hours, normalise_funding_rate_8h
from freqtrade_riskguard.snapshot import UNKNOWN_FUNDING, Funding

logger = logging.getLogger(__name__)

# How many settlements a rule may look back at.
_LOOK_BACK = 12
_LEAD = timedelta(days=2)
# A last settlement older than this says nothing about now.
_STALE_SECONDS = 2 * 8 * 3600
_REFRESH = timedelta(minutes=1)
_HOUR_SECONDS = 3600
# So long before a payment it is asked what it will be.
_ASK_AHEAD_SECONDS = 15 * 60


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

    def next_payment(self, time: datetime) -> tuple[float, float, float]:
        """Return when (epoch seconds) the next payment is due, its rate and its interval in hours.

        The rate is that of these settlements, NaN where they end before it. Something must have
        been settled by ``time``.
        """
        end = int(self._settled_at.searchsorted(time.timestamp(), side="right"))
        hours = float(self._hours[end - 1])
        if end < len(self._settled_at):
            return float(self._settled_at[end]), float(self._rates_8h[end]), hours
        return float(self._settled_at[end - 1]) + hours * _HOUR_SECONDS, nan, hours

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
        self._to_come: dict[str, tuple[float, float, Funding]] = {}
        self._predicted: dict[str, tuple[float, float | None]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the rates behind: hyperopt's workers read them once per process."""
        return {**self.__dict__, "_settlements": {}, "_known": {}, "_to_come": {}}

    def restart(self) -> None:
        """Forget what was read: files may have changed since."""
        self._settlements.clear()
        self._known.clear()
        self._to_come.clear()
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

    def to_come(self, strategy: IStrategy, pair: str, time: datetime) -> Funding:
        """Return the same with the rate of the payment to come, for a position that would make it.

        An exchange tells what it will charge all the time, and it hardly moves any more towards the
        end of the interval. A running bot asks for it once, shortly before each payment. Of the
        past only what was charged is known: a backtest takes that for it at its last looks before.
        """
        now = time.timestamp()
        known = self._to_come.get(pair)
        if known is not None and known[0] <= now < known[1]:
            return known[2]
        funding = self.at(strategy, pair, time)
        until = self._known[pair][1]
        settlements = self._of(strategy, pair) if funding.rates_8h else None
        if settlements is not None:
            is_live = is_running_bot(strategy.config)
            due, rate_8h, hours = settlements.next_payment(time)
            ahead = _ASK_AHEAD_SECONDS if is_live else _ahead_seconds(strategy)
            next_rate_8h: float | None = nan
            if due - ahead <= now < due:
                ask = partial(self._predicted_8h, strategy, pair, due, hours)
                next_rate_8h = ask() if is_live else rate_8h
                until = min(until, due)
            elif now < due:
                until = min(until, due - ahead)
            funding = replace(funding, next_rate_8h=next_rate_8h)
        self._to_come[pair] = (now, until, funding)
        return funding

    def known_until(self, pair: str) -> float:
        """Return until when (epoch seconds) :meth:`to_come` has the same answer as it last had."""
        known = self._to_come.get(pair)
        return -inf if known is None else known[1]

    def _predicted_8h(
        self, strategy: IStrategy, pair: str, due: float, hours: float
    ) -> float | None:
        """Return what the exchange will charge, asked for once for each payment; None for unknown.

        Where that fails it is not asked again: the bot's own exits must not wait for time-outs.
        """
        asked = self._predicted.get(pair)
        if asked is None or asked[0] != due:
            self._predicted[pair] = asked = (due, _asked_rate_8h(strategy, pair, hours))
        return asked[1]

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


def _ahead_seconds(strategy: IStrategy) -> float:
    """Return how long before a payment a backtest looks at it: as a bot does, once at least."""
    return float(max(_ASK_AHEAD_SECONDS, timeframe_to_seconds(strategy.timeframe)))


def _asked_rate_8h(strategy: IStrategy, pair: str, hours: float) -> float | None:
    if strategy.dp is None:
        return None
    try:
        told: Any = strategy.dp.funding_rate(pair).get("fundingRate")
    except (ExchangeError, DependencyException, OperationalException) as error:
        logger.warning(
            "RiskGuard: the exchange does not tell the next funding rate of %s (%s); the last one "
            "stands for it.",
            pair,
            error,
        )
        return None
    if not isinstance(told, (int, float)) or not isfinite(told):
        return None
    return float(normalise_funding_rate_8h(float(told), hours))


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
