"""Simulated prices, finer than any candle.

The market follows its script with noise around it: a random walk with clustered volatility that is
pulled back to the script within days, so that a story is told for every seed. Each pair moves by
its beta with the market, plus noise of its own.
"""

import math
import zlib

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from freqtrade_riskguard.replay.scenarios.coins import PairModel
from freqtrade_riskguard.replay.scenarios.scenario import Knots, Scenario

# Twenty prices make a 5m candle: enough that highs and lows are not just its open and close.
STEP_SECONDS = 15
STEPS_PER_DAY = 86_400 // STEP_SECONDS

# Ordinary standard deviation of the market's log return in a day.
_MARKET_VOLATILITY_DAILY = 0.02

# Noise halves its distance to the script in this time; that of pairs is left alone for longer.
_MARKET_HALF_LIFE_DAYS = 1.5
_OWN_HALF_LIFE_DAYS = 3.0

# Volatility itself wanders: by this much (standard deviation of its logarithm), for this long.
_CLUSTERING = 0.35
_CLUSTERING_HALF_LIFE_DAYS = 0.3

FloatArray = NDArray[np.float64]


def days_elapsed(scenario: Scenario) -> FloatArray:
    """Return the time of every price, days since the start, shape ``(days * 5760 + 1,)``."""
    return np.arange(scenario.days * STEPS_PER_DAY + 1) / STEPS_PER_DAY


def at(days: FloatArray, knots: Knots) -> FloatArray:
    """Read a scripted value off its knots.

    Parameters
    ----------
    days
        When, days since the start.
    knots
        Points in order of time.

    Returns
    -------
    FloatArray
        The value at each time, in the units of the knots, shape of `days`.
    """
    knot_days, knot_values = zip(*knots, strict=True)
    return np.asarray(np.interp(days, knot_days, knot_values))


def smooth(increments: FloatArray, half_life_days: float) -> FloatArray:
    """Sum increments that are forgotten over time.

    Parameters
    ----------
    increments
        One per step, any unit.
    half_life_days
        After this time half of an increment is left.

    Returns
    -------
    FloatArray
        The sums, same unit and shape.
    """
    kept = 0.5 ** (1.0 / (half_life_days * STEPS_PER_DAY))
    return np.asarray(lfilter([1.0], [1.0, -kept], increments))


def ordinary_volatility_daily(model: PairModel) -> float:
    """Return a pair's ordinary volatility: standard deviation of a day's log return, a fraction."""
    return math.hypot(model.beta * _MARKET_VOLATILITY_DAILY, model.own_volatility_daily)


def pair_prices(scenario: Scenario) -> dict[str, FloatArray]:
    """Simulate the prices of all pairs.

    Parameters
    ----------
    scenario
        The story.

    Returns
    -------
    dict[str, FloatArray]
        Prices in quote units by pair, one per time of `days_elapsed`, not rounded. The same
        scenario gives the same numbers, and a pair's do not depend on the other pairs.
    """
    days = days_elapsed(scenario)
    rng = np.random.default_rng([scenario.seed, 0])
    volatility = at(days, scenario.turbulence) * _clusters(rng, days.size)
    noise = _noise(rng, volatility * _MARKET_VOLATILITY_DAILY, _MARKET_HALF_LIFE_DAYS)
    script = np.interp(days, *_log_levels(scenario.levels))
    market = script + noise
    return {
        model.pair: _pair_prices(model, scenario.seed, market, volatility)
        for model in scenario.pairs
    }


def _pair_prices(
    model: PairModel, seed: int, market: FloatArray, volatility: FloatArray
) -> FloatArray:
    # The name and not the position chooses the random numbers, so that pairs can come and go.
    rng = np.random.default_rng([seed, zlib.crc32(model.pair.encode())])
    own = _noise(rng, volatility * model.own_volatility_daily, _OWN_HALF_LIFE_DAYS)
    return np.asarray(model.start_price_quote * np.exp(model.beta * market + own))


def _log_levels(levels: Knots) -> tuple[list[float], FloatArray]:
    days, values = zip(*levels, strict=True)
    return list(days), np.log(values)


def _clusters(rng: np.random.Generator, count: int) -> FloatArray:
    # A stationary process needs increments of this size to spread by _CLUSTERING; it starts calm.
    size = _CLUSTERING * np.sqrt(2.0 * np.log(2.0) / (_CLUSTERING_HALF_LIFE_DAYS * STEPS_PER_DAY))
    logarithm = smooth(size * rng.standard_normal(count), _CLUSTERING_HALF_LIFE_DAYS)
    # Half of the variance comes off so that the mean square stays about 1.
    return np.asarray(np.exp(logarithm - _CLUSTERING**2))


def _noise(
    rng: np.random.Generator, volatility_daily: FloatArray, half_life_days: float
) -> FloatArray:
    increments = volatility_daily * rng.standard_normal(volatility_daily.size)
    increments[0] = 0.0
    return smooth(increments / np.sqrt(STEPS_PER_DAY), half_life_days)
