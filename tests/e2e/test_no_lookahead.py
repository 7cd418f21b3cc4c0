"""What the guard decides at a time cannot depend on anything that happens after it."""

import shutil
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.support.freqtrade import MODERATE, backtest_one_by_one

pytestmark = pytest.mark.slow

# When the future is exchanged for another, and what the guard has to decide within minutes. Neither
# is on the hour, so that an hourly candle is under way: what it will be is not known yet.
MOMENTS = {
    "leverage": datetime(2024, 1, 17, 16, 30, tzinfo=UTC),
    "lock": datetime(2024, 1, 22, 14, 30, tzinfo=UTC),
}
# A power of two: the exchange reads its tick sizes off the candles, and doubling keeps decimals.
FACTOR = 2
# An edge takes a month to prove; until then it alone would decide.
WITHOUT_KELLY = {**MODERATE, "kelly": {"mode": "off"}}


def run(folder, data):
    args = ("--timerange", "20240114-20240124")
    done = backtest_one_by_one(folder, data, "RiskGuardSample", args=args, riskguard=WITHOUT_KELLY)
    return done.succeeded()


def change_the_future(folder, moment):
    """Double all prices and turn all funding, from a moment on.

    The open of the moment's candle still stands: freqtrade enters at it.
    """
    for path in sorted((folder / "futures").glob("*.feather")):
        frame = pd.read_feather(path)
        if "funding_rate" in path.name:
            frame.loc[frame["date"] > moment, "open"] *= -10
        else:
            interval = timedelta(minutes=5 if "-5m-" in path.name else 60)
            unfinished = frame["date"] + interval > moment
            frame.loc[unfinished, ["high", "low", "close"]] *= FACTOR
            frame.loc[frame["date"] > moment, "open"] *= FACTOR
            frame["low"] = frame[["open", "low"]].min(axis=1)
        frame.to_feather(path, compression="lz4")


@pytest.fixture(scope="module")
def as_it_was(scenario_candles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("as-it-was") / "bot"
    return run(folder, scenario_candles("flash_crash", days=24))


@pytest.mark.parametrize("question", MOMENTS)
def test_another_future_changes_no_decision_and_no_entry_before_it(
    as_it_was, scenario_candles, question, tmp_path
):
    moment = MOMENTS[question]
    data = shutil.copytree(scenario_candles("flash_crash", days=24), tmp_path / "data")
    change_the_future(data, moment)
    changed = run(tmp_path / "bot", data)

    assert question in questions_around(moment, as_it_was)
    assert changed.journal != as_it_was.journal
    assert decisions_until(moment, changed) == decisions_until(moment, as_it_was)
    assert openings_until(moment, changed) == openings_until(moment, as_it_was) != []


def questions_around(moment, result):
    minutes = timedelta(minutes=10)
    start, end = (moment - minutes).isoformat(), (moment + minutes).isoformat()
    return {record["question"] for record in result.journal if start <= record["time"] <= end}


def decisions_until(moment, result):
    return [record for record in result.journal if record["time"] <= moment.isoformat()]


def openings_until(moment, result):
    fields = ("open_timestamp", "pair", "is_short", "open_rate", "leverage")
    return sorted(
        # As it was filled first: the trade may be cut later.
        (*(trade[field] for field in fields), trade["orders"][0]["amount"])
        for trade in result.trades
        if trade["open_timestamp"] <= moment.timestamp() * 1000
    )
