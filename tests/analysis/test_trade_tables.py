import json
from math import inf, nan

import pytest

from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.analysis.trade_tables import Column, DataTable, pause_table, trade_tables
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, ETH, START, lock, pair_candles, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
MARKET = ResultCandles(
    "1h", {pair: pair_candles([(100, 101, 90, 100)] * 48) for pair in (BTC, ETH)}
)
TRADES = (
    trade(100, 110, 1, 2, amount=10.0, leverage=2.0, enter_tag="breakout", exit_reason="roi"),
    trade(100, 80, 3, 6, amount=2.0, pair=ETH, enter_tag="breakout", exit_reason="stop_loss"),
    trade(100, 90, 7, 8, is_short=True),
)


@pytest.fixture(scope="module")
def tables():
    report = gather(examine(result(*TRADES), MARKET, TIERS), None)
    return trade_tables(report.main, 0)


def by_name(table):
    """Return rows by their first cell."""
    return {row[0]: list(row[1:]) for row in table.rows}


def test_a_trade_is_a_row(tables):
    start = START.timestamp() / 60
    titles = [(column.title, column.note) for column in tables.trades.columns]
    assert titles[5:8] == [
        ("Profit", "USDT"),
        ("Profit", "% of notional"),
        ("MAE", "% of entry price"),
    ]
    # Its candle went to 90, 10 % below the entry; 100 of 1000.
    assert tables.trades.rows[0] == (
        start + 60, BTC, "long", 2.0, 60.0, 100.0, pytest.approx(0.1), pytest.approx(0.1),
        "breakout", "roi",
    )  # fmt: skip
    assert tables.trades.rows[2][1:3] == (BTC, "short")
    assert tables.trades.rows[2][8:] == ("(none)", "exit_signal")


def test_groups_by_hand(tables):
    # Trades, win rate, profit, profit factor, worst trade, minutes held on average.
    assert by_name(tables.pairs) == {
        BTC: [2, 1.0, 110, inf, 10, 60],
        ETH: [1, 0.0, -40, 0.0, -40, 180],
    }
    assert by_name(tables.tags) == {
        "breakout": [2, 0.5, 60, 2.5, -40, 120],
        "(none)": [1, 1.0, 10, inf, 10, 60],
    }
    assert list(by_name(tables.exits)) == ["roi", "stop_loss", "exit_signal"]


def test_names_are_kept_once_and_what_is_no_number_is_null():
    columns = (Column("Pair", "name"), Column("Profit", "money"))
    rows = ((BTC, 1.23456789), (ETH, nan), (BTC, inf), (BTC, 3.0))
    table = DataTable("t", "Pairs", columns, rows, (1, True))
    data = json.loads(json.dumps(table.data, allow_nan=False))
    assert data["columns"] == [{"kind": "name", "names": [BTC, ETH]}, {"kind": "money"}]
    assert data["rows"] == [[0, 1.23457], [1, None], [0, None], [0, 3]]
    assert (data["sort"], data["descending"]) == (1, True)


def test_times_keep_their_seconds():
    table = DataTable("t", "T", (Column("Opened", "time"),), ((28_400_000.25,),), (0, False))
    assert table.data["rows"] == [(28_400_000.25,)]


def test_an_empty_table_is_a_table():
    table = DataTable("t", "T", (Column("Pair", "name"), Column("N", "count")), (), (0, False))
    assert table.data["rows"] == []


def test_pauses_with_whom_they_concern():
    found = pause_table(result(locks=[lock(1, 2, "all"), lock(3, 4, "one", pair=BTC)]).pauses)
    assert [row[2:] for row in found.rows] == [("all", "both", "all"), (BTC, "both", "one")]
