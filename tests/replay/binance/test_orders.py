"""Market and limit orders of the real ccxt client."""

from datetime import timedelta

import ccxt
import pytest

from tests.replay.binance.conftest import BTC, ETH
from tests.replay.recordings import START

# Of all contracts; spot has orders, too.
SWAPS = {"type": "swap"}
WEEK = {"since": int(START.timestamp() * 1000)}


def test_a_market_order_is_filled_when_it_is_answered(client, clock):
    client.set_leverage(5, BTC)
    order = client.create_order(BTC, "market", "buy", 0.1)

    assert order["status"] == "closed"
    assert (order["average"], order["filled"], order["cost"]) == (40_000.0, 0.1, 4_000.0)
    assert order["timestamp"] == clock()
    assert client.fetch_order(order["id"], BTC)["status"] == "closed"
    (trade,) = client.fetch_my_trades(BTC, since=clock() - 5_000)
    # A taker pays 0.05 % of 4,000.
    assert (trade["order"], trade["amount"], trade["price"]) == (order["id"], 0.1, 40_000.0)
    assert trade["fee"] == {"currency": "USDT", "cost": pytest.approx(2.0)}
    assert trade["takerOrMaker"] == "taker"


def test_a_limit_order_waits_for_its_price_and_pays_a_makers_fee(client, clock):
    order = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0)
    assert (order["status"], order["filled"], order["price"]) == ("open", 0.0, 39_000.0)
    assert [found["id"] for found in client.fetch_open_orders(BTC)] == [order["id"]]
    assert client.fetch_open_orders(ETH) == []

    clock.move_to(START + timedelta(hours=3))
    order = client.fetch_order(order["id"], BTC)
    assert (order["status"], order["average"]) == ("closed", 39_000.0)
    # On the way down, before its hour was over.
    fell = START + timedelta(hours=2)
    filled = order["lastTradeTimestamp"] / 1000
    assert fell.timestamp() < filled < (fell + timedelta(minutes=15)).timestamp()
    (trade,) = client.fetch_my_trades(BTC)
    # 0.02 % of 3,900.
    assert trade["fee"]["cost"] == pytest.approx(0.78)
    assert trade["takerOrMaker"] == "maker"
    assert client.fetch_open_orders(BTC) == []


def test_an_order_that_is_cancelled_is_not_filled_later(client, clock):
    order = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0)
    assert client.cancel_order(order["id"], BTC)["status"] == "canceled"
    clock.move_to(START + timedelta(hours=3))
    assert client.fetch_order(order["id"], BTC)["status"] == "canceled"
    assert client.fetch_my_trades(BTC) == []
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        client.cancel_order(order["id"], BTC)


def test_all_orders_of_a_contract_are_cancelled_at_once(client):
    for price in (39_000.0, 38_000.0):
        client.create_order(BTC, "limit", "buy", 0.1, price)
    client.create_order(ETH, "limit", "buy", 1.0, 1_900.0)
    client.cancel_all_orders(BTC)
    assert [order["symbol"] for order in client.fetch_open_orders(params=SWAPS)] == [ETH]


def test_orders_of_a_week_are_listed(client, clock):
    first = client.create_order(BTC, "market", "buy", 0.1)
    clock.move_to(START + timedelta(hours=1, minutes=30))
    second = client.create_order(BTC, "market", "sell", 0.1, params={"reduceOnly": True})
    found = client.fetch_orders(BTC, **WEEK)
    assert [order["id"] for order in found] == [first["id"], second["id"]]
    assert [order["reduceOnly"] for order in found] == [False, True]
    since = clock() - 1
    assert [order["id"] for order in client.fetch_orders(BTC, since=since)] == [second["id"]]
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        client.fetch_orders(BTC, since=since, params={"until": since + 8 * 86_400_000})


def test_a_name_of_ones_own_finds_an_order(client):
    order = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0, {"clientOrderId": "mine"})
    found = client.fetch_order("", BTC, {"clientOrderId": "mine"})
    assert (found["id"], found["clientOrderId"]) == (order["id"], "mine")


def test_an_order_that_is_acknowledged_only_is_not_filled_yet_by_its_answer(client):
    order = client.create_order(BTC, "market", "buy", 0.1, params={"newOrderRespType": "ACK"})
    assert (order["status"], order["filled"]) == ("open", 0.0)
    assert client.fetch_order(order["id"], BTC)["status"] == "closed"


@pytest.mark.parametrize(
    ("asked", "error", "code"),
    [
        # 0.3 BTC at 5x: margin of 2,400 is there; 2 BTC: 16,000 is not.
        (("market", "buy", 2.0, None, {}), ccxt.InsufficientFunds, -2019),
        # Nothing to reduce.
        (("market", "sell", 0.1, None, {"reduceOnly": True}), ccxt.InvalidOrder, -2022),
        # Less than 100 USDT.
        (("market", "buy", 0.002, None, {}), ccxt.InvalidOrder, -4164),
        # A buyer at 41,000 takes what is offered at 40,000.
        (("limit", "buy", 0.1, 41_000.0, {"postOnly": True}), ccxt.OrderNotFillable, -5022),
        (("limit", "buy", 0.1, 39_000.0, {"positionSide": "LONG"}), ccxt.OperationRejected, -4061),
        (("limit", "buy", 0.1, 39_000.0, {"timeInForce": "NEVER"}), ccxt.BadRequest, -1130),
    ],
)
def test_what_cannot_be_is_refused_as_binance_does(client, asked, error, code):
    client.set_leverage(5, BTC)
    order_type, side, amount, price, params = asked
    with pytest.raises(error, match=f'"code": ?{code}'):
        client.create_order(BTC, order_type, side, amount, price, params)
    assert client.fetch_orders(BTC, **WEEK) == []


def test_stops_belong_to_another_endpoint(client):
    request = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.1"}
    with pytest.raises(ccxt.InvalidOrder, match="-4120"):
        client.fapiprivate_post_order({**request, "stopPrice": "39000"})
    with pytest.raises(ccxt.BadRequest, match="-1116"):
        client.fapiprivate_post_order({**request, "type": "ICEBERG"})


def test_unknown_orders_and_contracts_are_refused(client):
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        client.fetch_order("99", BTC)
    order = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0)
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        client.fetch_order(order["id"], ETH)
    with pytest.raises(ccxt.BadSymbol, match="-1121"):
        client.fapiprivate_get_order({"symbol": "XRPUSDT", "orderId": order["id"]})
    with pytest.raises(ccxt.BadRequest, match="-1102"):
        client.fapiprivate_get_order({"symbol": "BTCUSDT"})
