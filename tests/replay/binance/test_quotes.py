import pytest

from freqtrade_riskguard.replay.requests import RefusalError
from tests.replay.recordings import ask, flat, moment, open_venue, rising, store

BTC = {"symbol": "BTCUSDT"}


@pytest.fixture
def folder(tmp_path):
    """BTC rises by 1 every 5 minutes from 100 in ticks of 0.1; ETH is listed an hour later."""
    rows = [(100.1, 102, 99, 101, 10), *rising(101, 23)]
    store(tmp_path, "5m", rows)
    return store(tmp_path, "5m", flat(0.00003, 12), coin="ETH", start="2024-01-01 01:00")


def test_the_book_stands_around_the_price_without_a_spread(folder):
    # The first ten seconds of a candle stand at its open.
    venue = open_venue(folder, moment(minutes=10, seconds=9))
    book = ask(venue, "depth", **BTC, limit=5)
    # An order of 10 million USDT, rounded up to a power of ten.
    size = "100000"
    assert book["bids"] == [
        [price, size] for price in ("102.0", "101.9", "101.8", "101.7", "101.6")
    ]
    assert book["asks"] == [
        [price, size] for price in ("102.0", "102.1", "102.2", "102.3", "102.4")
    ]
    assert book["E"] == moment(minutes=10, seconds=9)
    assert len(ask(venue, "depth", **BTC)["asks"]) == 500


def test_no_bid_is_below_the_first_tick(folder):
    book = ask(open_venue(folder, moment(hours=1)), "depth", symbol="ETHUSDT", limit=5)
    assert [price for price, _ in book["bids"]] == ["0.00003", "0.00002", "0.00001"]
    assert [price for price, _ in book["asks"]][-1] == "0.00007"


def test_a_contract_that_is_not_there_yet_is_not_quoted(folder):
    venue = open_venue(folder, moment(minutes=30))
    for path in ("ticker/24hr", "ticker/bookTicker", "ticker/price"):
        assert [entry["symbol"] for entry in ask(venue, path)] == ["BTCUSDT"]
    for path in ("depth", "ticker/24hr", "ticker/bookTicker", "ticker/price"):
        with pytest.raises(RefusalError, match="ETH/USDT:USDT has no candle") as caught:
            ask(venue, path, symbol="ETHUSDT")
        assert caught.value.code == -1122


def test_tickers_agree_with_the_book(folder):
    venue = open_venue(folder, moment(minutes=10))
    assert ask(venue, "ticker/price", **BTC)["price"] == "102.0"
    ticker = ask(venue, "ticker/bookTicker", **BTC)
    assert (ticker["bidPrice"], ticker["askPrice"]) == ("102.0", "102.0")
    assert len(ask(open_venue(folder, moment(hours=1)), "ticker/bookTicker")) == 2


def test_what_happened_in_a_day(folder):
    ticker = ask(open_venue(folder, moment(minutes=10)), "ticker/24hr", **BTC)
    # Two candles of volume 10 have ended, at 101 and 102.
    numbers = {
        "openPrice": 100.1,
        "lastPrice": 102.0,
        "highPrice": 103.0,
        "lowPrice": 99.0,
        "weightedAvgPrice": 101.5,
        "volume": 20.0,
        "quoteVolume": 2030.0,
        "priceChange": 1.9,
        "priceChangePercent": 1.898,
    }
    assert {name: float(ticker[name]) for name in numbers} == numbers
    assert ticker["closeTime"] - ticker["openTime"] == 24 * 3_600_000


def test_a_contract_in_its_first_candle_has_had_no_day(folder):
    ticker = ask(open_venue(folder, moment()), "ticker/24hr", **BTC)
    prices = ("openPrice", "highPrice", "lowPrice", "lastPrice", "weightedAvgPrice")
    assert {ticker[name] for name in prices} == {"100.1"}
    assert float(ticker["quoteVolume"]) == 0
