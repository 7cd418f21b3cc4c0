"""What Kraken Futures alone does: levels of money in USD, funding in money, its own name of BTC."""

import ccxt
import pytest

from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.replay.recordings import flat, moment, store, store_funding
from tests.support.other_quote import settled_in

# Up to a million at 50x and 1 %, above at 25x and 2 %.
TIERS = {"BTC/USD:USD": TierTable.build([(0, None, 0.01, None, 50), (1e6, None, 0.02, None, 25)])}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = store(tmp_path_factory.mktemp("kraken"), "5m", flat(60_000.5, 24), coin="BTC")
    data = settled_in("USD", store_funding(folder, [0.0001]), folder / "usd")
    with ReplayExchange(
        data, now_ms=lambda: moment(hours=1), exchange="krakenfutures", tiers=TIERS
    ) as exchange:
        client = ccxt.krakenfutures(exchange.config()["exchange"]["ccxt_config"])
        client.load_markets()
        yield client


def test_bitcoin_has_its_own_name_there(client):
    assert client.market("BTC/USD:USD")["id"] == "PF_XBTUSD"
    assert client.fetch_ticker("BTC/USD:USD")["last"] == 60_000.5


def test_the_guard_reads_levels_of_money(client):
    (rows,) = client.fetch_leverage_tiers().values()
    assert [(row["minNotional"], row["maxNotional"]) for row in rows] == [(0, 1e6), (1e6, None)]
    market = client.market("BTC/USD:USD")
    found = market_tiers(venue_of("krakenfutures"), rows, market, fallback_rate=0.025)
    assert not found.why_careful
    # One rate for all of two million: 40 coins at 50,000.
    tiers = found.tiers.of_position(40.0, 50_000.0)
    assert tiers.maintenance_margin(2e6) == pytest.approx(40_000.0)


def test_funding_is_told_in_money_too(client):
    (told,) = client.publicGetHistoricalfundingrates({"symbol": "PF_XBTUSD"})["rates"]
    assert told["timestamp"] == "2024-01-01T00:00:00.000Z"
    # 0.01 % of 60,000.5.
    assert float(told["fundingRate"]) == pytest.approx(6.00005)
    assert float(told["relativeFundingRate"]) == 0.0001


@pytest.mark.parametrize(
    ("method", "arguments", "error", "why"),
    [
        ("publicGetOrderbook", {"symbol": "PF_GONEUSD"}, ccxt.BadSymbol, "PF_GONEUSD"),
        ("publicGetTickersSymbol", {"symbol": "PF_GONEUSD"}, ccxt.BadSymbol, "PF_GONEUSD"),
        ("chartsGetPriceTypeSymbolInterval", {"interval": "2h"}, ccxt.BadRequest, "interval"),
        ("chartsGetPriceTypeSymbolInterval", {"price_type": "spot"}, ccxt.BadRequest, "price_type"),
        ("chartsGetPriceTypeSymbolInterval", {"from": "soon"}, ccxt.BadRequest, "from"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(client, method, arguments, error, why):
    right = {"symbol": "PF_XBTUSD", "interval": "5m", "price_type": "trade"}
    with pytest.raises(error, match=why):
        getattr(client, method)({**right, **arguments})
