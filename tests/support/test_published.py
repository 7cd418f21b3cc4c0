"""What the harness for published strategies reads and writes; its runs are real backtests."""

from pathlib import Path

import pandas as pd
import pytest

from tests.support.published import Published, strategies_in, write_coarser
from tests.support.published_figures import bars_table, played

SOURCE = """
class Early(IStrategy):
    timeframe: str = "1h"

    def leverage(self):
        return 3.0


class Late(freqtrade.strategy.IStrategy):
    timeframe = "5m"


class Helper:
    timeframe = "1m"
"""


def test_strategies_are_found_without_running_them(tmp_path):
    file = tmp_path / "both.py"
    file.write_text(SOURCE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("class (", encoding="utf-8")

    assert strategies_in(tmp_path) == [
        Published(file, "Early", "1h", has_leverage=True),
        Published(file, "Late", "5m", has_leverage=False),
    ]


def test_coarser_candles_are_whole(tmp_path):
    # From 00:15: the first hour is not whole, nor is the last.
    dates = pd.date_range("2024-01-01 00:15", periods=8, freq="15min", tz="UTC")
    prices = [float(number) for number in range(8)]
    columns = dict.fromkeys(("open", "close"), prices)
    candles = pd.DataFrame({"date": dates, **columns, "volume": 1.0})
    candles["high"], candles["low"] = candles["open"] + 0.5, candles["open"] - 0.5
    source = tmp_path / "source"
    (source / "futures").mkdir(parents=True)
    candles.to_feather(source / "futures" / "BTC_USDT_USDT-15m-futures.feather")

    data = write_coarser(source, tmp_path / "data", "15m")

    (hour,) = read(data, "1h").to_dict("records")
    assert hour == {
        "date": pd.Timestamp("2024-01-01 01:00", tz="UTC"),
        "open": 3.0,
        "high": 6.5,
        "low": 2.5,
        "close": 6.0,
        "volume": 4.0,
    }
    assert len(read(data, "15m")) == 8
    assert read(data, "4h").empty


def read(data: Path, timeframe: str) -> pd.DataFrame:
    return pd.read_feather(data / "futures" / f"BTC_USDT_USDT-{timeframe}-futures.feather")


def record(strategy: str, run: str, profit: float, drawdown: float, trades: int = 3) -> dict:
    return {
        "strategy": strategy,
        "window": "ftx-2022",
        "run": run,
        "trades": trades,
        "profit_ratio": profit,
        "marked_drawdown_ratio": drawdown,
        "worst_day_ratio": -drawdown / 2,
        "ratio": profit / drawdown,
        "liquidations": 0,
        "highest_leverage": 1.0,
        "digest": [[strategy, profit]],
    }


def test_runs_are_held_against_1x():
    records = [
        record("Earns", "1x", 0.10, 0.10),
        record("Earns", "moderate", 0.06, 0.04),
        record("Calm", "1x", 0.01, 0.02),
        record("Calm", "moderate", 0.01, 0.04),
        record("Loses", "1x", -0.10, 0.20),
        record("Loses", "moderate", -0.12, 0.05),
        record("Idle", "1x", 0.0, 0.1, trades=0),
        {"strategy": "Fails", "window": "ftx-2022", "run": "1x", "error": "too slow"},
    ]

    assert [case.strategy for case in played(records)] == ["Earns", "Calm", "Loses"]
    columns = [list(column.cells) for column in bars_table(records).columns]
    # Kept 1.5 of 1.0, not 0.25 of 0.5; a loser that lost 2 % more; medians 4 % of 10 %.
    assert [cells[1] for cells in columns] == [
        *(
            "moderate",
            "1 of 2",
            "1 of 1",
            "4.0 %",
            "40.0 %",
            "5.0 %",
            "-2.5 %",
            "1.0 %",
            "0",
            "1 of 1",
        )
    ]


@pytest.mark.parametrize(("profit", "is_as_bare"), [(0.01, True), (0.02, False)])
def test_a_healthy_account_is_held_against_the_bare_one(profit, is_as_bare):
    (case,) = played([record("Calm", "1x", 0.01, 0.02), record("Calm", "seatbelt", profit, 0.02)])

    assert case.is_healthy
    assert case.is_as_bare("seatbelt") is is_as_bare
