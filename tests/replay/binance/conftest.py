"""An exchange that takes orders, and the real ccxt client with its key."""

from itertools import pairwise

import ccxt
import pytest

from freqtrade_riskguard.adapters.rehearsal.exchange import know_binances_errors
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.risk import TierTable
from tests.replay.recordings import START, flat, store, store_funding

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
# One bracket up to 50,000 at 20x, one above at 10x: 0.4 % and 1 %, and the deduction
# 50,000 * (0.01 - 0.004) = 300 that keeps the margin from jumping.
TIERS = TierTable.build([(0, 50_000, 0.004, 0.0, 20), (50_000, 1_000_000, 0.01, 300.0, 10)])


def fall(begin, end, count):
    """Return candles that fall in a straight line; each ends where the next begins."""
    step = (end - begin) / count
    prices = [round(begin + step * place, 1) for place in range(count + 1)]
    return [(first, first, last, last, 10.123) for first, last in pairwise(prices)]


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
    with ReplayExchange(tmp_path, now_ms=clock, wallet_quote=10_000.0, tiers=tiers) as opened:
        yield opened


@pytest.fixture
def client(exchange, clock):
    return connect(exchange, clock)


def connect(exchange, clock, **settings):
    """Return a ccxt client whose clock is the exchange's."""
    config = exchange.config()["exchange"]
    connected = ccxt.binance(
        {
            **config["ccxt_config"],
            "apiKey": config["key"],
            "secret": config["secret"],
            "options": {
                "defaultType": "swap",
                "fetchOpenOrders": {"warnWithoutSymbol": False},
            },
            **settings,
        }
    )
    know_binances_errors(connected)
    connected.milliseconds = clock
    connected.load_markets()
    return connected
