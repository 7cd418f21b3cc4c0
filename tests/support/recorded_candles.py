"""Candles for a bot from memory: what it would fetch, without asking for it.

A bot asks for five hundred candles of each pair whenever one has closed, and most of the time of a
loop goes into reading them. What it is given here is the same, cell by cell; whatever is not
recorded is asked for all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
from freqtrade.data.converter import ohlcv_to_dataframe
from freqtrade.enums import CandleType
from freqtrade.exchange import timeframe_to_minutes
from freqtrade.util import dt_now

from freqtrade_riskguard.replay.data_folder import futures_files

Key: TypeAlias = tuple[str, str, CandleType]
Frames: TypeAlias = dict[Key, pd.DataFrame]
_HOUR = timedelta(hours=1)


def read_candles(data: Path) -> Frames:
    """Read all candles of trades of a data folder, as freqtrade reads them from an exchange."""
    found: Frames = {}
    for contract, paths in futures_files(data).items():
        for path in paths:
            *_, timeframe, _ = path.stem.split("-")
            recorded = pd.read_feather(path)
            recorded["date"] = recorded["date"].dt.as_unit("ms").astype("int64")
            found[contract.pair, timeframe, CandleType.FUTURES] = ohlcv_to_dataframe(
                list(recorded.itertuples(index=False, name=None)),
                timeframe,
                contract.pair,
                drop_incomplete=False,
                candle_type=CandleType.FUTURES,
            )
    return found


class RecordedCandles:
    """Stands in for an exchange's `refresh_latest_ohlcv`.

    Parameters
    ----------
    exchange
        freqtrade's, of a bot.
    recorded
        What `read_candles` has found.
    """

    def __init__(self, exchange: Any, recorded: Mapping[Key, pd.DataFrame]) -> None:
        self._exchange, self._recorded = exchange, recorded
        self._fetch: Callable[..., Frames] = exchange.refresh_latest_ohlcv
        exchange.refresh_latest_ohlcv = self.refresh

    def refresh(self, pair_list: Iterable[Key], **how: Any) -> Frames:
        """Return the candles that are known now, as freqtrade keeps them."""
        wanted = set(pair_list)
        known = {key: frame for key in wanted if (frame := self._known(key)) is not None}
        if how:
            known = {}
        self._exchange._klines.update(known)
        rest = [key for key in wanted if key not in known]
        return {**known, **(self._fetch(rest, **how) if rest else {})}

    def _known(self, key: Key) -> pd.DataFrame | None:
        """Return what freqtrade would keep after it has asked; None where it has to ask."""
        _, timeframe, candle_type = key
        kept = self._exchange._klines.get(key)
        if kept is None:
            return None
        if candle_type is CandleType.FUNDING_RATE:
            # It is asked for in each loop, and settled at full hours.
            asked_ms = self._exchange._pairs_last_poll_time[key]
            asked = pd.Timestamp(asked_ms, unit="ms", tz="UTC")
            return kept if dt_now() - asked < _HOUR and asked.hour == dt_now().hour else None
        recorded = self._recorded.get(key)
        if recorded is None:
            return None
        length = timedelta(minutes=timeframe_to_minutes(timeframe))
        limit = self._exchange.ohlcv_candle_limit(timeframe, candle_type)
        last = pd.Timestamp(dt_now()).floor(length) - length
        if last - kept["date"].iloc[-1] > (limit - 6) * length:
            # One request would leave a hole.
            return None
        if last == kept["date"].iloc[-1]:
            return kept
        dates = recorded["date"]
        first = dates.searchsorted(kept["date"].iloc[0])
        end = dates.searchsorted(last, side="right")
        first = max(first, end - limit - self._exchange._startup_candle_count)
        self._exchange._pairs_last_refresh_time[key] = int(last.timestamp() * 1000)
        return recorded.iloc[first:end].reset_index(drop=True)
