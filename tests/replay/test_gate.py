"""What Gate alone does: arguments in paths, contracts of any size, pages of risk limits."""

import ccxt
import pytest

from freqtrade_riskguard.replay import DataFolderError, ReplayExchange
from freqtrade_riskguard.replay.requests import path_arguments
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.replay.recordings import flat, moment, store
from tests.support.other_quote import settled_in

# Up to 50,000 at 0.4 %, above at 1 %: 300 are deducted, so that the margin does not jump.
TIERS = TierTable.build([(0, None, 0.004, None, 100), (50_000, None, 0.01, None, 50)])
PRICES = {"BTC": 60_000.5, "TINY": 0.00000123, "1000PEPE": 0.0123, "ETH": 2_000.0, "SOL": 150.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate")
    for coin, price in PRICES.items():
        store(folder, "5m", flat(price, 24, volume=1_000.0), coin=coin)
    return folder


@pytest.fixture(scope="module")
def client(data):
    tiers = {f"{coin}/USDT:USDT": TIERS for coin in PRICES}
    with ReplayExchange(
        data, now_ms=lambda: moment(hours=1), exchange="gate", tiers=tiers
    ) as exchange:
        settings = exchange.config()["exchange"]["ccxt_config"]
        client = ccxt.gate({**settings, "options": {"defaultType": "swap"}})
        client.milliseconds = lambda: moment(hours=1)
        client.load_markets()
        yield client


def test_the_parts_of_a_path_that_are_arguments():
    template = "/futures/{settle}/contracts/{contract}"
    assert path_arguments(template, "/futures/usdt/contracts/BTC_USDT") == {
        "settle": "usdt",
        "contract": "BTC_USDT",
    }
    assert path_arguments(template, "/futures/usdt/contracts") is None
    assert path_arguments(template, "/delivery/usdt/contracts/BTC_USDT") is None


def test_contracts_are_of_their_own_size(client):
    sizes = {market["base"]: market["contractSize"] for market in client.markets.values()}
    # Gate's own; of the others one is worth 1 to 10 USDT: 1,000,000 at 0.00000123, 100 at 0.0123.
    assert sizes == {"BTC": 0.0001, "ETH": 0.01, "SOL": 1.0, "TINY": 1_000_000, "1000PEPE": 100.0}
    for market in client.markets.values():
        assert market["precision"]["amount"] == market["limits"]["amount"]["min"] == 1.0


def test_prices_of_a_millionth_are_told_exactly(client):
    pair = "TINY/USDT:USDT"
    assert client.market(pair)["precision"]["price"] == 1e-8
    assert client.fetch_ticker(pair)["last"] == 0.00000123
    assert client.fetch_ohlcv(pair, "5m", limit=1)[0][4] == 0.00000123
    book = client.fetch_order_book(pair, 2)
    assert [price for price, _ in book["bids"]] == [0.00000123, 0.00000122]
    # Its largest order is worth 10 million at least: 10 million contracts of a million.
    assert book["bids"][0][1] == 10_000_000


def test_volumes_are_numbers_of_contracts(client):
    # 1,000 coins in a candle of five minutes, in contracts of 0.0001 and of 100.
    assert client.fetch_ohlcv("BTC/USDT:USDT", "5m", limit=2)[0][5] == 10_000_000
    assert client.fetch_ohlcv("1000PEPE/USDT:USDT", "5m", limit=2)[0][5] == 10.0
    # And of tickers in coins: 12 candles have ended.
    assert client.fetch_ticker("1000PEPE/USDT:USDT")["baseVolume"] == 12_000


def test_risk_limits_come_by_pages_of_contracts(client):
    whole = client.fetch_leverage_tiers()
    assert set(whole) == set(client.markets)
    assert client.fetch_leverage_tiers(params={"limit": 2}) == whole


def test_the_guard_reads_gates_deduction(client):
    pair = "ETH/USDT:USDT"
    rows = client.fetch_leverage_tiers()[pair]
    assert [row["info"]["deduction"] for row in rows] == ["0.000000", "300.000000"]
    found = market_tiers(venue_of("gate"), rows, client.market(pair), fallback_rate=0.025)
    assert not found.why_careful
    # 100,000 at 1 % less 300.
    assert found.tiers.maintenance_margin(100_000.0) == pytest.approx(700.0)


def test_nothing_is_settled_in_bitcoin(client):
    assert client.publicFuturesGetSettleContracts({"settle": "btc"}) == []


BTC = {"settle": "usdt", "contract": "BTC_USDT"}


@pytest.mark.parametrize(
    ("method", "arguments", "error", "why"),
    [
        ("Contracts", {"settle": "eur"}, ccxt.BadRequest, "settle eur"),
        ("ContractsContract", {**BTC, "contract": "GONE_USDT"}, ccxt.BadSymbol, "GONE_USDT"),
        ("ContractsContract", {**BTC, "settle": "btc"}, ccxt.BadSymbol, "BTC_USDT"),
        ("Tickers", {**BTC, "contract": "GONE_USDT"}, ccxt.BadSymbol, "GONE_USDT"),
        ("OrderBook", {**BTC, "limit": 0}, ccxt.BadRequest, "limit"),
        ("FundingRate", {**BTC, "limit": "many"}, ccxt.BadRequest, "limit"),
        ("Candlesticks", {**BTC, "interval": "7d"}, ccxt.BadRequest, "interval"),
        (
            "Candlesticks",
            {**BTC, "interval": "5m", "from": 1_704_067_200, "limit": 5},
            ccxt.BadRequest,
            "limit cannot be used together",
        ),
        (
            "Candlesticks",
            {**BTC, "interval": "5m", "to": 1_704_067_200, "limit": 5},
            ccxt.BadRequest,
            "limit cannot be used together",
        ),
        (
            "Candlesticks",
            {**BTC, "interval": "5m", "from": 1_704_067_200 - 2000 * 300},
            ccxt.BadRequest,
            "at most 2000",
        ),
        (
            "Candlesticks",
            {**BTC, "interval": "5m", "from": 1_690_000_000, "to": 1_690_000_300},
            ccxt.BadRequest,
            "10000 points ago",
        ),
    ],
)
def test_a_wrong_request_is_refused_as_gate_labels_it(client, method, arguments, error, why):
    ask = getattr(client, f"publicFuturesGetSettle{method}")
    with pytest.raises(error, match=why):
        ask(arguments)


def test_a_contract_before_its_first_candle_is_listed_without_a_price(data):
    early_ms = moment() - 60_000
    with ReplayExchange(data, now_ms=lambda: early_ms, exchange="gate") as exchange:
        client = ccxt.gate(exchange.config()["exchange"]["ccxt_config"])
        assert set(client.load_markets()) == set(exchange.pairs)
        assert client.fetch_tickers(params={"type": "swap"}) == {}
        with pytest.raises(ccxt.BadRequest, match="no candle before the clock"):
            client.fetch_order_book("ETH/USDT:USDT")


def test_contracts_that_are_settled_in_usdc_are_not_gates(data, tmp_path):
    folder = settled_in("USDC", data, tmp_path / "usdc")
    with (
        pytest.raises(DataFolderError, match=r"no contract in .* is settled in USDT"),
        ReplayExchange(folder, exchange="gate"),
    ):
        pass
