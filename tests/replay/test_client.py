"""The real ccxt client on generated candles: everything that freqtrade asks it for."""

import ccxt
import pandas as pd
import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.clock import to_ms
from freqtrade_riskguard.replay.scenarios import SCENARIOS

PAIR = "ETH/USDT:USDT"
FIVE_MS = 300_000


@pytest.fixture(scope="module")
def clock():
    # Ten seconds into the second day's candle of 06:00.
    return VirtualClock(SCENARIOS["calm_trend"].start + pd.Timedelta("1D6h1s"))


@pytest.fixture(scope="module")
def client(data_dir, clock):
    with ReplayExchange(data_dir, now_ms=clock) as exchange:
        connected = ccxt.binance(
            {
                **exchange.config()["exchange"]["ccxt_config"],
                "options": {"defaultType": "swap"},
            }
        )
        connected.load_markets()
        yield connected


@pytest.fixture(scope="module")
def recorded(data_dir):
    frame = pd.read_feather(data_dir / "futures" / "ETH_USDT_USDT-5m-futures.feather")
    frame["date"] = frame["date"].dt.as_unit("ms").astype("int64")
    return frame.to_numpy()


def test_the_newest_candles(client, clock, recorded):
    rows = client.fetch_ohlcv(PAIR, "5m", limit=499)
    # 360 candles of 5 minutes in 30 hours, and the one that forms.
    assert rows[:-1] == recorded[:360].tolist()
    assert rows[-1] == [clock() - 1000, *[recorded[360][1]] * 4, 0]


def test_candles_page_by_page(client, recorded):
    rows, since = [], int(recorded[0][0])
    while page := client.fetch_ohlcv(PAIR, "5m", since=since, limit=100):
        rows += page
        since = page[-1][0] + FIVE_MS
    assert rows[:-1] == recorded[:360].tolist()
    assert len(rows) == 361


def test_candles_of_another_length(client):
    assert len(client.fetch_ohlcv(PAIR, "1d")) == 2
    assert len(client.fetch_ohlcv(PAIR, "15m")) == 121
    assert len(client.fetch_ohlcv(PAIR, "1h", params={"price": "mark"})) == 31
    with pytest.raises(ccxt.BadRequest, match="the data folder holds 5m, 1h"):
        client.fetch_ohlcv(PAIR, "1m")


def test_book_and_tickers_agree(client, recorded):
    price = recorded[360][1]
    book = client.fetch_l2_order_book(PAIR, 20)
    assert (book["bids"][0][0], book["asks"][0][0]) == (price, price)
    assert len(book["bids"]) == len(book["asks"]) == 20
    assert {pair: ticker["last"] for pair, ticker in client.fetch_tickers().items()}[PAIR] == price
    quotes = client.fetch_bids_asks()
    assert set(quotes) == set(client.markets)
    assert (quotes[PAIR]["bid"], quotes[PAIR]["ask"]) == (price, price)
    assert client.fetch_last_prices()[PAIR]["price"] == price
    assert client.fetch_tickers()[PAIR]["quoteVolume"] > 1_000_000


def test_a_book_with_a_spread(data_dir, clock, recorded):
    price = recorded[360][1]
    with ReplayExchange(data_dir, now_ms=clock, spread_ticks=2) as exchange:
        settings = exchange.config()["exchange"]["ccxt_config"]
        wide = ccxt.binance({**settings, "options": {"defaultType": "swap"}})
        wide.load_markets()
        tick = wide.market(PAIR)["precision"]["price"]
        book, quotes = wide.fetch_l2_order_book(PAIR, 20), wide.fetch_bids_asks()[PAIR]

    best = [book[side][place][0] for side in ("bids", "asks") for place in (0, 1)]
    # What is paid for a sale stays the price.
    assert best == pytest.approx([price, price - tick, price + 2 * tick, price + 3 * tick])
    assert (quotes["bid"], quotes["ask"]) == pytest.approx((price, price + 2 * tick))


def test_funding(client, clock):
    # Due at 00:00, 08:00 and 16:00 of the first day and 00:00 of the second.
    history = client.fetch_funding_rate_history(PAIR, limit=1000)
    assert len(history) == 4
    start_ms = to_ms(SCENARIOS["calm_trend"].start)
    later = client.fetch_funding_rate_history(PAIR, since=start_ms + 1, limit=2)
    assert later == history[1:3]
    current = client.fetch_funding_rate(PAIR)
    assert current["fundingRate"] == history[-1]["fundingRate"]
    assert current["fundingTimestamp"] == clock() - 1000 + 2 * 3_600_000
    assert current["markPrice"] > 0
    assert set(client.fetch_funding_rates()) == set(client.markets)
    assert {entry["interval"] for entry in client.fetch_funding_intervals().values()} == {"8h"}


def test_the_clock(client, clock):
    assert client.fetch_time() == clock()
