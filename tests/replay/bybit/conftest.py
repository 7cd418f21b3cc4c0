"""An exchange that speaks as Bybit and takes orders, and the real ccxt client with its key."""

import ccxt
import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from tests.replay.binance.conftest import BTC, ETH, TIERS, fall
from tests.replay.recordings import START, flat, store, store_funding


@pytest.fixture
def clock():
    return VirtualClock(START.replace(hour=1))


@pytest.fixture
def exchange(tmp_path, clock):
    # BTC stands at 40,000 for two hours, falls to 30,000 within the next, and stays there.
    # ETH stands at 2,000.
    bitcoin = [*flat(40_000.0, 24, 10.123), *fall(40_000.0, 30_000.5, 12)]
    store(tmp_path, "5m", [*bitcoin, *flat(30_000.5, 240, 10.123)])
    store(tmp_path, "5m", flat(2_000.0, 276, 10.12), coin="ETH")
    store_funding(tmp_path, [0.0001, 0.001, 0.0001], hours=8)
    tiers = {BTC: TIERS, ETH: TIERS}
    with ReplayExchange(
        tmp_path, now_ms=clock, wallet_quote=10_000.0, tiers=tiers, exchange="bybit"
    ) as opened:
        yield opened


@pytest.fixture
def client(exchange, clock):
    connected = connect(exchange, clock)
    connected.set_margin_mode("isolated")
    connected.set_leverage(10, BTC)
    return connected


def connect(exchange, clock, **settings):
    """Return a ccxt client whose clock is the exchange's."""
    config = exchange.config()["exchange"]
    connected = ccxt.bybit(
        {
            **config["ccxt_config"],
            "apiKey": config["key"],
            "secret": config["secret"],
            "options": {"defaultType": "swap", "defaultSettle": "USDT"},
            **settings,
        }
    )
    connected.milliseconds = clock
    connected.load_markets()
    return connected
