from dataclasses import replace

import numpy as np
import pytest

from freqtrade_riskguard.replay.scenarios.coins import BTC, DEFAULT_PAIRS
from freqtrade_riskguard.replay.scenarios.library import CALM_TREND, FLASH_CRASH
from freqtrade_riskguard.replay.scenarios.paths import (
    at,
    days_elapsed,
    ordinary_volatility_daily,
    pair_prices,
    smooth,
)
from freqtrade_riskguard.replay.scenarios.scenario import Scenario, burst


def test_begins_at_the_start_prices():
    prices = pair_prices(replace(CALM_TREND, days=1))
    for model in DEFAULT_PAIRS:
        assert prices[model.pair][0] == pytest.approx(model.start_price_quote, rel=1e-12)
        # 86,400 seconds in steps of 15, and the price at the very end.
        assert prices[model.pair].size == 5761


def test_follows_the_script_for_every_seed():
    days = days_elapsed(FLASH_CRASH)
    script = BTC.start_price_quote * at(days, FLASH_CRASH.levels)
    for seed in range(10):
        prices = pair_prices(replace(FLASH_CRASH, seed=seed, pairs=(BTC,)))[BTC.pair]
        # 2 % a day, pulled back in a day or two: within 12 % even after the storm.
        assert np.abs(np.log(prices / script)).max() < 0.12


def test_volatility_is_the_ordinary_one():
    flat = Scenario(name="flat", description="", levels=((0.0, 1.0),), days=30)
    for model in DEFAULT_PAIRS:
        prices = pair_prices(replace(flat, pairs=(model,)))[model.pair]
        hourly = np.diff(np.log(prices[::240]))
        expected = ordinary_volatility_daily(model)
        assert hourly.std() * np.sqrt(24) == pytest.approx(expected, rel=0.25)


def test_ordinary_volatility_adds_what_the_market_does_not_explain():
    # BTC: beta 1 of 2 % a day and 0.5 % of its own: sqrt(0.02^2 + 0.005^2) = 0.020616.
    assert ordinary_volatility_daily(BTC) == pytest.approx(0.020616, abs=1e-6)


def test_smooth_forgets_half_in_its_half_life():
    impulse = np.zeros(5761)
    impulse[0] = 1.0
    assert smooth(impulse, half_life_days=0.5)[2880] == pytest.approx(0.5)
    assert smooth(impulse, half_life_days=0.5)[5760] == pytest.approx(0.25)


def test_scripted_values_are_straight_between_knots_and_hold_outside():
    knots = ((1.0, 10.0), (3.0, 20.0))
    assert at(np.array([0.0, 2.0, 9.0]), knots).tolist() == [10.0, 15.0, 20.0]


def test_a_burst_counts_minutes_and_ratios_from_its_beginning():
    assert burst(2.0, 1.5, ((720, 0.5), (1440, 1.0))) == ((2.0, 1.5), (2.5, 0.75), (3.0, 1.5))
