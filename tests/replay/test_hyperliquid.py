"""What Hyperliquid alone does: requests in JSON, and margin tables in the place of tiers."""

import ccxt
import pytest

from freqtrade_riskguard.replay import DataFolderError, ReplayExchange
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.replay.recordings import flat, moment, store
from tests.support.other_quote import settled_in

COINS = ("BTC", "ETH", "KPEPE", "ATOM", "NEW")
# One tier of 5x, and one that is steeper from 100,000 on.
GIVEN = {
    "ETH/USDC:USDC": TierTable.build([(0, None, 0.1, None, 5)]),
    "ATOM/USDC:USDC": TierTable.build([(0, None, 0.05, None, 10), (100_000, None, 0.1, None, 5)]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("usdt")
    for coin in COINS:
        # Prices of a coin in units of a thousand have six decimals at most.
        store(folder, "5m", flat(0.012345 if coin == "KPEPE" else 100.25, 24), coin=coin)
    return folder


@pytest.fixture(scope="module")
def data(folder, tmp_path_factory):
    return settled_in("USDC", folder, tmp_path_factory.mktemp("usdc") / "data")


def open_client(exchange):
    client = ccxt.hyperliquid(exchange.config()["exchange"]["ccxt_config"])
    client.milliseconds = lambda: moment(hours=1)
    client.load_markets()
    return client


@pytest.fixture(scope="module")
def client(data):
    with ReplayExchange(data, now_ms=lambda: moment(hours=1), exchange="hyperliquid") as exchange:
        yield open_client(exchange)


def leverages_by_table(meta):
    return {
        number: [(float(tier["lowerBound"]), tier["maxLeverage"]) for tier in table["marginTiers"]]
        for number, table in meta["marginTables"]
    }


def test_the_greatest_leverage_and_its_table_are_hyperliquids_own(client):
    meta = client.publicPostInfo({"type": "meta"})
    told = {
        entry["name"]: (entry["maxLeverage"], entry["marginTableId"]) for entry in meta["universe"]
    }
    # Hyperliquid's public meta; a coin that is not known here has the least that it gives any.
    assert told == {
        "ATOM": (5, 5),
        "BTC": (40, 56),
        "ETH": (25, 55),
        "NEW": (3, 3),
        "kPEPE": (10, 52),
    }
    tables = leverages_by_table(meta)
    assert tables[56] == [(0.0, 40), (150e6, 20)]
    assert tables[55] == [(0.0, 25), (100e6, 15)]
    assert tables[52] == [(0.0, 10), (20e6, 5)]
    # Tables of one tier below 50x are not listed.
    assert min(tables) == 50


def test_the_guard_reads_half_of_the_initial_margin_from_it(client):
    for coin, rate in (("ATOM", 0.1), ("BTC", 0.0125), ("ETH", 0.02), ("NEW", 1 / 6)):
        market = client.market(f"{coin}/USDC:USDC")
        found = market_tiers(venue_of("hyperliquid"), None, market, fallback_rate=0.025)
        assert not found.why_careful
        assert found.tiers.maintenance_margin(1_000.0) == pytest.approx(1_000.0 * rate)


def test_tables_that_the_exchange_is_given_are_told(data):
    with ReplayExchange(
        data, now_ms=lambda: moment(hours=1), exchange="hyperliquid", tiers=GIVEN
    ) as exchange:
        client = open_client(exchange)
        meta = client.publicPostInfo({"type": "meta"})
    told = {entry["name"]: entry["marginTableId"] for entry in meta["universe"]}
    assert told["ETH"] == 5
    assert client.market("ETH/USDC:USDC")["limits"]["leverage"]["max"] == 5
    assert leverages_by_table(meta)[told["ATOM"]] == [(0.0, 10), (100_000.0, 5)]
    # The others keep their own.
    assert told["BTC"] == 56


def test_a_coin_in_units_of_a_thousand(client):
    market = client.market("KPEPE/USDC:USDC")
    assert market["baseName"] == "kPEPE"
    assert client.fetch_ticker("KPEPE/USDC:USDC")["last"] == 0.012345
    assert market["precision"] == {**market["precision"], "amount": 1.0, "price": 0.000001}
    rows = client.fetch_ohlcv("KPEPE/USDC:USDC", "5m", limit=3)
    assert [row[4] for row in rows] == [0.012345] * 3


def test_candles_tell_their_coin_and_their_length(client):
    for interval, length_ms in (("5m", 300_000), ("1h", 3_600_000)):
        (candle,) = client.publicPostInfo(
            {
                "type": "candleSnapshot",
                "req": {
                    "coin": "ETH",
                    "interval": interval,
                    "startTime": moment(),
                    "endTime": moment(),
                },
            }
        )
        assert (candle["s"], candle["i"]) == ("ETH", interval)
        assert int(candle["T"]) - int(candle["t"]) == length_ms - 1


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "does not serve the type ''"),
        ({"type": "userFills"}, "does not serve the type 'userFills'"),
        ({"type": "meta", "dex": "xyz"}, "No markets of xyz are here"),
        ({"type": "l2Book", "coin": "GONE"}, "Unknown coin GONE"),
        ({"type": "fundingHistory", "coin": "ETH"}, "startTime is missing"),
        ({"type": "fundingHistory", "coin": "ETH", "startTime": "soon"}, "startTime is no time"),
        ({"type": "candleSnapshot", "req": {"coin": "ETH", "interval": "5m"}}, "startTime is"),
        ({"type": "candleSnapshot", "req": {"coin": "ETH", "interval": "6h"}}, "interval 6h"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(client, asked, why):
    with pytest.raises(ccxt.ExchangeError, match=why):
        client.publicPostInfo(asked)


@pytest.mark.parametrize("body", ["", "no json", "[1]"])
def test_what_is_no_object_is_refused(client, body):
    answer = client.session.post(f"{client.urls['api']['public']}/info", data=body)
    assert answer.status_code == 422
    assert answer.json()["status"] == "err"


def test_contracts_that_are_settled_in_usdt_are_not_hyperliquids(folder):
    with (
        pytest.raises(DataFolderError, match=r"no contract in .* is settled in USDC"),
        ReplayExchange(folder, exchange="hyperliquid"),
    ):
        pass


def test_beside_others_those_in_usdc_alone_are_listed(folder, tmp_path):
    both = settled_in("USDC", folder, tmp_path / "both")
    store(both, "5m", flat(100.0, 24), coin="BTC")
    with ReplayExchange(both, exchange="hyperliquid") as exchange:
        assert exchange.pairs == tuple(sorted(f"{coin}/USDC:USDC" for coin in COINS))
