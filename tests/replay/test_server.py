import asyncio
import socket
import threading
import time

import ccxt
import ccxt.async_support
import pytest
import requests

from freqtrade_riskguard.replay import DataFolderError, ReplayExchange


def get(url):
    return requests.get(url, timeout=5).json()


def port_of(exchange):
    return int(exchange.url.rsplit(":", 1)[1])


def is_listening(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def ccxt_options(exchange):
    return {**exchange.config()["exchange"]["ccxt_config"], "options": {"defaultType": "swap"}}


def test_serves_the_three_documents_and_the_time(data_dir):
    with ReplayExchange(data_dir, now_ms=lambda: 1234) as exchange:
        futures = get(f"{exchange.url}/fapi/v1/exchangeInfo")
        spot = get(f"{exchange.url}/api/v3/exchangeInfo")
        inverse = get(f"{exchange.url}/dapi/v1/exchangeInfo")
        clock = get(f"{exchange.url}/fapi/v1/time")
    assert [symbol["symbol"] for symbol in futures["symbols"]] == [
        "BTCUSDT",
        "DOGEUSDT",
        "ETHUSDT",
        "SOLUSDT",
    ]
    assert spot["symbols"] == inverse["symbols"] == []
    assert clock == {"serverTime": 1234}


def test_the_synchronous_ccxt_client_loads_its_markets(data_dir):
    with ReplayExchange(data_dir) as exchange:
        markets = ccxt.binance(ccxt_options(exchange)).load_markets()
        assert set(markets) == set(exchange.pairs)
    bitcoin = markets["BTC/USDT:USDT"]
    assert bitcoin["swap"]
    assert bitcoin["linear"]
    assert bitcoin["active"]
    assert bitcoin["precision"]["price"] == 0.1
    assert bitcoin["precision"]["amount"] == 0.001
    assert bitcoin["limits"]["cost"]["min"] == 100
    assert bitcoin["taker"] == 0.0005
    assert bitcoin["contractSize"] == 1
    assert bitcoin["created"] == 1_704_067_200_000


def test_the_asynchronous_ccxt_client_loads_its_markets(data_dir):
    async def load(exchange):
        async with ccxt.async_support.binance(ccxt_options(exchange)) as client:
            return await client.load_markets()

    with ReplayExchange(data_dir) as exchange:
        assert set(asyncio.run(load(exchange))) == set(exchange.pairs)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/fapi/v1/no/such"), ("POST", "/fapi/v1/exchangeInfo")]
)
def test_an_unknown_path_is_a_binance_error_and_logged(data_dir, caplog, method, path):
    with ReplayExchange(data_dir) as exchange:
        answer = requests.request(method, exchange.url + path, timeout=5)
    assert answer.status_code == 404
    assert answer.json() == {
        "code": -5000,
        "msg": f"the replay exchange does not serve {method} {path}",
    }
    assert f"does not serve {method} {path}" in caplog.text


def test_ccxt_reports_an_unknown_path_by_its_message(data_dir):
    with ReplayExchange(data_dir) as exchange:
        client = ccxt.binance(ccxt_options(exchange))
        with pytest.raises(ccxt.ExchangeError, match="does not serve GET /fapi/v1/openInterest"):
            client.fetch_open_interest("BTC/USDT:USDT")


def test_starts_within_a_third_of_a_second(data_dir):
    def start_seconds():
        begin = time.perf_counter()
        with ReplayExchange(data_dir) as exchange:
            get(f"{exchange.url}/fapi/v1/exchangeInfo")
            return time.perf_counter() - begin

    # The best of three: others may be using the machine.
    assert min(start_seconds() for _ in range(3)) < 0.3


def test_frees_port_and_thread(data_dir):
    threads_before = threading.active_count()
    with ReplayExchange(data_dir) as exchange:
        port = port_of(exchange)
        assert is_listening(port)
    assert not is_listening(port)
    assert threading.active_count() == threads_before
    with ReplayExchange(data_dir, port=port) as exchange:
        assert port_of(exchange) == port


def test_frees_the_port_when_the_body_raises(data_dir):
    ports = []

    def fail_inside():
        with ReplayExchange(data_dir) as exchange:
            ports.append(port_of(exchange))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert not is_listening(ports[0])


def test_opens_and_closes_at_once_again_and_again(data_dir):
    # Closing must work at every moment of the start.
    for pause_seconds in (0.0, 0.0005, 0.001, 0.002, 0.004) * 4:
        with ReplayExchange(data_dir) as exchange:
            port = port_of(exchange)
            time.sleep(pause_seconds)
        assert not is_listening(port)


def test_stops_while_a_client_keeps_its_connection(data_dir):
    with ReplayExchange(data_dir) as exchange:
        client = ccxt.binance(ccxt_options(exchange))
        client.load_markets()
        begin = time.perf_counter()
    assert time.perf_counter() - begin < 2.0


def test_several_run_at_once_and_one_can_be_reused(data_dir):
    outer = ReplayExchange(data_dir)
    with outer, ReplayExchange(data_dir) as inner:
        assert outer.url != inner.url
        assert get(f"{outer.url}/fapi/v1/time")
        assert get(f"{inner.url}/fapi/v1/time")
    with outer:
        assert get(f"{outer.url}/fapi/v1/time")


def test_listens_on_loopback_only(data_dir):
    with ReplayExchange(data_dir) as exchange:
        assert exchange.url.startswith("http://127.0.0.1:")


def test_a_taken_port_raises_where_it_was_asked_for(data_dir):
    with ReplayExchange(data_dir) as exchange, pytest.raises(OSError, match="in use"):
        ReplayExchange(data_dir, port=port_of(exchange)).__enter__()


def test_an_unusable_folder_raises_and_starts_nothing(tmp_path):
    threads_before = threading.active_count()
    with pytest.raises(DataFolderError), ReplayExchange(tmp_path):
        pass
    assert threading.active_count() == threads_before


def test_has_no_address_while_closed(data_dir):
    exchange = ReplayExchange(data_dir)
    assert exchange.pairs == ()
    with pytest.raises(RuntimeError, match="with statement"):
        _ = exchange.url
