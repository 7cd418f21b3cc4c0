"""What a day may lose within one candle of a backtest: all pairs move along it together."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support.scripted import BTC, ETH, Enter, Play, Script, Seen, jan, only, perform

pytestmark = pytest.mark.slow

WICK = jan("02 06:00")
HOUR_BEFORE = jan("02 05:00")
TIMERANGE = "20240102-20240103"
LIMIT = {**only("daily_loss", close_all=True), "profile": "aggressive", "daily_loss_limit": 0.05}


def flat_but_for_a_wick(folder: Path, lows: Mapping[str, float]) -> Path:
    """Write candles that stand still but for one, which falls by so much and comes back."""
    data = write(SCENARIOS["calm_trend"], folder)
    for pair in (BTC, ETH):
        name = pair.replace("/", "_").replace(":", "_")
        (file,) = folder.rglob(f"{name}-5m-futures.feather")
        frame = pd.read_feather(file)
        price = round(float(frame["open"].iloc[0]), 1)
        frame[["open", "high", "low", "close"]] = price
        is_wick = frame["date"] == pd.Timestamp(WICK)
        assert is_wick.sum() == 1
        frame.loc[is_wick, "low"] = price * (1 - lows[pair])
        frame.to_feather(file)
    return data


def lost_quote(seen: Seen) -> float:
    return -sum(float(trade["profit_abs"]) for trade in seen.trades)


def test_a_day_loses_its_limit_within_a_candle_and_not_more(tmp_path: Path) -> None:
    data = flat_but_for_a_wick(tmp_path / "data", {BTC: 0.07, ETH: 0.07})
    # 30,000 in all: 7 % of it would be 21 % of the account.
    entries = {
        time: tuple(Enter(pair, time, 5.0, 3_000.0) for pair in (BTC, ETH))
        for time in (HOUR_BEFORE, WICK)
    }
    hedge = (Enter(BTC, HOUR_BEFORE, 5.0, 3_000.0), Enter(ETH, HOUR_BEFORE, 5.0, 3_000.0, "short"))
    added = Script(
        entries=(Enter(BTC, HOUR_BEFORE, 5.0, 1_000.0),), additions=((BTC, WICK, 3_000.0),)
    )
    seen = perform(
        tmp_path / "bot",
        data,
        {
            "Before": Play(Script(entries=entries[HOUR_BEFORE]), LIMIT),
            "OnTheCandle": Play(Script(entries=entries[WICK]), LIMIT),
            "Added": Play(added, LIMIT),
            "Hedged": Play(Script(entries=hedge), LIMIT),
        },
        timerange=TIMERANGE,
    )

    # 5 % of 10,000; the fee of entering (15 each) and half a tick may come on top.
    for name in ("Before", "OnTheCandle", "Added"):
        assert seen[name].outcome.exit_reasons == {"riskguard_daily_loss"}
        assert lost_quote(seen[name]) == pytest.approx(500.0, abs=20.0)
        (lock,) = seen[name].of("daily_loss")[-1:]
        assert lock["question"] == "lock"
    # All at one moment, where all were there before it.
    first, second = (trade["profit_ratio"] for trade in seen["Before"].trades)
    assert first == pytest.approx(second, rel=0.01)
    # What one lost the other has won.
    assert not seen["Hedged"].of("daily_loss")
    assert seen["Hedged"].outcome.exit_reasons == {"force_exit"}
