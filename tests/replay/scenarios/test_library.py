from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from freqtrade_riskguard.replay.scenarios import DEFAULT_PAIRS, SCENARIOS, generate

CRASH = pd.Timestamp("2024-01-22 14:24", tz="UTC")
BETAS = {model.pair: model.beta for model in DEFAULT_PAIRS}


@pytest.fixture(scope="module")
def frames():
    return {name: generate(scenario) for name, scenario in SCENARIOS.items()}


def worst_fall_in_an_hour(candles):
    # 12 candles of 5 minutes: from the first one's high to the lowest low.
    lows = candles["low"][::-1].rolling(12).min()[::-1]
    return (lows / candles["high"] - 1.0).min()


def test_names_match():
    assert {name: scenario.name for name, scenario in SCENARIOS.items()} == {
        name: name
        for name in (
            "calm_trend",
            "flash_crash",
            "slow_grind",
            "funding_squeeze",
            "liquidation_cascade",
        )
    }


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_scripts_are_in_order_of_time_and_fit(scenario):
    for knots in (
        scenario.levels,
        scenario.turbulence,
        scenario.funding_extra_8h,
        scenario.funding_interval_hours,
    ):
        days = [day for day, _ in knots]
        assert days[0] == 0.0
        assert days == sorted(set(days))
        assert days[-1] <= scenario.days


@pytest.mark.parametrize("name", SCENARIOS)
def test_first_two_weeks_are_ordinary(frames, name):
    for pair, pair_frames in frames[name].items():
        hourly = pair_frames.futures_1h.iloc[: 15 * 24]
        returns = np.log(hourly["close"]).diff()
        # Tradable: moves, but no candle to be afraid of.
        assert 0.01 < returns.std() * np.sqrt(24) < 0.05, pair
        assert returns.abs().max() < 0.05, pair


@pytest.mark.parametrize("name", SCENARIOS)
def test_pairs_move_together_but_not_as_one(frames, name):
    returns = pd.DataFrame(
        {
            pair: np.log(pair_frames.futures_1h["close"]).diff().iloc[: 15 * 24]
            for pair, pair_frames in frames[name].items()
        }
    )
    correlations = returns.corr().to_numpy()[np.triu_indices(len(returns.columns), k=1)]
    assert correlations.min() > 0.5
    assert correlations.max() < 0.97


@pytest.mark.parametrize("seed", range(1, 6))
def test_flash_crash_is_thirty_percent_within_an_hour(seed):
    for pair, pair_frames in generate(replace(SCENARIOS["flash_crash"], seed=seed)).items():
        candles = pair_frames.futures_5m
        # The script's fall of 30 %, by the pair's beta: ETH 34 %, DOGE 37 %, SOL 40 %.
        expected = 0.7 ** BETAS[pair] - 1.0
        fall = worst_fall_in_an_hour(candles)
        assert fall == pytest.approx(expected, abs=0.04), pair
        after = candles[candles["date"] >= CRASH]
        low = after["low"].min()
        before_quote = after["open"].iloc[0]
        recovered_quote = candles[candles["date"] >= CRASH + pd.Timedelta("8h")]["open"].iloc[0]
        # Half by the script, less or more by the pair's own noise.
        assert (recovered_quote - low) / (before_quote - low) > 0.2, pair


@pytest.mark.parametrize("spans", [(12, 26), (20, 60), (50, 200)])
@pytest.mark.parametrize("seed", range(1, 6))
def test_followers_of_averages_are_long_when_the_crash_comes(seed, spans):
    for pair, pair_frames in generate(replace(SCENARIOS["flash_crash"], seed=seed)).items():
        for frame, minutes in ((pair_frames.futures_5m, 5), (pair_frames.futures_1h, 60)):
            closed = frame["date"] + pd.Timedelta(minutes=minutes) <= CRASH
            fast, slow = (
                frame["close"][closed].ewm(span=span, adjust=False).mean().iloc[-1]
                for span in spans
            )
            assert fast > slow, (pair, minutes)


def test_slow_grind_has_no_large_candle(frames):
    bitcoin = frames["slow_grind"]["BTC/USDT:USDT"].futures_1h
    decline = bitcoin.iloc[16 * 24 :]
    assert decline["close"].iloc[-1] / decline["open"].iloc[0] < 0.65
    assert (decline["close"] / decline["open"] - 1.0).min() > -0.025
    assert worst_fall_in_an_hour(frames["slow_grind"]["BTC/USDT:USDT"].futures_5m) > -0.03


def test_funding_squeeze_gets_extreme_and_unwinds(frames):
    for pair, pair_frames in frames["funding_squeeze"].items():
        funding = pair_frames.funding
        hours = funding["date"].diff().dt.total_seconds().shift(-1).ffill() / 3600
        rate_8h = funding["open"] * 8 / hours
        assert rate_8h.max() > 0.003, pair
        assert rate_8h.iloc[-9:].min() < rate_8h.iloc[:9].mean(), pair
        assert set(hours) == {8.0, 4.0, 2.0}, pair


@pytest.mark.parametrize("name", ["calm_trend", "slow_grind"])
def test_funding_is_ordinary_elsewhere(frames, name):
    for pair, pair_frames in frames[name].items():
        assert pair_frames.funding["open"].abs().max() < 0.001, pair


def test_shorts_pay_after_a_crash_and_longs_in_calm(frames):
    for pair, pair_frames in frames["flash_crash"].items():
        funding = pair_frames.funding.set_index("date")["open"]
        assert funding[:"2024-01-15"].mean() > 0.0, pair
        assert funding["2024-01-22 16:00":"2024-01-23 08:00"].min() < -0.0003, pair


def test_liquidation_cascade_has_legs_in_both_directions(frames):
    bitcoin = frames["liquidation_cascade"]["BTC/USDT:USDT"].futures_5m
    moves = bitcoin["close"] / bitcoin["open"] - 1.0
    assert (moves < -0.06).sum() >= 3
    assert (moves > 0.06).sum() >= 2
