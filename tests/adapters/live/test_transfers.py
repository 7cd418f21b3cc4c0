"""What a ledger tells of deposits and withdrawals, as ccxt hands it over."""

from datetime import timedelta
from math import isnan
from types import SimpleNamespace
from typing import Any

import ccxt
import pytest

from freqtrade_riskguard.adapters.live.transfers import transferred_quote
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


def entry(minute, amount, kind="TRANSFER", asset="USDT"):
    """Return a row as Binance writes it."""
    time_ms = int((NOON + minute * MINUTE).timestamp() * 1000)
    return {
        "symbol": "",
        "incomeType": kind,
        "income": str(amount),
        "asset": asset,
        "time": time_ms,
        "info": kind,
        "tranId": minute,
        "tradeId": "",
    }


@pytest.fixture
def transferred():
    """Return what is told of rows, or of an error, and which requests were made."""

    def told(rows, *, name="binance", until=NOON + 10 * MINUTE):
        asked = []

        def fetch(url, *_):
            asked.append(url)
            if isinstance(rows, Exception):
                raise rows
            return rows

        client: Any = ccxt.binanceusdm({"apiKey": "key", "secret": "secret"})
        market = {**client.safe_market("BTCUSDT"), "spot": False}
        client.set_markets([market], {"USDT": {"id": "USDT", "code": "USDT"}})
        client.fetch = fetch
        strategy: Any = SimpleNamespace(
            config={"stake_currency": "USDT", "exchange": {"name": name}},
            dp=SimpleNamespace(_exchange=SimpleNamespace(_api=client)),
        )
        return transferred_quote(strategy, NOON, until), asked

    return told


def test_what_came_and_went_within_the_time_and_nothing_else(transferred):
    found, asked = transferred(
        [
            *(entry(0, 1.0), entry(1, 250.0), entry(2, -100.0, "COIN_SWAP_WITHDRAW")),
            *(entry(3, -7.0, "REALIZED_PNL"), entry(4, -0.4, "FUNDING_FEE")),
            *(entry(5, 30.0, asset="BNB"), entry(10, 16.0), entry(11, 32.0)),
        ]
    )

    # 250 - 100 + 16: the first row is as old as the last time all agreed.
    assert found == pytest.approx(166.0)
    (url,) = asked
    assert "/fapi/v1/income" in url


@pytest.mark.parametrize("error", [ccxt.NetworkError("away"), ccxt.AuthenticationError("no")])
def test_a_ledger_that_is_not_told_is_unknown(transferred, error):
    assert isnan(transferred(error)[0])


def test_a_ledger_that_is_not_told_to_its_end_is_unknown(transferred):
    assert isnan(transferred([entry(1, 1.0)] * 1_000)[0])


def test_a_venue_whose_words_are_not_known_is_not_asked(transferred):
    found, asked = transferred([entry(1, 250.0)], name="krakenfutures")

    assert isnan(found)
    assert asked == []


def test_no_time_has_no_transfers(transferred):
    assert transferred([entry(1, 250.0)], until=NOON) == (0.0, [])
