from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from freqtrade_riskguard.replay.scenarios.coins import BTC, DOGE
from freqtrade_riskguard.replay.scenarios.funding import funding_rates
from freqtrade_riskguard.replay.scenarios.library import CALM_TREND

FLAT = np.full(2 * 5760 + 1, 100.0)
TWO_DAYS = replace(CALM_TREND, days=2)


def test_a_flat_market_pays_the_base_rate_every_eight_hours():
    rates = funding_rates(TWO_DAYS, BTC, FLAT)
    assert rates["date"].dt.hour.tolist() == [0, 8, 16, 0, 8, 16]
    assert rates["open"].to_numpy() == pytest.approx(0.0001, abs=0.0001)
    assert (rates[["high", "low", "close", "volume"]] == 0.0).all(axis=None)


def test_rates_are_those_of_the_interval():
    scenario = replace(
        TWO_DAYS,
        funding_extra_8h=((0.0, 0.0040),),
        funding_interval_hours=((0.0, 8.0), (1.0, 2.0)),
    )
    rates = funding_rates(scenario, BTC, FLAT).set_index("date")["open"]
    assert len(rates) == 3 + 12
    # 0.01 % + 0.4 % per 8 hours; a quarter of it per 2 hours.
    assert rates.iloc[:3].to_numpy() == pytest.approx(0.0041, abs=0.0001)
    assert rates.iloc[3:].to_numpy() == pytest.approx(0.0041 / 4, abs=0.0001)
    assert rates.index[3] == pd.Timestamp("2024-01-02 00:00", tz="UTC")


def test_the_side_that_chases_pays():
    # Up or down 20 % on the second day: 0.004 * ln(1.2) = 0.00073 on top of 0.0001.
    rise = np.concatenate([np.full(5760, 100.0), np.full(5761, 120.0)])
    after_rise = funding_rates(TWO_DAYS, BTC, rise)["open"].iloc[3:]
    after_fall = funding_rates(TWO_DAYS, BTC, 1e4 / rise)["open"].iloc[3:]
    assert after_rise.to_numpy() == pytest.approx(0.00083, abs=0.0001)
    assert after_fall.to_numpy() == pytest.approx(-0.00063, abs=0.0001)


def test_rates_are_capped():
    scenario = replace(TWO_DAYS, funding_extra_8h=((0.0, 1.0),))
    assert (funding_rates(scenario, BTC, FLAT)["open"] == 0.02).all()


def test_pairs_have_their_own_noise():
    bitcoin, doge = (funding_rates(TWO_DAYS, model, FLAT)["open"] for model in (BTC, DOGE))
    assert not bitcoin.equals(doge)
