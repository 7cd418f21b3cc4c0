"""How long a running bot's loop takes for the guard: nothing slow may stand between two looks."""

from datetime import timedelta
from time import perf_counter

import numpy as np
import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import Trade, init_db

from tests.adapters.bots import (
    adjust_stop,
    guarded,
    hourly_candles,
    loop,
    own_candles,
    store_candles,
)
from tests.adapters.trades import booked_trade
from tests.factories import NOON

pytestmark = pytest.mark.benchmark

PAIRS = tuple(f"C{number:03}/USDT:USDT" for number in range(100))
OPEN, CLOSED, LOOPS = 20, 300, 60
MOST_MS = 20.0


@pytest.mark.parametrize("drift", [-0.01, 0.0, 0.01])
def test_a_loop_with_100_pairs_and_20_open_trades(tmp_path, capsys, drift):
    """In a falling, a quiet and a rising market, after a busy day."""
    data = store_candles(tmp_path / "data")
    # A real file: what is kept is written to the disk.
    init_db(f"sqlite:///{tmp_path / 'trades.sqlite'}")
    strategy = guarded(data, runmode=RunMode.DRY_RUN, markets=PAIRS)
    strategy.max_open_trades = 30
    hourly, own = hourly_candles(), own_candles()
    for pair in PAIRS:
        strategy.dp.frames.update({(pair, "1h"): hourly, (pair, "5m"): own})
    trades = [
        booked_trade(number + 1, pair=pair, stake=200.0, leverage=2.0)
        for number, pair in enumerate(PAIRS[:OPEN])
    ]
    for number in range(CLOSED):
        closed = booked_trade(1_000 + number, pair=PAIRS[number % 100], stake=200.0, leverage=1.0)
        closed.close_date = (NOON - timedelta(minutes=4 * number + 1)).replace(tzinfo=None)
        closed.close(100.1, show_msg=False)
    Trade.commit()
    rng = np.random.default_rng(1)
    spent_ms = []
    for turn in range(LOOPS):
        for pair in PAIRS[:OPEN]:
            # Equity is another one in every loop.
            strategy.dp._exchange.rates[pair] = 100.0 + drift * turn + rng.normal(0, 0.01)
        # As freqtrade does in every loop: the trades are read from the database again.
        Trade.commit()
        begin = perf_counter()
        time = loop(strategy, turn / 12)
        for trade in trades:
            rate = strategy.dp._exchange.rates[trade.pair]
            adjust_stop(strategy, trade, rate, turn / 12)
            strategy.should_exit(trade, rate, time, enter=False, exit_=False)
        spent_ms.append(1e3 * (perf_counter() - begin))

    assert len(Trade.get_open_trades()) == OPEN
    first, later = spent_ms[0], np.array(spent_ms[1:])
    with capsys.disabled():
        line = (
            f"median {np.median(later):.1f} ms, longest {later.max():.1f} ms, first {first:.0f} ms"
        )
        print(f"\n  100 pairs, 20 open trades, drift {drift:+g}: {line}", end="")  # noqa: T201
    assert np.median(later) < MOST_MS
