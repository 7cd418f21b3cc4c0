"""What each fault does to the real ccxt client, and the calls that set faults up."""

import threading
import time

import ccxt
import pytest
import requests

from tests.replay.binance.conftest import BTC, ETH, connect
from tests.replay.recordings import START

ORDER = {"path": "/fapi/v1/order", "method": "POST"}
BUY = (BTC, "market", "buy", 0.1)


def stop(client, price=38_000.0, pair=BTC):
    params = {"stopPrice": price, "reduceOnly": True}
    return client.create_order(pair, "market", "sell", 0.1, params=params)


def sizes(client):
    return [position["contracts"] for position in client.fetch_positions()]


def candles(client, timeframe="5m", pair=BTC, **asked):
    """Return open, high, low and close of each, the oldest first."""
    return [tuple(row[1:5]) for row in client.fetch_ohlcv(pair, timeframe, **asked)]


class TestRequests:
    def test_a_refused_request_is_not_done(self, exchange, client):
        exchange.faults.add({"what": "refuse", **ORDER, "code": -1008, "status": 503, "times": 1})
        with pytest.raises(ccxt.OperationFailed, match="-1008"):
            client.create_order(*BUY)
        assert sizes(client) == []
        client.create_order(*BUY)
        assert sizes(client) == [0.1]

    def test_a_lost_answer_is_a_request_that_was_done(self, exchange, client):
        exchange.faults.add({"what": "lose_answer", **ORDER, "times": 1})
        with pytest.raises(ccxt.RequestTimeout, match="execution status unknown"):
            client.create_order(*BUY)
        assert sizes(client) == [0.1]

    def test_an_answer_may_be_lost_with_its_connection(self, exchange, client):
        exchange.faults.add({"what": "lose_answer", **ORDER, "code": None})
        with pytest.raises(ccxt.NetworkError):
            client.create_order(*BUY)
        assert sizes(client) == [0.1]

    def test_an_exchange_that_goes_away_does_nothing(self, exchange, client):
        exchange.faults.add({"what": "go_away"})
        for ask in (lambda: client.create_order(*BUY), client.fetch_positions, client.fetch_time):
            with pytest.raises(ccxt.NetworkError):
                ask()
        exchange.faults.clear()
        assert sizes(client) == []

    def test_a_time_out_is_a_request_that_was_not_done(self, exchange, clock):
        client = connect(exchange, clock, timeout=200)
        exchange.faults.add({"what": "time_out", **ORDER, "seconds": 5})
        with pytest.raises(ccxt.RequestTimeout):
            client.create_order(*BUY)
        exchange.faults.clear()
        assert sizes(client) == []

    def test_a_late_answer_is_a_request_that_was_done_at_once(self, exchange, client, clock):
        exchange.faults.add({"what": "late", **ORDER, "seconds": 0.5})
        other = connect(exchange, clock)
        begin = time.monotonic()
        buying = threading.Thread(target=client.create_order, args=BUY)
        buying.start()
        while not exchange.faults.hits:
            time.sleep(0.01)
        assert sizes(other) == [0.1]
        assert buying.is_alive()
        buying.join(timeout=5.0)
        assert time.monotonic() - begin >= 0.5

    def test_a_rate_limit_says_when_to_come_again(self, exchange, client):
        exchange.faults.add({"what": "rate_limit", "retry_after_seconds": 7})
        with pytest.raises(ccxt.DDoSProtection, match="-1003"):
            client.create_order(*BUY)
        assert client.last_response_headers["Retry-After"] == "7"

    def test_only_stops_are_refused(self, exchange, client):
        client.create_order(*BUY)
        exchange.faults.add({"what": "refuse_stops", "symbol": "BTCUSDT"})
        with pytest.raises(ccxt.OperationFailed, match="-1008"):
            stop(client)
        client.create_order(ETH, "market", "buy", 1.0)
        stop(client, 1_900.0, ETH)
        client.create_order(*BUY)

    def test_a_fault_of_some_arguments_leaves_others_alone(self, exchange, client):
        sells = {"where": {"side": "SELL"}}
        exchange.faults.add({"what": "refuse", **ORDER, **sells})
        client.create_order(*BUY)
        with pytest.raises(ccxt.OperationFailed, match="-1000"):
            client.create_order(BTC, "market", "sell", 0.1)

    def test_a_fault_lasts_for_its_time_on_the_exchanges_clock(self, exchange, client, clock):
        span = {"since": "2024-01-01T01:10:00Z", "until": "2024-01-01T01:20:00Z"}
        exchange.faults.add({"what": "refuse", **ORDER, **span})
        done = []
        for minute in (9, 10, 19, 20):
            clock.move_to(START.replace(hour=1, minute=minute))
            try:
                client.create_order(*BUY)
            except ccxt.OperationFailed:
                done.append(False)
            else:
                done.append(True)
        assert done == [True, False, False, True]


class TestOrders:
    def test_a_limit_order_is_filled_by_a_share_and_its_rest_waits(self, exchange, client, clock):
        exchange.faults.add({"what": "partial_fill", "share": 0.5, "times": 1})
        order = client.create_order(BTC, "limit", "buy", 0.1, 40_000.0)
        assert (order["status"], order["filled"], order["remaining"]) == ("open", 0.05, 0.05)
        clock.move_to(START.replace(hour=3))
        assert client.fetch_order(order["id"], BTC)["filled"] == 0.05
        cancelled = client.cancel_order(order["id"], BTC)
        assert (cancelled["status"], cancelled["filled"]) == ("canceled", 0.05)

    def test_a_forgotten_order_works_all_the_same(self, exchange, client, clock):
        order = client.create_order(BTC, "limit", "buy", 0.1, 39_000.0)
        exchange.faults.add({"what": "forget_order", "symbol": "BTCUSDT"})
        with pytest.raises(ccxt.OrderNotFound, match="-2013"):
            client.fetch_order(order["id"], BTC)
        with pytest.raises(ccxt.OrderNotFound, match="-2011"):
            client.cancel_order(order["id"], BTC)
        assert client.fetch_open_orders(BTC) == []
        clock.move_to(START.replace(hour=3))
        assert sizes(client) == [0.1]

    def test_the_exchange_cancels_a_stop_by_itself_when_its_time_has_come(
        self, exchange, client, clock
    ):
        client.create_order(*BUY)
        first, second = stop(client, 38_000.0), stop(client, 37_000.0)
        since = "2024-01-01T01:30:00Z"
        exchange.faults.add({"what": "cancel_order", "since": since, "times": 1})
        clock.move_to(START.replace(hour=1, minute=29))
        assert len(client.fetch_open_orders(BTC, params={"stop": True})) == 2
        clock.move_to(START.replace(hour=1, minute=31))
        statuses = [
            client.fetch_order(placed["id"], BTC, {"stop": True})["status"]
            for placed in (first, second)
        ]
        assert statuses == ["expired", "open"]


class TestPrices:
    def test_a_price_jumps_at_its_time_and_comes_back(self, exchange, client, clock):
        client.create_order(*BUY)
        placed = stop(client, 39_000.0)
        span = {"since": "2024-01-01T01:10:00Z", "until": "2024-01-01T01:11:00Z"}
        exchange.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": -0.1, **span})
        # Nobody asked while it was down; the stop was filled at the price behind the jump.
        clock.move_to(START.replace(hour=1, minute=20))
        assert client.fetch_order(placed["id"], BTC, {"stop": True})["status"] == "closed"
        assert client.fetch_my_trades(BTC)[-1]["price"] == 36_000.0
        assert client.fetch_last_prices()[BTC]["price"] == 40_000.0

    def test_a_jump_that_is_taken_back_leaves_the_recorded_price(self, exchange, client):
        jump = {"what": "price_jump", "symbol": "BTCUSDT", "change": 0.5, "name": "up"}
        exchange.faults.add(jump)
        assert client.fetch_last_prices()[BTC]["price"] == 60_000.0
        exchange.faults.remove("up")
        assert client.fetch_last_prices()[BTC]["price"] == 40_000.0

    def test_a_jump_stays_in_the_candles_in_which_it_was(self, exchange, client, clock):
        # BTC stands at 40,000. From 1:07 to 1:16 it is at 36,000.
        span = {"since": "2024-01-01T01:07:00Z", "until": "2024-01-01T01:16:00Z"}
        exchange.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": -0.1, **span})
        clock.move_to(START.replace(hour=1, minute=6))
        assert candles(client)[-1] == (40_000.0,) * 4
        clock.move_to(START.replace(hour=1, minute=8))
        forming = candles(client)[-1]
        assert forming == (40_000.0, 40_000.0, 36_000.0, 36_000.0)
        assert client.fetch_ticker(BTC)["last"] == forming[-1]
        clock.move_to(START.replace(hour=1, minute=26))
        both_ways = [
            # 1:00; down within the next; all of one; up again; 1:20 and the one that forms.
            (40_000.0,) * 4,
            (40_000.0, 40_000.0, 36_000.0, 36_000.0),
            (36_000.0,) * 4,
            (36_000.0, 40_000.0, 36_000.0, 40_000.0),
            (40_000.0,) * 4,
            (40_000.0,) * 4,
        ]
        assert candles(client)[-6:] == both_ways
        assert candles(client, params={"price": "mark"})[-6:] == both_ways
        # A longer candle, and some from the middle.
        assert candles(client, "1h")[-1] == (40_000.0, 40_000.0, 36_000.0, 40_000.0)
        since = int(START.replace(hour=1, minute=5).timestamp() * 1000)
        assert candles(client, since=since, limit=2) == both_ways[1:3]
        # Of the other contract nothing has changed.
        assert set(candles(client, pair=ETH)) == {(2_000.0,) * 4}

    def test_a_jump_moves_a_fall_with_it(self, exchange, client, clock):
        # From 2:00 it falls by 9,999.5 in 12 candles: 833.3 each.
        clock.move_to(START.replace(hour=2))
        exchange.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": 0.5})
        # It begins with the next request.
        assert client.fetch_ticker(BTC)["last"] == 60_000.0
        clock.move_to(START.replace(hour=2, minute=13))
        *_, first, second, forming = candles(client)
        # Half as much again as 40,000 to 39,166.7, and on to 38,333.4.
        assert first == pytest.approx((60_000.0, 60_000.0, 58_750.05, 58_750.05), abs=0.1)
        assert second == pytest.approx((58_750.05, 58_750.05, 57_500.1, 57_500.1), abs=0.2)
        # What a bot asks for next is the same price.
        assert forming[-1] == client.fetch_ticker(BTC)["last"]
        assert forming[0] == forming[1] > forming[2] == forming[3]

    def test_a_mark_that_differs_is_in_its_own_candles_only(self, exchange, client, clock):
        exchange.faults.add({"what": "mark_differs", "symbol": "BTCUSDT", "change": 0.01})
        assert client.fetch_funding_rate(BTC)["markPrice"] == 40_400.0
        clock.move_to(START.replace(hour=1, minute=11))
        assert candles(client)[-2:] == [(40_000.0,) * 4] * 2
        assert candles(client, params={"price": "mark"})[-2:] == [(40_400.0,) * 4] * 2

    @pytest.mark.parametrize("first", [True, False])
    def test_the_liquidation_may_come_before_the_stop(self, exchange, client, clock, first):
        client.set_margin_mode("isolated", BTC)
        client.set_leverage(20, BTC)
        client.create_order(*BUY)
        # Liquidated at (200 - 4,000) / (0.1 * (0.004 - 1)) = 38,152.6.
        stop(client, 38_500.0)
        if first:
            exchange.faults.add({"what": "liquidate_first"})
        # One move passes both.
        exchange.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": -0.06})
        clock.move_to(START.replace(hour=1, minute=1))
        orders = client.fetch_orders(BTC, since=int(START.timestamp() * 1000))
        assert orders[-1]["clientOrderId"].startswith("autoclose-") is first


class TestCalls:
    def test_faults_are_listed_added_and_taken_back_while_it_runs(self, exchange, client):
        url = f"{exchange.url}/faults"
        rules = [{"what": "go_away", "name": "a", "path": "/x"}, {"what": "refuse_stops"}]
        assert requests.get(url, timeout=5).json() == []
        added = requests.post(url, json=rules, timeout=5).json()
        assert [(rule["what"], rule["hits"]) for rule in added] == [
            ("go_away", 0),
            ("refuse_stops", 0),
        ]
        with pytest.raises(ccxt.OperationFailed):
            stop(client)
        assert [rule["hits"] for rule in requests.get(url, timeout=5).json()] == [0, 1]
        assert requests.delete(url, params={"name": "a"}, timeout=5).json() == {"removed": 1}
        assert len(exchange.faults.listed()) == 1
        assert requests.delete(url, timeout=5).json() == []
        assert exchange.faults.listed() == []

    def test_what_cannot_be_read_is_named_and_not_added(self, exchange):
        url = f"{exchange.url}/faults"
        answer = requests.post(url, json={"what": "late"}, timeout=5)
        assert answer.status_code == 400
        assert answer.json() == {"error": "faults: fault 1, seconds: field required"}
        for more in ({"data": '{"what": "go_away"}'}, {"json": 5}, {"data": "{", "headers": JSON}):
            assert requests.post(url, timeout=5, **more).status_code == 400
        assert requests.put(url, timeout=5).status_code == 400
        assert exchange.faults.listed() == []

    def test_faults_can_be_changed_while_all_requests_fail(self, exchange):
        exchange.faults.status = 500
        assert requests.delete(f"{exchange.url}/faults", timeout=5).status_code == 200
        assert exchange.faults.status is None


JSON = {"Content-Type": "application/json"}
