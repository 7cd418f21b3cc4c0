"""What the real ccxt client of Bybit reads of an account: orders, stops, positions, histories."""

import ccxt
import pytest

from freqtrade_riskguard.replay import ReplayExchange
from tests.replay.binance.conftest import BTC, ETH
from tests.replay.bybit.conftest import connect
from tests.replay.recordings import START, flat, store

BUY = (BTC, "market", "buy", 0.1)
KNOWN = {"acknowledged": True}
FEE_RATE = 0.00055


def stop(client, price=38_000.0, **params):
    return client.create_order(
        BTC,
        "market",
        "sell",
        0.1,
        params={"stopLossPrice": price, "triggerBy": "MarkPrice"} | params,
    )


def test_the_account_is_unified_and_its_balance_is_without_open_profit(client, clock):
    assert client.is_unified_enabled() == [False, True]
    client.create_order(*BUY)
    clock.move_to(START.replace(hour=2, minute=5))
    (held,) = client.fetch_positions()
    assert held["unrealizedPnl"] < 0
    balance = client.fetch_balance()["USDT"]
    assert balance["total"] == pytest.approx(10_000 - 4_000 * FEE_RATE)
    assert balance["used"] == pytest.approx(400, rel=0.05)


def test_an_order_is_answered_by_its_number_alone(client):
    order = client.create_order(*BUY)
    assert (order["status"], order["filled"], order["amount"]) == (None, None, None)
    found = client.fetch_order(order["id"], BTC, KNOWN)
    assert (found["status"], found["filled"], found["average"]) == ("closed", 0.1, 40_000.0)
    assert found["fee"] == {"cost": pytest.approx(4_000 * FEE_RATE), "currency": "USDT"}
    (trade,) = client.fetch_my_trades(BTC)
    assert (trade["order"], trade["amount"]) == (order["id"], 0.1)
    assert trade["fee"]["cost"] == pytest.approx(4_000 * FEE_RATE)


def test_a_position_has_its_margin_and_the_price_that_liquidates(client):
    client.create_order(*BUY)
    (held,) = client.fetch_positions()
    assert (held["side"], held["contracts"], held["entryPrice"]) == ("long", 0.1, 40_000.0)
    assert (held["leverage"], held["initialMargin"]) == (10.0, 400.0)
    # (4000 - 400) / (0.1 * 0.996)
    assert held["liquidationPrice"] == pytest.approx(36_144.6, abs=0.1)


def test_a_stop_keeps_its_number_when_it_strikes(client, clock):
    client.create_order(*BUY)
    placed = stop(client)
    waiting = client.fetch_order(placed["id"], BTC, KNOWN)
    assert (waiting["status"], waiting["triggerPrice"]) == ("open", 38_000.0)
    assert waiting["reduceOnly"]
    assert [order["id"] for order in client.fetch_open_orders(BTC)] == [placed["id"]]
    clock.move_to(START.replace(hour=3))
    struck = client.fetch_order(placed["id"], BTC, KNOWN)
    assert (struck["status"], struck["filled"]) == ("closed", 0.1)
    assert struck["average"] == pytest.approx(38_000, rel=0.001)
    assert client.fetch_positions() == []
    assert client.fetch_open_orders() == []
    assert placed["id"] in {order["id"] for order in client.fetch_closed_orders(BTC)}
    assert client.fetch_my_trades(BTC)[-1]["order"] == placed["id"]


def test_a_stop_is_cancelled(client):
    client.create_order(*BUY)
    placed = stop(client)
    client.cancel_order(placed["id"], BTC)
    found = client.fetch_order(placed["id"], BTC, KNOWN)
    assert (found["status"], found["filled"], found["remaining"]) == ("canceled", 0.0, 0.0)
    with pytest.raises(ccxt.OrderNotFound, match="110001"):
        client.cancel_order(placed["id"], BTC)


@pytest.mark.parametrize(
    ("ask", "error", "code"),
    [
        (lambda c: stop(c, 41_000.0), ccxt.InvalidOrder, "110093"),
        (lambda c: stop(c, 39_000.0, triggerDirection=1), ccxt.InvalidOrder, "110092"),
        (lambda c: c.create_order(BTC, "market", "buy", 100), ccxt.BadRequest, "110013"),
        (lambda c: c.create_order(BTC, "market", "buy", 3), ccxt.InsufficientFunds, "110007"),
        (
            lambda c: c.create_order(BTC, "market", "sell", 0.1, params={"reduceOnly": True}),
            ccxt.InvalidOrder,
            "110017",
        ),
        (lambda c: c.create_order(ETH, "limit", "buy", 0.01, 100), ccxt.InvalidOrder, "110094"),
        (lambda c: c.set_leverage(10, BTC), ccxt.BadRequest, "110043"),
        (lambda c: c.set_leverage(21, BTC), ccxt.BadRequest, "10001"),
        (lambda c: c.fetch_order("nothing", BTC, KNOWN), ccxt.OrderNotFound, "not found"),
        (lambda c: c.set_position_mode(True), ccxt.BadRequest, "110024"),
    ],
)
def test_what_is_refused_has_the_class_that_ccxt_knows(client, ask, error, code):
    with pytest.raises(error, match=code):
        ask(client)


def test_leverage_is_in_hundredths(client):
    client.set_leverage(2.5, BTC)
    client.create_order(*BUY)
    (held,) = client.fetch_positions()
    assert (held["leverage"], held["initialMargin"]) == (2.5, 1_600.0)


def test_the_margin_mode_is_the_accounts(client):
    client.create_order(*BUY)
    client.set_margin_mode("isolated")
    with pytest.raises(ccxt.BadRequest, match="110024"):
        client.set_margin_mode("cross")
    assert client.fetch_margin_mode(BTC)["marginMode"] == "isolated"


def test_funding_is_a_fee_below_zero_where_it_was_received(client, clock):
    client.create_order(BTC, "market", "sell", 0.1)
    clock.move_to(START.replace(hour=8, minute=1))
    (received,) = client.fetch_funding_history(BTC)
    # 0.1 % of 3,000.05 went to the short.
    assert received["amount"] == pytest.approx(-3.0, abs=0.001)
    ledger = client.fetch_ledger("USDT")
    kinds = {entry["info"]["type"]: entry for entry in ledger}
    assert sorted(kinds) == ["SETTLEMENT", "TRADE", "TRANSFER_IN"]
    assert (kinds["TRANSFER_IN"]["type"], kinds["TRANSFER_IN"]["amount"]) == ("transaction", 10_000)
    settled = kinds["SETTLEMENT"]
    assert (settled["direction"], settled["amount"]) == ("in", pytest.approx(3.0, abs=0.001))


def test_a_liquidation_is_named_by_who_made_the_order(client, clock):
    client.create_order(*BUY)
    clock.move_to(START.replace(hour=3))
    assert client.fetch_positions() == []
    (_, order) = client.fetch_closed_orders(BTC)
    assert order["info"]["createType"] == "CreateByTakeOver_PassThrough"
    # It is no trade of the account's own.
    assert len(client.fetch_my_trades(BTC)) == 1
    assert len(client.fetch_my_trades(BTC, params={"execType": "BustTrade"})) == 1


class TestPages:
    def test_orders_come_in_pages(self, client):
        client.create_order(*BUY)
        placed = [stop(client, 30_000.0 + count)["id"] for count in range(23)]
        assert len(client.fetch_open_orders(BTC)) == 20
        found = client.fetch_open_orders(BTC, params={"paginate": True})
        assert sorted(order["id"] for order in found) == placed

    def test_a_history_is_of_a_week(self, client, clock):
        with pytest.raises(ccxt.BadRequest, match="7 days"):
            client.fetch_my_trades(BTC, 0, params={"endTime": clock()})


class TestKeys:
    def test_a_wrong_secret_is_refused(self, exchange, clock):
        with pytest.raises(ccxt.AuthenticationError, match="10004"):
            connect(exchange, clock, secret="another")  # noqa: S106 - not the right one

    def test_a_wrong_key_is_refused(self, exchange, clock):
        with pytest.raises(ccxt.AuthenticationError, match="10003"):
            connect(exchange, clock, apiKey="another")

    @pytest.mark.parametrize("seconds", [-6, 2])
    def test_another_time_is_refused(self, client, clock, seconds):
        client.milliseconds = lambda: clock() + seconds * 1000
        with pytest.raises(ccxt.InvalidNonce, match="10002"):
            client.fetch_positions()


class TestFaults:
    def test_stops_alone_are_refused(self, exchange, client):
        exchange.faults.add({"what": "refuse_stops"})
        client.create_order(*BUY)
        with pytest.raises(ccxt.ExchangeError, match="10016"):
            stop(client)
        assert client.fetch_open_orders(BTC) == []

    def test_an_answer_that_is_lost(self, exchange, client):
        where = {"path": "/v5/order/create", "where": {"side": "Buy"}}
        exchange.faults.add({"what": "lose_answer", **where, "times": 1})
        with pytest.raises(ccxt.ExchangeError, match="10000"):
            client.create_order(*BUY)
        assert len(client.fetch_positions()) == 1

    def test_a_code_of_its_own(self, exchange, client):
        exchange.faults.add({"what": "refuse", "path": "/v5/position/list", "code": 110007})
        with pytest.raises(ccxt.InsufficientFunds):
            client.fetch_positions()

    def test_too_many_requests(self, exchange, client):
        exchange.faults.add({"what": "rate_limit", "times": 1})
        with pytest.raises(ccxt.RateLimitExceeded, match="10006"):
            client.fetch_positions()

    def test_half_an_order(self, exchange, client):
        exchange.faults.add({"what": "partial_fill", "share": 0.5, "times": 1})
        placed = client.create_order(BTC, "limit", "buy", 0.1, 40_000.0)
        found = client.fetch_order(placed["id"], BTC, KNOWN)
        assert (found["status"], found["filled"], found["remaining"]) == ("open", 0.05, 0.05)
        client.cancel_order(placed["id"], BTC)
        found = client.fetch_order(placed["id"], BTC, KNOWN)
        assert (found["status"], found["filled"], found["remaining"]) == ("canceled", 0.05, 0.0)

    def test_an_order_that_is_forgotten(self, exchange, client):
        placed = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0)
        exchange.faults.add({"what": "forget_order"})
        with pytest.raises(ccxt.OrderNotFound):
            client.fetch_order(placed["id"], BTC, KNOWN)


def test_over_tls_it_is_asked_as_well(tmp_path, clock):
    store(tmp_path, "5m", flat(40_000.0, 24, 10.123))
    with ReplayExchange(
        tmp_path, now_ms=clock, wallet_quote=500.0, tls=True, exchange="bybit"
    ) as opened:
        assert opened.url.startswith("https://127.0.0.1:")
        assert connect(opened, clock).fetch_balance()["USDT"]["total"] == 500.0
