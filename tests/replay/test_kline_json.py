import json

import numpy as np
import pytest

from freqtrade_riskguard.replay.binance.kline_row import kline_row
from freqtrade_riskguard.replay.candles import Candles
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.kline_json import KlineRows


def series(count):
    opens_ms = np.arange(count) * 60_000
    prices = np.arange(count) + 0.1
    return Candles(
        interval=INTERVALS["1m"],
        opens_ms=opens_ms,
        ends_ms=opens_ms + 60_000,
        open=prices,
        high=prices + 2,
        low=prices - 2,
        close=prices + 1,
        volume=prices * 3,
    )


def read(rows):
    return json.loads(b"[" + rows + b"]")


def test_a_row_is_binances():
    (row,) = read(KlineRows(series(3), kline_row).cut(1, 2))
    begin, *prices, volume, end, turnover, trades, taker_base, taker_quote, ignored = row
    assert (begin, end) == (60_000, 119_999)
    assert prices == ["1.1", "3.1", "-0.8999999999999999", "2.1"]
    # 1.1 * 3 = 3.3 at a close of 2.1: 6.93
    assert (float(volume), turnover) == (1.1 * 3, "6.93")
    assert (trades, taker_base, taker_quote, ignored) == (0, "0", "0", "0")


# Blocks hold 4096 rows.
@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (0, 10_000), (4095, 4096), (4095, 4097), (4096, 4097), (4000, 8500), (9_999, 10_000)],
)
def test_any_part_is_the_rows_of_its_places(start, stop):
    rows = KlineRows(series(10_000), kline_row)
    assert [row[0] // 60_000 for row in read(rows.cut(start, stop))] == list(range(start, stop))
    # One by one they are the same bytes.
    assert b",".join(rows.pieces(start, stop)) == rows.cut(start, stop)


def test_no_places_are_no_rows():
    assert KlineRows(series(5), kline_row).cut(3, 3) == b""
    assert KlineRows(series(0), kline_row).cut(0, 0) == b""


def test_numbers_survive_unchanged():
    candles = series(100)
    rows = read(KlineRows(candles, kline_row).cut(0, 100))
    assert [float(row[2]) for row in rows] == candles.high.tolist()
    assert [float(row[5]) for row in rows] == candles.volume.tolist()


def test_a_candle_that_forms_is_a_row_too():
    (row,) = read(kline_row(0, 1.0, 1e-05, 0.5, 2.0, 3.0, 60_000, complete=False))
    assert row[0] == 0
    assert [float(cell) for cell in row[1:6]] == [1.0, 1e-05, 0.5, 2.0, 3.0]
    assert row[6] == 59_999
