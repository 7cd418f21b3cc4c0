"""Funding rates that follow the price and the script."""

import zlib

import numpy as np
import pandas as pd

from freqtrade_riskguard.replay.scenarios.coins import PairModel
from freqtrade_riskguard.replay.scenarios.paths import STEPS_PER_DAY, FloatArray, at
from freqtrade_riskguard.replay.scenarios.scenario import Knots, Scenario

_HOURS_PER_DAY = 24
_STEPS_PER_HOUR = STEPS_PER_DAY // _HOURS_PER_DAY
_QUOTED_HOURS = 8.0

# Binance's rate in a balanced market, per 8 hours.
_BASE_8H = 0.0001

# Longs pay for a rise: this much per 8 hours for each unit of the last day's log return. A fall of
# 30 % in a day makes shorts pay about 0.13 %.
_PREMIUM_PER_DAILY_RETURN = 0.004
_NOISE_8H = 0.00002

# Binance's cap on perpetuals other than the largest.
_CAP_8H = 0.02

_SEED_OF_NOISE = 1


def funding_rates(scenario: Scenario, model: PairModel, prices_quote: FloatArray) -> pd.DataFrame:
    """Build the funding payments of a pair.

    Parameters
    ----------
    scenario
        The story.
    model
        The pair.
    prices_quote
        The pair's path, quote units.

    Returns
    -------
    pandas.DataFrame
        ``date, open, high, low, close, volume``, one row per payment. ``open`` is the rate of that
        interval (not of 8 hours) as a fraction, above 0 where longs pay; the others are 0. So
        freqtrade stored rates before it had a column for them, and so every version reads them.
    """
    hours = np.arange(scenario.days * _HOURS_PER_DAY)
    intervals = _held(hours / _HOURS_PER_DAY, scenario.funding_interval_hours)
    due = hours % intervals == 0.0
    hours, intervals = hours[due], intervals[due]

    now = hours * _STEPS_PER_HOUR
    day_before = np.maximum(0, now - STEPS_PER_DAY)
    daily_return = np.log(prices_quote[now] / prices_quote[day_before])
    rng = np.random.default_rng(
        [scenario.seed, zlib.crc32(model.pair.encode()), _SEED_OF_NOISE],
    )
    rates_8h = (
        _BASE_8H
        + _PREMIUM_PER_DAILY_RETURN * daily_return
        + at(hours / _HOURS_PER_DAY, scenario.funding_extra_8h)
        + _NOISE_8H * rng.standard_normal(hours.size)
    )
    rates = np.clip(rates_8h, -_CAP_8H, _CAP_8H) * intervals / _QUOTED_HOURS
    first = pd.Timestamp(scenario.start).as_unit("ms")
    return pd.DataFrame(
        {
            "date": first + pd.to_timedelta(hours, unit="h").as_unit("ms"),
            "open": np.round(rates, 8),
            "high": 0.0,
            "low": 0.0,
            "close": 0.0,
            "volume": 0.0,
        }
    )


def _held(days: FloatArray, knots: Knots) -> FloatArray:
    # Unlike prices, an interval does not glide from one value to the next.
    knot_days, knot_values = zip(*knots, strict=True)
    latest = np.searchsorted(knot_days, days, side="right") - 1
    return np.asarray(knot_values)[np.maximum(latest, 0)]
