"""Both of ccxt's clients trust the exchange's certificate, and nobody else needs to."""

import asyncio
import ssl
import stat
from pathlib import Path

import ccxt
import ccxt.async_support
import pytest
import requests

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from tests.replay.binance.conftest import BTC
from tests.replay.recordings import START, flat, store


@pytest.fixture
def exchange(tmp_path):
    store(tmp_path, "5m", flat(40_000.5, 288, 10.123))
    clock = VirtualClock(START.replace(hour=1))
    with ReplayExchange(tmp_path, now_ms=clock, wallet_quote=1_000.0, tls=True) as opened:
        yield opened, clock


def client_of(module, exchange, clock):
    config = exchange.config()["exchange"]
    keys = {"apiKey": config["key"], "secret": config["secret"]}
    client = module.binance({**config["ccxt_config"], **keys, "options": {"defaultType": "swap"}})
    client.milliseconds = clock
    return client


def test_the_synchronous_client_trusts_it_and_knows_binances_errors(exchange):
    client = client_of(ccxt, *exchange)
    assert client.fetch_balance()["USDT"]["total"] == 1_000.0
    with pytest.raises(ccxt.InsufficientFunds, match="-2019"):
        client.create_order(BTC, "market", "buy", 0.5)


def test_the_asynchronous_client_trusts_it(exchange):
    async def total():
        async with client_of(ccxt.async_support, *exchange) as client:
            balance = await client.fetch_balance()
            return balance["USDT"]["total"]

    assert asyncio.run(total()) == 1_000.0


def test_who_does_not_know_the_certificate_does_not_connect(exchange):
    opened, _ = exchange
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{opened.url}/fapi/v1/time", timeout=5)


def test_the_certificate_is_there_while_the_exchange_is_and_without_its_key(exchange):
    opened, _ = exchange
    file = Path(opened.config()["exchange"]["ccxt_config"]["cafile"])
    assert file.read_text().count("BEGIN") == 1
    assert "PRIVATE" not in file.read_text()
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    ssl.create_default_context(cafile=str(file))
    opened.__exit__(None, None, None)
    assert not file.parent.exists()
