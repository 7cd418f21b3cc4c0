"""The candles of a stored backtest, found where freqtrade keeps them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from math import nan
from pathlib import Path

import ccxt
import numpy as np
from freqtrade.configuration import TimeRange
from freqtrade.data.history import load_pair_history
from freqtrade.enums import CandleType
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import timeframe_to_seconds

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.market.candle_series import CandleSeries, read_series
from freqtrade_riskguard.backtest_result.candles import PairCandles, ResultCandles
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.config.measurement import VolatilitySettings
from freqtrade_riskguard.sanitize import escaped

_FUTURES = str(CandleType.FUTURES)
_MEASURED = VolatilitySettings()
_LONGEST_REASON = 200


def data_folder(result: Result, data_dir: Path | None, user_dir: Path) -> Path | None:
    """Return the folder of a result's candles; None where there is none.

    Parameters
    ----------
    data_dir : Path or None
        What the user says; else the configuration stored with the result, then ``user_dir``, then
        the user directory that the result lies in.

    Raises
    ------
    ResultError
        Where what the user says is not a folder.
    """
    if data_dir is not None:
        if not data_dir.is_dir():
            raise ResultError(
                f"{data_dir} is not a folder: give --datadir the folder of the candles"
            )
        return data_dir.parent if data_dir.name == "futures" else data_dir
    stored = result.config.get("datadir")
    candidates = [Path(stored)] if isinstance(stored, str) else []
    candidates += [
        folder / "data" / result.exchange
        for folder in (user_dir, result.path.absolute().parent.parent)
        if result.exchange
    ]
    return next((folder for folder in candidates if folder.is_dir()), None)


def read_candles(result: Result, folder: Path | None) -> ResultCandles:
    """Read the candles of every pair that was traded.

    Those of the backtest's detail timeframe where it had one; ATR on 1h, or on the strategy's own
    timeframe where that is coarser or 1h candles are missing.

    Raises
    ------
    ResultError
        For candles in a format, or of a timeframe, that freqtrade does not read.
    """
    if folder is None:
        return ResultCandles(result.candle_timeframe, missing=result.pairs)
    data_format = str(result.config.get("dataformat_ohlcv") or "feather")
    try:
        return _read(result, folder, data_format)
    except (FreqtradeException, ccxt.BaseError, ValueError, ImportError, OSError) as error:
        # pyarrow's own text may hold bytes of the file.
        reason = escaped(" ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_REASON])
        raise ResultError(
            f"{result.path}: its {result.candle_timeframe} candles ({data_format}) in {folder} "
            f'cannot be read ({reason}): backtest again with "dataformat_ohlcv": "feather", '
            "or fix the folder"
        ) from error


def _read(result: Result, folder: Path, data_format: str) -> ResultCandles:
    found = {
        pair: candles
        for pair in result.pairs
        if (candles := _pair_candles(result, folder, data_format, pair)) is not None
    }
    series, atr_timeframe = _atr_series(result, folder, data_format)
    return ResultCandles(
        result.candle_timeframe,
        by_pair=found,
        missing=tuple(_missing(result, found)),
        folder=folder,
        atr=partial(_atr, series),
        atr_timeframe=atr_timeframe,
    )


def _pair_candles(result: Result, folder: Path, data_format: str, pair: str) -> PairCandles | None:
    interval = timeframe_to_seconds(result.candle_timeframe)
    frame = load_pair_history(
        pair=pair,
        timeframe=result.candle_timeframe,
        datadir=folder,
        timerange=TimeRange(
            "date", "date", int(result.start.timestamp()), int(result.end.timestamp()) + interval
        ),
        data_format=data_format,
        candle_type=CandleType.FUTURES,
        fill_up_missing=False,
    )
    if frame.empty:
        return None
    return PairCandles(
        frame["date"].dt.as_unit("s").astype("int64").to_numpy(),
        interval,
        *(frame[name].to_numpy(dtype=np.float64) for name in ("open", "high", "low", "close")),
    )


def _missing(result: Result, found: Mapping[str, PairCandles]) -> Iterable[str]:
    """Yield the pairs that lack candles of at least one of their trades."""
    lacking = {
        trade.pair
        for trade in result.trades
        if trade.pair not in found
        or found[trade.pair].holding(trade.open_time) < 0
        or found[trade.pair].holding(trade.close_time) < 0
    }
    yield from sorted(lacking)


def _atr_series(
    result: Result, folder: Path, data_format: str
) -> tuple[Mapping[str, CandleSeries | None], str]:
    own, wanted = result.timeframe, _MEASURED.timeframe
    coarse = timeframe_to_seconds(own) > timeframe_to_seconds(wanted)
    days = f"{result.start:%Y%m%d}-{result.end + timedelta(days=1):%Y%m%d}"
    found: dict[str, CandleSeries | None] = {}
    for timeframe in (own,) if coarse else (wanted, own):
        found = {
            pair: read_series(
                str(folder), data_format, _FUTURES, days, pair, timeframe, "measured", _MEASURED
            )
            for pair in result.pairs
        }
        # One for all: multiples of different candles could not be compared.
        if all(found.values()):
            return found, timeframe
    return found, own if any(found.values()) else ""


def _atr(series: Mapping[str, CandleSeries | None], pair: str, time: datetime) -> float:
    known = series.get(pair)
    return nan if known is None else known.at("atr", time)
