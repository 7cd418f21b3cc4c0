"""The real bot trades for money on the simulated exchange: entry, stop, exit, in money."""

import multiprocessing
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of
from freqtrade_riskguard.replay.matching import ConditionalStatus, IncomeKind
from tests.support.freqtrade import WALLET_QUOTE
from tests.support.live_bot import MINUTE, LiveBot, SharedClock
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 90
CALM = datetime(2024, 1, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("flash_crash", days=23)


def plan(*steps):
    return {"plan": [{"pair": BTC, **step} for step in steps]}


def live(folder, data, side="long", start=CALM, **more: Any):
    steps = [
        {"time": (start + timedelta(minutes=5)).isoformat(), "side": side, "leverage": 5},
        {"time": (start + timedelta(minutes=30)).isoformat(), "exit": True},
    ]
    return LiveBot(
        folder, data, "Planned", start=start, stems=("planned",), config=plan(*steps), **more
    )


@pytest.mark.parametrize("side", ["long", "short"])
def test_a_trade_from_its_entry_to_its_exit(data, tmp_path, side):
    sign = 1 if side == "long" else -1
    with live(tmp_path / "bot", data, side) as bot:
        bot.loop_minutes(6)
        position = bot.positions[BTC]
        assert (position.amount_base > 0) == (sign > 0)
        # The stop stands one loop after the fill, and closes all of it.
        bot.loop_minutes(2)
        (stop,) = bot.stops(BTC)
        assert stop.reduce_only
        assert stop.quantity_base == abs(position.amount_base)
        assert sign * (position.entry_price - stop.trigger_price) > 0
        (trade,) = bot.trades
        assert trade["stop_loss_abs"] == pytest.approx(stop.trigger_price, rel=1e-5)

        bot.loop_minutes(24)
        (trade,) = bot.trades
        assert not trade["is_open"]
        assert trade["exit_reason"] == "exit_signal"
        assert bot.positions == {}
        assert bot.stops(BTC) == []
        # All money is accounted for: what the bot believes is what the exchange says.
        assert bot.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        fees = [income for income in bot.incomes(BTC) if income.kind is IncomeKind.FEE]
        assert len(fees) == 2


def test_a_killed_bot_finds_its_trade_and_its_stop_again(data, tmp_path):
    with live(tmp_path / "bot", data) as bot:
        bot.loop_minutes(8)
        (before,) = bot.stops(BTC)
        bot.kill()
        bot.start()
        bot.loop_minutes(2)
        (after,) = bot.stops(BTC)
        assert after.trigger_price >= before.trigger_price
        assert [trade["is_open"] for trade in bot.trades] == [True]


def test_the_exchanges_stop_closes_in_a_crash(data, tmp_path):
    # The market falls by 30 % from 14:15 on.
    start = datetime(2024, 1, 22, 14, 5, tzinfo=UTC)
    with live(tmp_path / "bot", data, start=start) as bot:
        bot.loop_minutes(8)
        assert bot.positions
        bot.loop_minutes(20, every=5 * MINUTE)
        assert bot.positions == {}
        (trade,) = bot.trades
        assert trade["exit_reason"] == "stoploss_on_exchange"
        with bot.exchange.account.now() as engine:
            triggered = [
                stop for stop in engine.conditionals() if stop.status is ConditionalStatus.TRIGGERED
            ]
        assert len(triggered) == 1
        assert bot.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        # Half a percent of the account was risked.
        assert bot.equity_quote > 9_900


def test_refused_stops_are_refused_and_nothing_else(data, tmp_path):
    with live(tmp_path / "bot", data) as bot:
        bot.faults.add({"what": "refuse_stops"})
        bot.loop_minutes(8)
        assert bot.stops(BTC) == []
        assert bot.positions
        assert bot.faults.hits >= 1


def run_as_a_process(folder, data, exchange, clock):
    """Loop until somebody kills it."""
    with live(folder, data, exchange=exchange, clock=clock) as bot:
        bot.loop_minutes(600)


def test_a_process_that_is_killed_leaves_its_account_to_the_next(data, tmp_path):
    processes = multiprocessing.get_context("fork")
    clock = SharedClock(CALM)

    def standing():
        with exchange.account.now() as engine:
            return [(stop.quantity_base, stop.trigger_price) for stop in engine.open_conditionals()]

    with exchange_of(data, clock, wallet_quote=WALLET_QUOTE) as exchange:
        bot = processes.Process(
            target=run_as_a_process, args=(tmp_path / "bot", data, exchange, clock), daemon=True
        )
        bot.start()
        until = time.monotonic() + PATIENCE_SECONDS
        # Some loops later, so that the bot has noted what it ordered.
        while exchange.requests["GET", "/fapi/v1/algoOrder"] < 3:
            assert bot.is_alive()
            assert time.monotonic() < until
            time.sleep(0.01)
        bot.kill()
        bot.join()
        assert bot.exitcode == -signal.SIGKILL
        (before,) = standing()

        with live(tmp_path / "bot", data, exchange=exchange, clock=clock) as after:
            after.loop_minutes(2)
            (trade,) = after.trades
            assert trade["is_open"]
            ((quantity, trigger),) = standing()
            assert quantity == before[0] == trade["amount"]
            assert trigger >= before[1]
