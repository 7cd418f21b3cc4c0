"""What the guard decides at a time cannot depend on anything that happens after it."""

import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest

from tests.support.freqtrade import MODERATE, backtest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("no-lookahead")]

# In the middle of the crash: stops, breakers and volatility are all in motion.
CHANGED_FROM = datetime(2024, 1, 22, 15, tzinfo=UTC)
# A power of two: the exchange reads its tick sizes off the candles, and doubling keeps decimals.
FACTOR = 2
ARGS = ("--timerange", "20240114-20240124")

# An edge takes a month to prove; until then it alone would decide.
WITHOUT_KELLY = {**MODERATE, "kelly": {"mode": "off"}}


def change_the_future(folder):
    """Raise all prices, and turn all funding, from a moment on; the moment's open still stands.

    freqtrade enters at the open of the moment's candle, so that much of it may be known.
    """
    for path in sorted((folder / "futures").glob("*.feather")):
        frame = pd.read_feather(path)
        if "funding_rate" in path.name:
            later = frame["date"] > CHANGED_FROM
            frame.loc[later, "open"] *= -10
        else:
            later = frame["date"] >= CHANGED_FROM
            frame.loc[later, ["high", "low", "close"]] *= FACTOR
            frame.loc[frame["date"] > CHANGED_FROM, "open"] *= FACTOR
            opens = frame["open"].where(later)
            frame["low"] = frame["low"].where(~(opens < frame["low"]), opens)
        assert later.any()
        frame.to_feather(path, compression="lz4")


@pytest.fixture(scope="module")
def runs(scenario_candles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("futures")
    data = scenario_candles("flash_crash", days=24)
    other = shutil.copytree(data, folder / "data")
    change_the_future(other)
    return [
        backtest(
            folder / name, candles, "RiskGuardSample", args=ARGS, riskguard=WITHOUT_KELLY
        ).succeeded()
        for name, candles in (("as-it-was", data), ("changed", other))
    ]


def test_the_future_really_is_another(runs):
    was, changed = runs
    assert was.outcome.stats["final_balance"] != changed.outcome.stats["final_balance"]
    assert was.journal != changed.journal


def test_every_decision_up_to_the_moment_is_the_same(runs):
    was, changed = (
        [record for record in run.journal if record["time"] <= CHANGED_FROM.isoformat()]
        for run in runs
    )
    assert {record["question"] for record in was} >= {"leverage", "stake", "stop", "lock"}
    assert was == changed


def test_every_trade_up_to_the_moment_opens_the_same(runs):
    moment = CHANGED_FROM.timestamp() * 1000
    was, changed = (
        [opening(trade) for trade in run.trades if trade["open_timestamp"] <= moment]
        for run in runs
    )
    assert len(was) > 10
    assert sorted(was) == sorted(changed)


def opening(trade):
    fields = ("open_timestamp", "pair", "is_short", "open_rate", "amount", "leverage")
    return tuple(trade[field] for field in fields)
