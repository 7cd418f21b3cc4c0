import time
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.scenarios import DEFAULT_PAIRS, SCENARIOS, generate

SHORT = replace(SCENARIOS["flash_crash"], days=3)
FRAMES = ("futures_5m", "futures_1h", "mark_1h", "funding")
COLUMNS = ["date", "open", "high", "low", "close", "volume"]


def bytes_of(frame):
    naive = frame.assign(date=frame["date"].dt.tz_localize(None))
    return b"".join(naive[column].to_numpy().tobytes() for column in COLUMNS)


def test_the_same_seed_gives_the_same_bytes():
    first, second = generate(SHORT), generate(SHORT)
    assert list(first) == list(second) == [model.pair for model in DEFAULT_PAIRS]
    for pair in first:
        for name in FRAMES:
            assert bytes_of(getattr(first[pair], name)) == bytes_of(getattr(second[pair], name))


def test_another_seed_gives_another_market():
    first, second = generate(SHORT), generate(replace(SHORT, seed=SHORT.seed + 1))
    for pair in first:
        assert not first[pair].futures_5m["close"].equals(second[pair].futures_5m["close"])


def test_a_pair_does_not_depend_on_the_others():
    alone = generate(replace(SHORT, pairs=DEFAULT_PAIRS[2:3]))
    (pair,) = alone
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(alone[pair], name), getattr(generate(SHORT)[pair], name)
        )


def test_start_and_length_are_those_of_the_scenario():
    start = datetime(2023, 6, 1, tzinfo=UTC)
    frames = generate(replace(SHORT, start=start, days=2))["BTC/USDT:USDT"]
    assert len(frames.futures_5m) == 2 * 288
    assert len(frames.futures_1h) == len(frames.mark_1h) == 48
    assert len(frames.funding) == 6
    for name in FRAMES:
        frame = getattr(frames, name)
        assert list(frame.columns) == COLUMNS
        assert frame["date"].dtype == "datetime64[ms, UTC]"
        assert frame["date"].iloc[0] == start
        assert all(frame[column].dtype == "float64" for column in COLUMNS[1:])


def test_a_month_of_four_pairs_is_quick():
    begin = time.perf_counter()
    generate(SCENARIOS["calm_trend"])
    assert time.perf_counter() - begin < 3.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), name=st.sampled_from(sorted(SCENARIOS)))
def test_candles_are_consistent_for_every_seed(seed, name):
    # The last days, where the event is: the script is moved to the front.
    scenario = SCENARIOS[name]
    levels = tuple((day - 19.0, level) for day, level in scenario.levels)
    turbulence = tuple((day - 19.0, factor) for day, factor in scenario.turbulence)
    moved = replace(scenario, levels=levels, turbulence=turbulence, days=4, seed=seed)
    for model in moved.pairs:
        frames = generate(replace(moved, pairs=(model,)))[model.pair]
        for frame in (frames.futures_5m, frames.futures_1h, frames.mark_1h):
            assert (frame["low"] > 0).all()
            assert (frame["low"] <= frame[["open", "close"]].min(axis=1)).all()
            assert (frame["high"] >= frame[["open", "close"]].max(axis=1)).all()
            # Continuous: a candle opens where the last one closed.
            assert (frame["open"].iloc[1:].to_numpy() == frame["close"].iloc[:-1].to_numpy()).all()
        assert (frames.futures_5m["volume"] > 0).all()


@pytest.mark.parametrize("name", ["flash_crash", "liquidation_cascade"])
def test_mark_price_is_the_trade_price_smoothed(name):
    for pair, frames in generate(SCENARIOS[name]).items():
        trade, mark = frames.futures_1h, frames.mark_1h
        # Smoothing can only cut off extremes, and lags behind a fall by minutes.
        assert mark["low"].min() >= trade["low"].min(), pair
        assert mark["high"].max() <= trade["high"].max(), pair
        assert (mark["close"] / trade["close"] - 1.0).abs().median() < 0.001, pair
