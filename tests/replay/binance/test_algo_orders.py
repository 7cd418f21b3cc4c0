"""Stops and take-profits of the real ccxt client."""

from datetime import timedelta

import ccxt
import pytest

from tests.replay.binance.conftest import BTC
from tests.replay.recordings import START

LATER = START + timedelta(hours=3)


def stop(client, price, amount=0.1, **params):
    return client.create_order(
        BTC, "market", "sell", amount, params={"stopPrice": price, "reduceOnly": True, **params}
    )


def fetch(client, number):
    return client.fetch_order(number, BTC, {"stop": True})


def test_a_stop_waits_and_then_sends_an_order_of_its_own(client, clock):
    client.set_leverage(5, BTC)
    client.create_order(BTC, "market", "buy", 0.1)
    placed = stop(client, 38_000.0)
    assert (placed["status"], placed["triggerPrice"]) == ("open", 38_000.0)
    assert placed["info"]["actualOrderId"] == ""
    (standing,) = client.fetch_open_orders(BTC, params={"stop": True})
    assert standing["id"] == placed["id"]
    assert client.fetch_open_orders(BTC) == []

    clock.move_to(LATER)
    ended = fetch(client, placed["id"])
    assert ended["status"] == "closed"
    assert ended["info"]["algoStatus"] == "FINISHED"
    order = client.fetch_order(ended["info"]["actualOrderId"], BTC)
    assert (order["status"], order["filled"], order["reduceOnly"]) == ("closed", 0.1, True)
    assert order["average"] == pytest.approx(38_000.0, rel=1e-4)
    assert client.fetch_positions() == []
    assert client.fetch_open_orders(BTC, params={"stop": True}) == []
    (listed,) = client.fetch_orders(BTC, since=clock() - 86_400_000, params={"stop": True})
    assert listed["id"] == placed["id"]


def test_a_stop_at_the_mark_does_not_look_at_the_last_price(exchange, client, clock):
    client.create_order(BTC, "market", "buy", 0.1)
    by_mark = stop(client, 39_000.0, workingType="MARK_PRICE")
    by_last = stop(client, 39_000.0, workingType="CONTRACT_PRICE")
    # The mark is 5 % below the last price, which stands: 38,000 and 40,000.
    exchange.faults.add({"what": "mark_differs", "symbol": "BTCUSDT", "change": -0.05})
    clock.move_to(clock.time + timedelta(minutes=1))
    assert fetch(client, by_mark["id"])["status"] == "closed"
    assert fetch(client, by_last["id"])["status"] == "open"


def test_a_cancelled_stop_sends_nothing(client, clock):
    client.create_order(BTC, "market", "buy", 0.1)
    placed = stop(client, 38_000.0)
    assert client.cancel_order(placed["id"], BTC, {"stop": True})["info"]["code"] == "200"
    clock.move_to(LATER)
    assert fetch(client, placed["id"])["status"] == "canceled"
    assert len(client.fetch_positions()) == 1
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        client.cancel_order(placed["id"], BTC, {"stop": True})


def test_all_stops_of_a_contract_are_cancelled_at_once(client):
    client.create_order(BTC, "market", "buy", 0.1)
    for price in (38_000.0, 37_000.0):
        stop(client, price)
    client.cancel_all_orders(BTC, {"stop": True})
    assert client.fetch_open_orders(BTC, params={"stop": True}) == []


def test_a_stop_outlives_its_position_and_then_has_nothing_to_reduce(client, clock):
    client.create_order(BTC, "market", "buy", 0.1)
    placed = stop(client, 38_000.0)
    client.create_order(BTC, "market", "sell", 0.1, params={"reduceOnly": True})
    assert fetch(client, placed["id"])["status"] == "open"
    clock.move_to(LATER)
    assert fetch(client, placed["id"])["status"] != "open"
    assert client.fetch_positions() == []


def test_a_stop_limit_order_waits_at_its_price(client, clock):
    client.create_order(BTC, "market", "buy", 0.1)
    params = {"stopPrice": 38_000.0, "reduceOnly": True}
    placed = client.create_order(BTC, "limit", "sell", 0.1, 38_500.0, params)
    clock.move_to(LATER)
    triggered = fetch(client, placed["id"])
    assert triggered["info"]["algoStatus"] == "TRIGGERED"
    order = client.fetch_order(triggered["info"]["actualOrderId"], BTC)
    assert (order["status"], order["price"]) == ("open", 38_500.0)


@pytest.mark.parametrize(
    ("price", "params", "error", "code"),
    [
        # Above the price a stop to sell is reached already.
        (41_000.0, {}, ccxt.OrderImmediatelyFillable, -2021),
        (39_000.0, {"workingType": "INDEX"}, ccxt.BadRequest, -1130),
        (39_000.0, {"closePosition": "true"}, ccxt.BadRequest, -1116),
    ],
)
def test_what_cannot_be_is_refused_as_binance_does(client, price, params, error, code):
    with pytest.raises(error, match=f'"code": ?{code}'):
        stop(client, price, **params)


def test_an_unknown_stop_is_refused(client):
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        fetch(client, "99")
