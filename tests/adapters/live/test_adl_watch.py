"""What of auto-deleveraging is told where the exchange does not tell it."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.live.adl_watch import LOOK_EVERY, AdlWatch
from tests.adapters.trades import open_trade
from tests.factories import NOON


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(told):
    return AdlWatch(lambda *alert: told.append(alert))


def test_an_exchange_that_does_not_tell_ranks_is_named_once(watch, told, caplog):
    # Nothing is asked of it, so that its name is all it needs.
    strategy = SimpleNamespace(config={"exchange": {"name": "okx"}})
    with caplog.at_level(logging.WARNING):
        for minutes in (0, 10, 20):
            time = NOON + timedelta(minutes=minutes)
            watch.look(strategy, [open_trade()], lambda _: 101.0, time)
    (record,) = caplog.records
    assert "does not tell the ranks of auto-deleveraging" in record.getMessage()
    assert told == []


def test_what_was_told_of_a_trade_is_known_until_it_is_over(watch, told):
    client = SimpleNamespace(
        fetch_positions_adl_rank=lambda _: [
            {"symbol": "BTC/USDT:USDT", "rank": 4},
            {"symbol": "ETH/USDT:USDT", "rank": 3},
            {"symbol": "XRP/USDT:USDT", "rank": None},
        ]
    )
    strategy = SimpleNamespace(
        config={"exchange": {"name": "binance"}},
        dp=SimpleNamespace(_exchange=SimpleNamespace(_api=client)),
    )
    trades = [
        open_trade(number, pair=f"{coin}/USDT:USDT")
        for number, coin in enumerate(("BTC", "ETH", "XRP"), start=1)
    ]
    assert watch.leads(1) is None
    watch.look(strategy, trades, lambda _: 101.0, NOON)
    assert [watch.leads(number) for number in (1, 2, 3)] == [True, False, None]
    assert [trade.id for trade, *_ in told] == [1]
    # Between two looks, and while nothing wins, it stays what it was.
    watch.look(strategy, trades[:2], lambda _: 99.0, NOON + LOOK_EVERY)
    assert [watch.leads(number) for number in (1, 2)] == [True, False]
    watch.look(strategy, trades[1:2], lambda _: 99.0, NOON + LOOK_EVERY)
    assert watch.leads(1) is None


@pytest.mark.parametrize(
    ("short", "rate"), [(False, 99.0), (False, 100.0), (True, 101.0), (False, float("nan"))]
)
def test_no_look_without_a_winner(watch, told, caplog, short, rate):
    # With a look it would be named, as above.
    strategy = SimpleNamespace(config={"exchange": {"name": "okx"}})
    watch.look(strategy, [open_trade(short=short)], lambda _: rate, NOON)
    watch.look(strategy, [], lambda _: 101.0, NOON + LOOK_EVERY)
    assert caplog.records == []
    assert told == []
