"""Candles for a bot that does not run: from disk, and from the exchange where there are none."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from freqtrade.constants import Config
from freqtrade.data.dataprovider import DataProvider
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import Exchange, timeframe_to_seconds
from freqtrade.exchange.exchange_types import OrderBook
from pandas import DataFrame, DatetimeIndex

from freqtrade_riskguard.adapters.market.order_book import NoOrderBookError
from freqtrade_riskguard.config.measurement import VolatilitySettings

# What a running bot holds of each pair, for the strategy's own indicators.
_LIVE_CANDLES = 500
_DAY_SECONDS = 86_400

Key = tuple[str, str, CandleType]


class PreviewDataProvider(DataProvider):
    """freqtrade's data provider, as a running bot would have it at one moment.

    Parameters
    ----------
    config : dict
        freqtrade's, with the folder of the candles.
    exchange : Exchange
        Asked for pairs that have been adopted, and for no others.
    volatility : VolatilitySettings
        How far back the guard looks.

    Attributes
    ----------
    now : datetime
        Only candles that were closed by then are given.
    """

    def __init__(self, config: Config, exchange: Exchange, volatility: VolatilitySettings) -> None:
        super().__init__(config, exchange)
        self.now = datetime.now(UTC)
        self._source: Exchange = exchange
        self._volatility = volatility
        self._frames: dict[Key, DataFrame] = {}
        self._adopted: set[str] = set()

    @property
    def wide_timeframe(self) -> str:
        """That of the candles which the guard measures volatility on."""
        return self._volatility.timeframe

    @property
    def interval_seconds(self) -> int:
        """Length of the strategy's candles."""
        return int(timeframe_to_seconds(str(self._config["timeframe"])))

    def last_close(self, pair: str) -> datetime | None:
        """Return when the last candle on disk closed that both strategy and guard have.

        None where there are none of the strategy's timeframe. Without those of the guard's, the
        guard measures on the strategy's own.
        """
        own = str(self._config["timeframe"])
        ends = []
        for timeframe in dict.fromkeys((own, self._volatility.timeframe)):
            frame = self._on_disk((pair, timeframe, self._futures))
            if not frame.empty:
                last: datetime = frame["date"].iloc[-1].to_pydatetime()
                ends.append(last + timedelta(seconds=timeframe_to_seconds(timeframe)))
            elif timeframe == own:
                return None
        return min(ends)

    def closes_on_disk(self, pair: str) -> DatetimeIndex:
        """Return when the strategy's candles closed, without those that freqtrade fills in."""
        key = (pair, str(self._config["timeframe"]), self._futures)
        frame = self._load(key, fill_missing=False)
        return DatetimeIndex(frame["date"]) + timedelta(seconds=self.interval_seconds)

    def adopt(self, pairs: Sequence[str], others: Iterable[str] = ()) -> list[str]:
        """Ask the exchange for the newest candles of some pairs, all at once.

        Parameters
        ----------
        pairs : sequence of str
            Wanted with all that a decision needs.
        others : iterable of str
            Wanted for how the market moves together: only the guard's candles.

        Returns
        -------
        list of str
            Those of ``pairs`` that it gave none of.
        """
        own, wide = str(self._config["timeframe"]), self._volatility.timeframe
        funding = str(self._source.get_option("funding_fee_timeframe"))
        wanted = [(pair, timeframe, self._futures) for pair in pairs for timeframe in (own, wide)]
        wanted += [(pair, funding, CandleType.FUNDING_RATE) for pair in pairs]
        wanted += [(pair, wide, self._futures) for pair in others]
        keys = list(dict.fromkeys(wanted))
        self._adopted.update(pairs, others)
        self._frames.update(dict.fromkeys(keys, DataFrame()))
        self._frames.update(self._source.refresh_latest_ohlcv(keys, cache=False))
        return [pair for pair in pairs if self._frames[pair, own, self._futures].empty]

    def orderbook(self, pair: str, maximum: int) -> OrderBook:
        """Return the order book, where the moment is the candle that is not over yet.

        Raises
        ------
        NoOrderBookError
            For any other: today's order book says nothing about it.
        """
        if datetime.now(UTC) - self.now > timedelta(seconds=self.interval_seconds):
            raise NoOrderBookError(f"there is no order book of {self.now:%Y-%m-%d %H:%M} UTC")
        return super().orderbook(pair, maximum)

    def ohlcv(
        self,
        pair: str,
        timeframe: str | None = None,
        copy: bool = True,  # noqa: FBT001, FBT002 - freqtrade's signature
        candle_type: str = "",
    ) -> DataFrame:
        """Return the candles of a pair that were closed by ``now``, as many as a bot would hold."""
        kind = CandleType.from_string(candle_type) if candle_type else self._futures
        key = (pair, str(timeframe or self._config["timeframe"]), kind)
        frame = self._on_disk(key) if pair not in self._adopted else self._from_exchange(key)
        return self._window(frame, key).reset_index(drop=True)

    def _window(self, frame: DataFrame, key: Key) -> DataFrame:
        if frame.empty:
            return frame
        seconds = timeframe_to_seconds(key[1])
        # A settlement is known at once, a candle when it is over.
        known_after = 0 if key[2] == CandleType.FUNDING_RATE else seconds
        # Candles are dated in milliseconds or coarser: pandas compares with nothing finer.
        newest = self.now.replace(microsecond=0) - timedelta(seconds=known_after)
        end = int(frame["date"].searchsorted(newest, side="right"))
        days = self._volatility.days + self._volatility.min_days + 2
        startup = int(self._config.get("startup_candle_count", 0))
        count = max(_LIVE_CANDLES + startup, ceil(days * _DAY_SECONDS / seconds))
        return frame.iloc[max(0, end - count) : end]

    def _on_disk(self, key: Key) -> DataFrame:
        if key not in self._frames:
            self._frames[key] = self._load(key, fill_missing=key[2] != CandleType.FUNDING_RATE)
        return self._frames[key]

    def _load(self, key: Key, *, fill_missing: bool) -> DataFrame:
        pair, timeframe, kind = key
        handler = get_datahandler(
            self._config["datadir"], self._config.get("dataformat_ohlcv", "feather")
        )
        return handler.ohlcv_load(
            pair,
            timeframe,
            candle_type=kind,
            fill_missing=fill_missing,
            drop_incomplete=False,
            warn_no_data=False,
        )

    def _from_exchange(self, key: Key) -> DataFrame:
        if key not in self._frames:
            try:
                found = self._source.refresh_latest_ohlcv([key], cache=False)
            except FreqtradeException:
                found = {}
            # Also where there was none: it is not asked for again.
            self._frames[key] = found.get(key, DataFrame())
        return self._frames[key]

    @property
    def _futures(self) -> CandleType:
        kind: Any = self._config["candle_type_def"]
        return CandleType(kind)
