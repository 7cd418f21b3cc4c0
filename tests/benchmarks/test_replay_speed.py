"""How long the replay exchange takes for an answer; the figures are printed."""

import http.client
import timeit
from datetime import timedelta

import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.binance.routes import ANSWERS
from freqtrade_riskguard.replay.scenarios import SCENARIOS

pytestmark = pytest.mark.benchmark

# What a bot asks for in every loop, once for each pair: (path, query, limit in milliseconds).
QUESTIONS = {
    "klines": ("/fapi/v1/klines", "symbol=BTCUSDT&interval=5m&limit=499", 1.0),
    "resampled klines": ("/fapi/v1/klines", "symbol=BTCUSDT&interval=15m&limit=499", 1.0),
    "book of 20": ("/fapi/v1/depth", "symbol=BTCUSDT&limit=20", 1.0),
    "all tickers": ("/fapi/v1/ticker/24hr", "", 1.0),
    "all premiums": ("/fapi/v1/premiumIndex", "", 1.0),
}


@pytest.fixture(scope="module")
def exchange(scenario_candles):
    scenario = SCENARIOS["calm_trend"]
    clock = VirtualClock(scenario.start + timedelta(days=29, minutes=2))
    with ReplayExchange(scenario_candles("calm_trend"), now_ms=clock) as opened:
        yield opened


def milliseconds(call):
    """Best of five: what else runs on the machine only ever adds."""
    count = 200
    return min(timeit.repeat(call, number=count, repeat=5)) / count * 1e3


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_takes_less_than_a_millisecond(capsys, exchange, name):
    path, query, limit_milliseconds = QUESTIONS[name]
    fields = dict(field.split("=") for field in query.split("&") if field)
    venue = exchange._venue
    answered = milliseconds(lambda: ANSWERS[path](venue, fields))

    connection = http.client.HTTPConnection(*exchange.url.removeprefix("http://").split(":"))

    def ask():
        connection.request("GET", f"{path}?{query}")
        connection.getresponse().read()

    sent = milliseconds(ask)
    connection.close()
    with capsys.disabled():
        print(f"\n  {name}: {answered:.3f} ms, over HTTP {sent:.3f} ms", end="")  # noqa: T201
    assert answered < limit_milliseconds
