"""From a fine path of prices to candles."""

import zlib
from datetime import datetime

import numpy as np
import pandas as pd

from freqtrade_riskguard.replay.scenarios.coins import PairModel
from freqtrade_riskguard.replay.scenarios.paths import (
    STEP_SECONDS,
    STEPS_PER_DAY,
    FloatArray,
    ordinary_volatility_daily,
)

_MINUTE_SECONDS = 60
_MINUTES_PER_HOUR = 60
_FUTURES_MINUTES = 5
_MARK_MINUTES = 60

# The exchange averages the mark price over a minute or so, against manipulation.
_MARK_HALF_LIFE_DAYS = 1.0 / 1440.0

# Mark prices are published finer than the tick.
_MARK_EXTRA_DECIMALS = 2

# Share of an ordinary candle's volume that is traded even if the price stands still, and the
# spread (standard deviation of the logarithm) of what comes on top by chance.
_QUIET_SHARE = 0.4
_VOLUME_SPREAD = 0.25

# Range from high to low of an ordinary 5m candle in units of a day's volatility: a random walk's
# mean range of 1.6 standard deviations, over the root of 288 candles a day.
_ORDINARY_RANGE = 1.6 / np.sqrt(288)


def futures_candles(model: PairModel, start: datetime, prices_quote: FloatArray) -> pd.DataFrame:
    """Build the 5m candles of a pair.

    Parameters
    ----------
    model
        The pair.
    start
        Time of the first price.
    prices_quote
        The path, quote units.

    Returns
    -------
    pandas.DataFrame
        ``date, open, high, low, close, volume``, prices in quote and volume in base units, whole
        ticks and lots. Every candle opens where the last one closed.
    """
    candles = _ohlc(start, np.round(prices_quote, model.price_decimals), _FUTURES_MINUTES)
    # Ranges beyond the ordinary bring volume.
    ordinary_range = ordinary_volatility_daily(model) * _ORDINARY_RANGE
    activity = np.log(candles["high"] / candles["low"]) / ordinary_range
    candles["volume"] = _volume(model, activity.to_numpy(), candles["close"].to_numpy())
    return candles


def hourly(candles_5m: pd.DataFrame) -> pd.DataFrame:
    """Resample 5m candles to 1h candles.

    Parameters
    ----------
    candles_5m
        Candles of whole hours, ``date, open, high, low, close, volume``.

    Returns
    -------
    pandas.DataFrame
        The same columns and units, one row an hour.
    """
    hours = candles_5m.groupby(candles_5m["date"].dt.floor("h").dt.as_unit("ms"))
    candles = hours.agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    # Sums of lots are lots again, but for the last bits.
    candles["volume"] = candles["volume"].round(8)
    return candles.reset_index()


def mark_candles(model: PairModel, start: datetime, prices_quote: FloatArray) -> pd.DataFrame:
    """Build the 1h candles of a pair's mark price: the path, smoothed.

    Parameters
    ----------
    model
        The pair.
    start
        Time of the first price.
    prices_quote
        The path, quote units.

    Returns
    -------
    pandas.DataFrame
        ``date, open, high, low, close, volume``, prices in quote units, volume 0 as on Binance.
    """
    weights = 0.5 ** (1.0 / (_MARK_HALF_LIFE_DAYS * STEPS_PER_DAY))
    marks = pd.Series(prices_quote).ewm(alpha=1.0 - weights, adjust=False).mean().to_numpy()
    decimals = model.price_decimals + _MARK_EXTRA_DECIMALS
    candles = _ohlc(start, np.round(marks, decimals), _MARK_MINUTES)
    candles["volume"] = 0.0
    return candles


def _ohlc(start: datetime, prices: FloatArray, minutes: int) -> pd.DataFrame:
    steps = minutes * _MINUTE_SECONDS // STEP_SECONDS
    count = (prices.size - 1) // steps
    # Each candle sees its own prices and the last one before them.
    opens = prices[:-1:steps][:count]
    inside = prices[1 : count * steps + 1].reshape(count, steps)
    return pd.DataFrame(
        {
            "date": pd.date_range(start, periods=count, freq=f"{minutes}min", unit="ms"),
            "open": opens,
            "high": np.maximum(opens, inside.max(axis=1)),
            "low": np.minimum(opens, inside.min(axis=1)),
            "close": inside[:, -1],
        }
    )


def _volume(model: PairModel, activity: FloatArray, prices_quote: FloatArray) -> FloatArray:
    # Seeded by the name alone: chance in the volume has no need of another seed.
    rng = np.random.default_rng(zlib.crc32(model.pair.encode()))
    chance = np.exp(_VOLUME_SPREAD * rng.standard_normal(activity.size))
    ordinary_quote = model.turnover_daily_quote * _FUTURES_MINUTES / (24 * _MINUTES_PER_HOUR)
    traded_quote = ordinary_quote * (_QUIET_SHARE + (1.0 - _QUIET_SHARE) * activity) * chance
    return np.round(traded_quote / prices_quote, model.quantity_decimals)
