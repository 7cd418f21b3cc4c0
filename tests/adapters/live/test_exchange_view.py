"""Orders and positions in ccxt's words, as the reconciliation reads them."""

from datetime import timedelta
from math import isnan
from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.live.exchange_view import is_waiting, position_of, stops_of
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
