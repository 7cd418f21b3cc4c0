"""A live bot through a window of real candles; see tests/support/live_windows.py."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from freqtrade.enums import CandleType
from rich.console import Console

from tests.support import live_windows
from tests.support.live_windows import EQUITY_RATIO, LiveWindow
from tests.support.recorded_candles import RecordedCandles, read_candles
from tests.support.window_bot import WindowBot

FALL = datetime(2025, 2, 2, 21, tzinfo=UTC)
MIDNIGHT = datetime(2025, 2, 3, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["binance", "bybit"])
def test_a_night_of_falling_prices_with_slippage(real_candles, tmp_path, venue):
    done = live_windows.run(
        tmp_path / "bot",
        real_candles("feb-2025"),
        "feb-2025",
        "moderate",
        slippage=0.01,
        start=FALL,
        hours=8,
        venue=venue,
    )

    assert done.entries >= 2
    assert done.liquidations == 0
    assert done.unprotected == []
    assert len(done.differences) >= 3
    assert done.worst_difference <= EQUITY_RATIO
    # Stops are filled 1 % worse, and an entry is, too.
    assert -0.05 < done.result < -0.005


@pytest.mark.slow
def test_candles_from_memory_are_those_that_a_bot_fetches(real_candles, tmp_path):
    data = real_candles("ftx-2022")
    start = datetime(2022, 11, 8, tzinfo=UTC)
    recorded = read_candles(data)
    with WindowBot(
        tmp_path / "bot",
        data,
        "Guarded",
        start=start,
        stems=("reckless", "guarded_reckless"),
        recorded={},
        timeframe="15m",
    ) as live:
        live.loop(start + timedelta(seconds=1))
        exchange = live.bot.exchange
        del exchange.refresh_latest_ohlcv
        memory = RecordedCandles(exchange, recorded)
        state = exchange._klines, exchange._pairs_last_refresh_time, exchange._pairs_last_poll_time
        keys = list(exchange._klines)
        assert {kind for _, _, kind in keys} >= {CandleType.FUTURES, CandleType.FUNDING_RATE}
        # Within a candle, the next, some, and after more than one request brings.
        for minutes in (5, 15, 300, 9_000):
            time = start + timedelta(minutes=minutes, seconds=1)
            live.clock.move_to(time)
            live._traveller.move_to(time, tick=False)
            before = [dict(kept) for kept in state]
            given = memory.refresh(keys)
            for kept, earlier in zip(state, before, strict=True):
                kept.clear()
                kept.update(earlier)
            del exchange.refresh_latest_ohlcv
            fetched = exchange.refresh_latest_ohlcv(keys)
            memory = RecordedCandles(exchange, recorded)
            for key in keys:
                pd.testing.assert_frame_equal(given[key], fetched[key])


def test_the_figures_of_a_window():
    done = LiveWindow("feb-2025", "moderate", 0.01, loops=12, entries=3)
    second = timedelta(seconds=1)
    # A day loses 2 %; the next wins 1 % and ends 3 % below where it began.
    for hours, equity in ((0, 10_000), (12, 9_900), (24, 9_800), (30, 9_898), (48, 9_506)):
        done.equity[MIDNIGHT + timedelta(hours=hours)] = equity
        done.differences[MIDNIGHT + timedelta(hours=hours) + second] = hours / 1e6

    assert done.result == pytest.approx(-0.0494)
    assert done.drawdown == pytest.approx(0.0494)
    assert done.worst_day == pytest.approx(-0.03)
    assert done.worst_difference == pytest.approx(48e-6)
    console = Console(width=150, record=True)
    console.print(live_windows.table([done]))
    rows = [[cell.strip() for cell in row.split("│")] for row in console.export_text().splitlines()]
    figures = ["12", "3", "0", "0.0048%", "0", "-4.9 %", "4.9 %", "-3.0 %"]
    assert ["", "feb-2025", "moderate", "1.0 %", *figures, ""] in rows
