"""freqtrade's cleaning of candles, where there is nothing to clean.

Most of what a bot does in a loop of a test is to group and to resample candles that are whole.
What comes out is the same: see tests/support/test_whole_candles.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from freqtrade.data.converter import converter
from freqtrade.enums import CandleType
from freqtrade.exchange import timeframe_to_seconds
from pandas import DataFrame, Timedelta

_COLUMNS = ["date", "open", "high", "low", "close", "volume"]
_DAY_SECONDS = 86_400
_clean = converter.clean_ohlcv_dataframe
_fill = converter.ohlcv_fill_up_missing_data


@contextmanager
def left_alone() -> Iterator[None]:
    """Let freqtrade clean only candles that need it."""
    with (
        patch.object(converter, "clean_ohlcv_dataframe", clean),
        patch.object(converter, "ohlcv_fill_up_missing_data", fill),
    ):
        yield


def clean(
    dataframe: DataFrame, timeframe: str, pair: str, *, drop_incomplete: bool, **how: Any
) -> DataFrame:
    """Return candles by date, each once and without gaps, as freqtrade does."""
    if not is_whole(dataframe, timeframe, how.get("candle_type")):
        return _clean(dataframe, timeframe, pair, drop_incomplete=drop_incomplete, **how)
    kept = dataframe.iloc[:-1] if drop_incomplete else dataframe
    return kept[_COLUMNS].reset_index(drop=True)


def fill(dataframe: DataFrame, timeframe: str, pair: str, **how: Any) -> DataFrame:
    """Return candles without gaps, as freqtrade does."""
    if not is_whole(dataframe, timeframe, how.get("candle_type")):
        return _fill(dataframe, timeframe, pair, **how)
    return dataframe[_COLUMNS].reset_index(drop=True)


def is_whole(dataframe: DataFrame, timeframe: str, candle_type: CandleType | None) -> bool:
    """Whether candles are in order, and each is there once."""
    seconds = timeframe_to_seconds(timeframe)
    # Longer intervals need not begin when a day does; funding rates are no candles; and of one
    # candle without its last nothing is left.
    if candle_type != CandleType.FUTURES or seconds > _DAY_SECONDS or dataframe.iloc[1:].empty:
        return False
    dates = dataframe["date"]
    return bool(
        int(dates.iloc[0].timestamp()) % seconds == 0
        and (dates.diff().iloc[1:] == Timedelta(seconds=seconds)).all()
        and not dataframe[_COLUMNS].isna().to_numpy().any()
    )
