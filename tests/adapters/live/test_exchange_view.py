"""Orders and positions in ccxt's words, as the reconciliation reads them."""

from datetime import timedelta
from math import isnan
from types import SimpleNamespace
from typing import Any

import pytest

from freqtrade_riskguard.adapters.live.exchange_view import (
    ExchangeView,
    is_waiting,
    known_positions,
    position_of,
    stops_of,
)
from tests.factories import NOON, PAIR

MS = NOON.timestamp() * 1000


def stop(**changed):
    order = {"id": 7, "symbol": PAIR, "side": "sell", "type": "stop_market", "amount": 0.5}
    return {**order, "triggerPrice": 90.0, "reduceOnly": True} | changed


def test_a_stop_order():
    (found,) = stops_of([stop()])
    assert (found.order_id, found.pair, found.side) == ("7", PAIR, -1)
    assert (found.amount, found.trigger_price, found.reduces_only) == (0.5, 90.0, True)
    (bought,) = stops_of([stop(side="buy", stopPrice="110.5", triggerPrice=None, reduceOnly=None)])
    assert (bought.side, bought.trigger_price, bought.reduces_only) == (1, 110.5, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"triggerPrice": None},
        {"triggerPrice": 0},
        {"type": "TAKE_PROFIT_MARKET"},
        {"type": "takeProfit"},
    ],
)
def test_what_is_no_stop(changed):
    assert list(stops_of([stop(**changed)])) == []


@pytest.mark.parametrize(
    ("raw", "waits"),
    [
        ({"timestamp": MS}, True),
        ({"timestamp": MS + 1}, True),
        ({"timestamp": MS - 1}, False),
        # Not known to be older.
        ({"timestamp": None}, True),
        ({}, True),
        ({"timestamp": MS, "stopPrice": 90.0}, False),
        ({"timestamp": MS, "triggerPrice": 90.0}, False),
        ({"timestamp": MS, "stopPrice": None, "triggerPrice": 0}, True),
    ],
)
def test_what_waits_since_a_moment(raw, waits):
    assert is_waiting(raw, NOON) is waits
    assert not is_waiting({"timestamp": MS}, NOON + timedelta(seconds=1))


@pytest.mark.parametrize(("side", "sign"), [("long", 1), ("short", -1)])
def test_a_position_is_told_in_coins(side, sign):
    # Contracts of a tenth of a coin: 30 of them are three.
    exchange = SimpleNamespace(_contracts_to_amount=lambda _, contracts: contracts * 0.1)
    raw = {"symbol": PAIR, "side": side, "contracts": 30, "entryPrice": "100.5", "markPrice": None}
    found = position_of(exchange, raw)
    assert (found.pair, found.side) == (PAIR, sign)
    assert found.amount == pytest.approx(3.0)
    assert found.entry_price == 100.5
    assert isnan(found.mark_price)


@pytest.mark.parametrize(
    ("answer", "has_struck"),
    [
        ({"status": "open", "filled": 0.0}, False),
        ({"status": "open", "filled": None}, False),
        ({"status": "canceled", "filled": 0.0}, False),
        # The order that it has sent, filled in part or not yet told.
        ({"status": "open", "filled": 0.2}, True),
        ({"status": "canceled", "filled": 0.2}, True),
        ({"status": "closed", "filled": 0.5}, True),
        ({"status": "closed"}, True),
    ],
)
def test_a_stop_that_has_struck(answer, has_struck):
    asked = []

    def fetch_stoploss_order(order_id, pair):
        asked.append((order_id, pair))
        return answer

    exchange = SimpleNamespace(fetch_stoploss_order=fetch_stoploss_order)
    strategy: Any = SimpleNamespace(dp=SimpleNamespace(_exchange=exchange))
    assert ExchangeView.has_struck(strategy, "7", PAIR) is has_struck
    assert asked == [("7", PAIR)]


def test_positions_as_freqtrade_has_read_them():
    held = {
        PAIR: SimpleNamespace(symbol=PAIR, side="short", position=0.5),
        "ETH/USDT:USDT": SimpleNamespace(symbol="ETH/USDT:USDT", side="long", position=2.0),
    }
    strategy: Any = SimpleNamespace(wallets=SimpleNamespace(get_all_positions=lambda: held))
    found = known_positions(strategy)
    assert [(p.pair, p.signed_amount) for p in found] == [(PAIR, -0.5), ("ETH/USDT:USDT", 2.0)]
    strategy.wallets = None
    assert known_positions(strategy) == []
