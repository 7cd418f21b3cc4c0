"""Every venue that is replayed, asked by the real ccxt client of it over real HTTP.

What it hears is what was recorded. A venue is a line in `VENUES_TO_ASK`, with what is its own.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

import ccxt
import pandas as pd
import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.freqtrade_config import is_replay
from freqtrade_riskguard.replay.scenarios import SCENARIOS
from freqtrade_riskguard.replay.venues import VENUES
from freqtrade_riskguard.risk import TierTable
from tests.support.other_quote import settled_in

COINS = ("BTC", "DOGE", "ETH", "SOL")
FIVE_MS, HOUR_MS = 300_000, 3_600_000
# 30 hours of candles of 5 minutes have ended.
ENDED = 360
# One tier up to 50,000 at 25x, one above at 10x: 0.4 % and 1 %, and the deduction
# 50,000 * (0.01 - 0.004) = 300 that keeps the margin from jumping.
TIERS = TierTable.build([(0, 50_000, 0.004, 0.0, 25), (50_000, 1_000_000, 0.01, 300.0, 10)])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is a venue's own.

    Parameters
    ----------
    most_candles
        The most that one answer holds.
    lots
        Steps of orders, in contracts.
    quote
        What contracts are settled in.
    ticks
        Steps of prices, where they are not those that the generated candles are rounded to.
    contracts_base
        Sizes of contracts, base units; 1 where nothing else is said.
    tiers_are_of_contracts
        Whether tiers are told in contracts, and not in money.
    has_quote_volume, has_mark_volume
        Whether tickers tell a turnover, and candles of the mark price a volume (which is 0).
    volumes_are_of_contracts
        Whether volumes of candles are numbers of contracts.
    has_mark_candles
        Whether there are candles of the mark price; freqtrade takes those of trades where not.
    has_last_cap
        Whether the last tier has an end.
    has_extremes, has_open
        Whether tickers tell the highest and the lowest price of the last 24 hours, and the first
        one as such; where not, it is the close before.
    has_time
        Whether the exchange tells its time.
    book_levels
        What it tells of a side of the order book when 20 levels are asked for.
    open_tolerance
        How exactly they tell how those began, relative: 0 where it is a price.
    hours_to_funding
        From the candle that forms to the next payment; None where it is not told.
    funding_tolerance
        How exactly the current rate is told, relative: 0 where it is a rate.
    oldest_of_a_span
        Whether the oldest payments of a span are told where there are more than the limit.
    refusal
        As what ccxt reports wrong arguments.
    failure, too_many_requests
        As what ccxt reports HTTP 500 and 429.
    """

    most_candles: int
    lots: Mapping[str, float]
    contracts_base: Mapping[str, float]
    quote: str = "USDT"
    ticks: Mapping[str, float] = field(
        default_factory=lambda: {"BTC": 0.1, "DOGE": 0.00001, "ETH": 0.01, "SOL": 0.001}
    )
    tiers_are_of_contracts: bool = False
    has_tiers_without_a_key: bool = True
    has_quote_volume: bool = True
    has_mark_volume: bool = False
    volumes_are_of_contracts: bool = False
    has_mark_candles: bool = True
    has_last_cap: bool = True
    has_extremes: bool = True
    has_open: bool = True
    has_time: bool = True
    book_levels: int = 20
    open_tolerance: float = 0.0
    hours_to_funding: int | None = 2
    funding_tolerance: float = 0.0
    oldest_of_a_span: bool = False
    refusal: type[ccxt.BaseError] = ccxt.BadRequest
    failure: type[ccxt.BaseError] = ccxt.ExchangeNotAvailable
    too_many_requests: type[ccxt.BaseError] = ccxt.RateLimitExceeded


VENUES_TO_ASK = {
    "binance": Asked(
        most_candles=1500,
        # What the recorded volumes show.
        lots={"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
        contracts_base={},
        has_tiers_without_a_key=False,
        has_mark_volume=True,
        oldest_of_a_span=True,
        failure=ccxt.OperationFailed,
        too_many_requests=ccxt.DDoSProtection,
    ),
    "bybit": Asked(
        most_candles=1000,
        # Bybit's own of BTC and ETH.
        lots={"BTC": 0.001, "DOGE": 1.0, "ETH": 0.01, "SOL": 1.0},
        contracts_base={},
        oldest_of_a_span=True,
        failure=ccxt.ExchangeError,
    ),
    "okx": Asked(
        most_candles=300,
        lots={"BTC": 0.1, "DOGE": 0.1, "ETH": 0.1, "SOL": 1.0},
        contracts_base={"BTC": 0.01, "DOGE": 1000.0, "ETH": 0.1, "SOL": 1.0},
        tiers_are_of_contracts=True,
        has_quote_volume=False,
    ),
    "bitget": Asked(
        most_candles=1000,
        # What the recorded volumes show.
        lots={"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
        contracts_base={},
        has_mark_volume=True,
        failure=ccxt.ExchangeError,
        too_many_requests=ccxt.DDoSProtection,
    ),
    "gate": Asked(
        most_candles=1999,
        # Whole contracts: Gate's own.
        lots=dict.fromkeys(COINS, 1.0),
        contracts_base={"BTC": 0.0001, "DOGE": 10.0, "ETH": 0.01, "SOL": 1.0},
        volumes_are_of_contracts=True,
        open_tolerance=1e-6,
    ),
    "hyperliquid": Asked(
        most_candles=5000,
        # Hyperliquid's own.
        lots={"BTC": 0.00001, "DOGE": 1.0, "ETH": 0.0001, "SOL": 0.01},
        contracts_base={},
        quote="USDC",
        # Five digits, and no more decimals than six less those of the lot.
        ticks={"BTC": 1.0, "DOGE": 0.000001, "ETH": 0.1, "SOL": 0.01},
        has_tiers_without_a_key=False,
        has_mark_candles=False,
        has_extremes=False,
        has_open=False,
        hours_to_funding=1,
        oldest_of_a_span=True,
        refusal=ccxt.ExchangeError,
    ),
    "krakenfutures": Asked(
        most_candles=2000,
        # What the recorded volumes show.
        lots={"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
        contracts_base={},
        quote="USD",
        has_last_cap=False,
        has_quote_volume=False,
        has_extremes=False,
        has_time=False,
        book_levels=100,
        hours_to_funding=None,
        funding_tolerance=1e-12,
        oldest_of_a_span=True,
        failure=ccxt.ExchangeError,
        too_many_requests=ccxt.DDoSProtection,
    ),
}


@pytest.fixture(autouse=True, scope="module")
def _nothing_beyond_loopback():
    """No connection of a client leaves this machine, nor is a name looked up."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self, address):
        assert self.family == socket.AF_UNIX or address[0] == "127.0.0.1", address
        return connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def clock():
    # One second into the second day's candle of 06:00.
    return VirtualClock(SCENARIOS["calm_trend"].start + pd.Timedelta("1D6h1s"))


@pytest.fixture(scope="module", params=VENUES_TO_ASK)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def asked(name):
    return VENUES_TO_ASK[name]


@pytest.fixture(scope="module")
def pairs(asked):
    return {f"{coin}/{asked.quote}:{asked.quote}" for coin in COINS}


@pytest.fixture(scope="module")
def pair(asked):
    return f"ETH/{asked.quote}:{asked.quote}"


@pytest.fixture(scope="module")
def data(asked, data_dir, tmp_path_factory):
    if asked.quote == "USDT":
        return data_dir
    return settled_in(asked.quote, data_dir, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def exchange(name, data, clock, pairs):
    tiers = dict.fromkeys(pairs, TIERS)
    with ReplayExchange(data, now_ms=clock, exchange=name, tiers=tiers) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(name, exchange, clock):
    settings = exchange.config()["exchange"]["ccxt_config"]
    connected = getattr(ccxt, name)({**settings, "options": {"defaultType": "swap"}})
    connected.milliseconds = clock
    connected.seconds = lambda: clock() // 1000
    connected.load_markets()
    return connected


@pytest.fixture(scope="module")
def recorded(data_dir, asked):
    rows = rows_of(data_dir, "5m-futures")
    if asked.volumes_are_of_contracts:
        # Rounded, as the recorded volumes of base units are.
        size_base = asked.contracts_base["ETH"]
        rows = [[*row[:5], round(row[5] / size_base, 6)] for row in rows]
    return rows


def rows_of(data_dir, kind):
    frame = pd.read_feather(data_dir / "futures" / f"ETH_USDT_USDT-{kind}.feather")
    frame["date"] = frame["date"].dt.as_unit("ms").astype("int64")
    return frame.to_numpy().tolist()


def test_every_venue_is_asked():
    assert set(VENUES_TO_ASK) == set(VENUES)


def test_every_address_of_the_client_is_loopback(name, exchange, client):
    config = exchange.config()
    assert config["exchange"]["name"] == name
    assert is_replay(config)
    # What the client made of it, beside its own addresses.
    assert is_replay({"exchange": {"name": name, "ccxt_config": {"urls": client.urls}}})


def test_a_single_address_elsewhere_is_no_replay(exchange):
    config = exchange.config()
    urls = config["exchange"]["ccxt_config"]["urls"]
    urls["api"] = {**urls["api"], next(iter(urls["api"])): "https://example.com"}
    assert not is_replay(config)


def test_markets(client, asked, exchange, pairs):
    assert set(client.markets) == set(exchange.pairs) == pairs
    for market in client.markets.values():
        base = market["base"]
        assert (market["type"], market["linear"], market["active"]) == ("swap", True, True)
        assert market["contractSize"] == asked.contracts_base.get(base, 1.0)
        precision = market["precision"]
        assert precision["amount"] == pytest.approx(asked.lots[base])
        assert precision["price"] == pytest.approx(asked.ticks[base])
        assert 0.0 < market["taker"] < 0.001


def test_the_newest_candles(client, clock, recorded, pair):
    rows = client.fetch_ohlcv(pair, "5m", limit=100)
    assert rows[:-1] == recorded[ENDED - 99 : ENDED]
    # It has begun a second ago.
    assert rows[-1] == [clock() - 1000, *[recorded[ENDED][1]] * 4, 0]


def test_an_answer_is_no_longer_than_the_venues(client, asked, recorded, pair):
    most = asked.most_candles
    rows = client.fetch_ohlcv(pair, "5m", limit=most)
    assert len(rows) == min(most, ENDED + 1)
    assert rows[:-1] == recorded[:ENDED][-(most - 1) :]


def test_candles_page_by_page(client, recorded, pair):
    rows, since = [], int(recorded[0][0])
    while page := client.fetch_ohlcv(pair, "5m", since=since, limit=100):
        assert page[0][0] == since
        rows += page
        since = page[-1][0] + FIVE_MS
    assert rows[:-1] == recorded[:ENDED]
    assert len(rows) == ENDED + 1


def test_candles_of_another_length(client, pair):
    assert len(client.fetch_ohlcv(pair, "1d", limit=100)) == 2
    assert len(client.fetch_ohlcv(pair, "1h", limit=100)) == 31


def test_candles_that_cannot_be_made_are_refused(client, asked, pair):
    with pytest.raises(asked.refusal, match="the data folder holds 5m, 1h"):
        client.fetch_ohlcv(pair, "1m")


def test_mark_candles(client, data_dir, asked, pair):
    assert client.has["fetchMarkOHLCV"] == asked.has_mark_candles
    if not asked.has_mark_candles:
        return
    rows = client.fetch_ohlcv(pair, "1h", limit=50, params={"price": "mark"})
    marks = rows_of(data_dir, "1h-mark")
    assert [row[:5] for row in rows[:-1]] == [row[:5] for row in marks[:30]]
    assert {row[5] for row in rows} == {0.0 if asked.has_mark_volume else None}


def test_funding_history(client, asked, recorded, data_dir, pair):
    history = client.fetch_funding_rate_history(pair, limit=100)
    # Due at 00:00, 08:00 and 16:00 of the first day and 00:00 of the second.
    start_ms = int(recorded[0][0])
    assert [entry["timestamp"] for entry in history] == [
        start_ms + hours * HOUR_MS for hours in (0, 8, 16, 24)
    ]
    rates = pd.read_feather(
        next((data_dir / "futures").glob("ETH_USDT_USDT-*-funding_rate.feather"))
    )
    column = "funding_rate" if "funding_rate" in rates else "open"
    assert [entry["fundingRate"] for entry in history] == rates[column].round(8).tolist()[:4]
    later = client.fetch_funding_rate_history(pair, since=start_ms + 1, limit=2)
    assert later == (history[1:3] if asked.oldest_of_a_span else history[2:4])


def test_the_current_funding_rate(client, clock, asked, pair):
    last = client.fetch_funding_rate_history(pair, limit=100)[-1]
    current = client.fetch_funding_rate(pair)
    exactly = pytest.approx(last["fundingRate"], rel=asked.funding_tolerance, abs=0.0)
    assert current["fundingRate"] == exactly
    # At 08:00, two hours from the candle that forms, or at the next full hour.
    hours = asked.hours_to_funding
    due_ms = None if hours is None else clock() - 1000 + hours * HOUR_MS
    assert current["fundingTimestamp"] == due_ms
    rates = client.fetch_funding_rates()
    assert set(rates) == set(client.markets)
    assert rates[pair]["fundingRate"] == exactly


def test_tickers_and_book_agree(client, asked, recorded, pair):
    price = recorded[ENDED][1]
    tickers = client.fetch_tickers()
    assert set(tickers) == set(client.markets)
    # 287 candles have begun, and ended, within the last 24 hours.
    ticker, day = tickers[pair], recorded[ENDED - 287 : ENDED]
    assert ticker["last"] == price
    if asked.has_open:
        assert ticker["open"] == pytest.approx(day[0][1], rel=asked.open_tolerance, abs=0.0)
    else:
        assert ticker["previousClose"] == day[0][1]
    if asked.has_extremes:
        assert ticker["high"] == max(row[2] for row in day)
        assert ticker["low"] == min(row[3] for row in day)
    assert (ticker["quoteVolume"] is not None) == asked.has_quote_volume
    book = client.fetch_l2_order_book(pair, 20)
    assert (book["bids"][0][0], book["asks"][0][0]) == (price, price)
    assert len(book["bids"]) == len(book["asks"]) == asked.book_levels


def test_leverage_tiers(client, asked, recorded, pair):
    if not asked.has_tiers_without_a_key:
        pytest.skip(
            "Binance tells them to accounts only, and freqtrade ships them; on Hyperliquid "
            "they are margin tables, which freqtrade does not ask for"
        )
    if client.has["fetchLeverageTiers"]:
        told = client.fetch_leverage_tiers()
        assert set(told) == set(client.markets)
        tiers = told[pair]
    else:
        tiers = client.fetch_market_leverage_tiers(pair)
    # In contracts of 0.1 ETH at the recording's first price.
    unit = 0.1 * recorded[0][1] if asked.tiers_are_of_contracts else 1.0
    caps = [int(50_000 / unit), int(1_000_000 / unit)]
    last_cap = caps[1] if asked.has_last_cap else None
    assert [tier["maxNotional"] for tier in tiers] == [caps[0], last_cap]
    assert tiers[0]["minNotional"] == 0
    assert 0 <= tiers[1]["minNotional"] - caps[0] <= 1
    assert [tier["maintenanceMarginRate"] for tier in tiers] == [0.004, 0.01]
    assert [tier["maxLeverage"] for tier in tiers] == [25, 10]


def test_the_clock(client, clock, asked):
    assert bool(client.has["fetchTime"]) == asked.has_time
    if asked.has_time:
        assert client.fetch_time() == clock()


def test_failures_are_the_venues(exchange, client, asked):
    ask = client.fetch_time if asked.has_time else client.fetch_tickers
    for status, error in ((500, asked.failure), (429, asked.too_many_requests)):
        exchange.faults.status = status
        try:
            with pytest.raises(error):
                ask()
        finally:
            exchange.faults.clear()
    assert ask()


def test_without_candles_and_funding_on_demand(exchange, client, pair):
    exchange.faults.empty = exchange.faults.without_funding = True
    try:
        assert client.fetch_ohlcv(pair, "5m") == []
        assert client.fetch_funding_rate_history(pair) == []
    finally:
        exchange.faults.clear()


def test_orders_are_taken_as_some_only(name, data_dir):
    if VENUES[name].private is not None:
        pytest.skip("takes orders")
    with pytest.raises(ValueError, match=f"takes no orders as {name}"):
        ReplayExchange(data_dir, exchange=name, wallet_quote=1000.0)


def test_a_venue_that_is_not_known_is_refused(data_dir):
    with pytest.raises(
        ValueError,
        match="binance, bybit, okx, bitget, gate, hyperliquid, krakenfutures, and not as 'nowhere'",
    ):
        ReplayExchange(data_dir, exchange="nowhere")
