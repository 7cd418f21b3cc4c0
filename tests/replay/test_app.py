"""What the exchange does over HTTP: answers, refusals, and failures on demand."""

import json
import logging
import threading
import time

import ccxt
import pytest
import requests

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from tests.replay.recordings import START, flat, store

KLINES = "/fapi/v1/klines?symbol=BTCUSDT&interval=5m"


@pytest.fixture
def exchange(tmp_path):
    store(tmp_path, "5m", flat(50.5, 288))
    with ReplayExchange(tmp_path, now_ms=VirtualClock(START.replace(hour=12))) as opened:
        yield opened


def ask(exchange, path, timeout=5.0):
    return requests.get(exchange.url + path, timeout=timeout)


def test_candles_come_as_json(exchange):
    response = ask(exchange, f"{KLINES}&limit=2")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    assert len(response.json()) == 2


def test_a_refusal_is_binances_error_and_is_logged_once(exchange, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            response = ask(exchange, KLINES.replace("5m", "1m"))
    assert response.status_code == 400
    assert response.json()["code"] == -1120
    (message,) = caplog.messages
    assert "No 1m candles can be made for BTC/USDT:USDT: the data folder holds 5m" in message
    assert ask(exchange, "/fapi/v1/depth?symbol=XRPUSDT").json()["code"] == -1121


def test_a_file_that_breaks_later_is_an_error_on_the_exchanges_side(tmp_path, caplog):
    store(tmp_path, "5m", flat(50.5, 288))
    store(tmp_path, "1h", flat(50.5, 24))  # the market is read from the smaller file
    with ReplayExchange(tmp_path) as opened:
        path = tmp_path / "futures" / "BTC_USDT_USDT-5m-futures.feather"
        path.write_bytes(b"damaged")
        response = ask(opened, KLINES)
    assert (response.status_code, response.json()["code"]) == (500, -1000)
    assert path.name in response.json()["msg"]
    assert path.name in caplog.text


@pytest.mark.parametrize(("status", "code"), [(500, -1000), (503, -1000), (429, -1003)])
def test_every_request_fails_on_demand(exchange, status, code):
    exchange.faults.status = status
    for path in ("/fapi/v1/time", "/fapi/v1/exchangeInfo", KLINES):
        response = ask(exchange, path)
        assert (response.status_code, response.json()["code"]) == (status, code)
    assert exchange.faults.hits == 3
    exchange.faults.clear()
    assert ask(exchange, KLINES).status_code == 200
    assert exchange.faults.hits == 3


def test_failures_can_be_limited_to_paths(exchange):
    exchange.faults.status = 500
    exchange.faults.paths = {"/fapi/v1/klines"}
    assert ask(exchange, KLINES).status_code == 500
    assert ask(exchange, "/fapi/v1/time").status_code == 200


@pytest.mark.parametrize(
    ("status", "error"), [(500, ccxt.OperationFailed), (429, ccxt.DDoSProtection)]
)
def test_ccxt_takes_the_failures_for_what_they_are(exchange, status, error):
    client = ccxt.binance(exchange.config()["exchange"]["ccxt_config"])
    exchange.faults.status = status
    with pytest.raises(error):
        client.fapipublic_get_time()


def test_answers_hang_on_demand(exchange):
    exchange.faults.hang_seconds = 0.3
    with pytest.raises(requests.ReadTimeout):
        ask(exchange, KLINES, timeout=0.05)
    assert ask(exchange, KLINES).status_code == 200  # late, and yet an answer
    assert exchange.faults.hits == 2


def test_a_request_that_hangs_delays_no_other_and_not_the_end(tmp_path):
    store(tmp_path, "5m", flat(50.5, 288))
    with ReplayExchange(tmp_path) as opened:
        opened.faults.hang_seconds = 600.0
        opened.faults.paths = {"/fapi/v1/time"}

        def hang():
            with pytest.raises(requests.ConnectionError):
                ask(opened, "/fapi/v1/time", timeout=20.0)

        hanging = threading.Thread(target=hang)
        hanging.start()
        while not opened.faults.hits:
            time.sleep(0.01)
        assert ask(opened, KLINES).status_code == 200
        begin = time.perf_counter()
    hanging.join(timeout=5.0)
    assert not hanging.is_alive()
    assert time.perf_counter() - begin < 2.0


def test_faults_outlive_the_exchange_they_belong_to(tmp_path):
    store(tmp_path, "5m", flat(50.5, 288))
    exchange = ReplayExchange(tmp_path)
    exchange.faults.status = 503
    for _ in range(2):
        with exchange:
            assert ask(exchange, "/fapi/v1/time").status_code == 503


def test_moved_recordings_are_fresh(tmp_path):
    day_ms = 24 * 3_600_000
    store(tmp_path, "5m", flat(50.5, 288))
    clock = VirtualClock(START.replace(day=8, hour=12))
    with ReplayExchange(tmp_path, now_ms=clock, shift_ms=7 * day_ms) as opened:
        rows = json.loads(ask(opened, f"{KLINES}&limit=1").content)
        info = ask(opened, "/fapi/v1/exchangeInfo").json()
    assert rows[0][0] == clock()
    assert info["symbols"][0]["onboardDate"] == clock() - day_ms // 2
