"""The time of a candle must not grow with what has been traded before; the figures are printed."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freqtrade.persistence import (
    LocalTrade,
    PairLocks,
    Trade,
    disable_database_use,
    enable_database_use,
)
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.replay.scenarios.coins import BTC, DEFAULT_PAIRS
from tests.adapters.bots import guarded
from tests.adapters.trades import open_trade
from tests.factories import NOON

pytestmark = [pytest.mark.slow, pytest.mark.benchmark]

FEW, MANY = 1_000, 50_000
CANDLE = timedelta(minutes=5)
WARM_UP, LOOPS = 20, 200


@pytest.fixture
def _lists() -> Iterator[None]:
    """freqtrade's trades and locks as in a backtest."""
    disable_database_use("5m")
    yield
    Trade.reset_trades()
    PairLocks.reset_locks()
    enable_database_use()


@pytest.mark.usefixtures("_lists")
def test_the_time_of_a_candle_does_not_grow_with_the_closed_trades(
    scenario_candles, capsys, caplog
):
    data = scenario_candles("calm_trend", days=12)
    # In turn, so that both have their share of a quiet machine.
    turns = [[seconds_per_loop(data, closed) for closed in (FEW, MANY)] for _ in range(3)]
    few, many = (min(taken) * 1e6 for taken in zip(*turns, strict=True))
    with capsys.disabled():
        line = f"a candle after {FEW:,} trades {few:.0f} us, after {MANY:,} trades {many:.0f} us"
        print(f"\n  {line}: ratio {many / few:.2f}", end="")  # noqa: T201 - that is what it is for
    assert many <= 1.3 * few
    # What fails is quick.
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def seconds_per_loop(data: Path, closed: int) -> float:
    """Return the time of a loop with an entry and stops, once it has taken in the trades.

    They are as dense in time however many there are: ten minutes lie between two.
    """
    Trade.reset_trades()
    PairLocks.reset_locks()
    strategy = guarded(data, markets=tuple(model.pair for model in DEFAULT_PAIRS))
    for number in range(closed):
        pair = DEFAULT_PAIRS[number % len(DEFAULT_PAIRS)].pair
        add_closed(number, pair, NOON - timedelta(minutes=10 * (closed - number)))
    for number, model in enumerate(DEFAULT_PAIRS[1:]):
        rate = model.start_price_quote
        trade = open_trade(closed + number + 1, pair=model.pair, rate=rate, leverage=1.0)
        LocalTrade.add_bt_trade(trade)
    started = 0.0
    for turn in range(WARM_UP + LOOPS):
        if turn == WARM_UP:
            started = time.process_time()
        moment = NOON + turn * CANDLE
        strategy_safe_wrapper(strategy.bot_loop_start)(current_time=moment)
        enter(strategy, moment)
        for trade in list(LocalTrade.bt_trades_open):
            strategy.ft_stoploss_adjust(trade.open_rate, trade, moment, 0.0, 0.0)
        if turn % 2:
            add_closed(closed + 100 + turn, BTC.pair, moment + timedelta(minutes=4))
    return (time.process_time() - started) / LOOPS


def enter(strategy: Any, moment: datetime) -> None:
    """Ask for an entry as freqtrade does; it is never filled."""
    rate = BTC.start_price_quote
    about: dict[str, Any] = {
        "pair": BTC.pair,
        "current_time": moment,
        "entry_tag": None,
        "side": "long",
    }
    leverage = strategy.leverage(
        current_rate=rate, proposed_leverage=1.0, max_leverage=20.0, **about
    )
    strategy.custom_stake_amount(
        current_rate=rate,
        proposed_stake=100.0,
        min_stake=5.0,
        max_stake=2_500.0,
        leverage=leverage,
        **about,
    )
    strategy.confirm_trade_entry(
        order_type="limit", amount=0.01, rate=rate, time_in_force="GTC", **about
    )


def add_closed(number: int, pair: str, moment: datetime) -> None:
    """Put a small trade that is over into freqtrade's list; two of three win."""
    profit = -2.0 if number % 3 == 0 else 1.5
    trade = LocalTrade(
        id=number + 1,
        pair=pair,
        base_currency=pair.partition("/")[0],
        stake_currency="USDT",
        exchange="binance",
        open_rate=100.0,
        open_date=moment - timedelta(hours=1),
        close_rate=100.0,
        close_date=moment,
        close_profit=profit / 100.0,
        close_profit_abs=profit,
        stake_amount=100.0,
        max_stake_amount=100.0,
        amount=1.0,
        fee_open=0.0005,
        fee_close=0.0005,
        is_open=False,
        is_short=False,
        leverage=1.0,
        orders=[],
    )
    LocalTrade.bt_trades.append(trade)
    LocalTrade.bt_total_profit += profit
