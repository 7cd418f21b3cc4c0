"""What the account holds without open profit, from answers as the exchanges give them."""

import ccxt
import pytest
from freqtrade.enums import RunMode
from freqtrade.exchange import Exchange
from freqtrade.resolvers import ExchangeResolver

from freqtrade_riskguard.adapters.preview.exchange_balance import balance_quote

KEYS = {
    "key": "k",
    "secret": "s",
    "password": "p",
    "wallet_address": "0x" + "1" * 40,
    "private_key": "0x" + "1" * 64,
}
# 10,000 deposited, and a position 1,000 down.
OKX_BALANCE = {
    "code": "0",
    "data": [{"details": [{"ccy": "USDT", "eq": "9000", "cashBal": "10000", "availEq": "8000"}]}],
}
OKX_POSITION = {
    "instId": "BTC-USDT-SWAP",
    "instType": "SWAP",
    "mgnMode": "isolated",
    "posSide": "net",
    "pos": "10",
    "avgPx": "100",
    "lever": "5",
}
HYPERLIQUID = {
    "marginSummary": {"accountValue": "9000", "totalMarginUsed": "1000"},
    "withdrawable": "8000",
    "assetPositions": [
        {
            "position": {
                "coin": "BTC",
                "szi": "10",
                "entryPx": "100",
                "positionValue": "0",
                "marginUsed": "1000",
                "unrealizedPnl": "-1000",
                "leverage": {"type": "isolated", "value": 5},
            }
        }
    ],
}

pytestmark = pytest.mark.skipif(
    not hasattr(Exchange, "balance_includes_unrealized_pnl"),
    reason="this freqtrade does not say what a balance contains",
)


@pytest.fixture
def exchange_of():
    """freqtrade's real exchange, whose client knows one contract and has asked nobody."""
    opened = []

    def build(name, currency="USDT"):
        config = {
            "exchange": {"name": name, "enable_ws": False},
            "dry_run": True,
            "runmode": RunMode.DRY_RUN,
            "trading_mode": "futures",
            "margin_mode": "isolated",
            "stake_currency": currency,
        }
        exchange = ExchangeResolver.load_exchange(config, validate=False)
        opened.append(exchange)
        market = {
            "id": "BTC" if name == "hyperliquid" else "BTC-USDT-SWAP",
            "symbol": f"BTC/{currency}:{currency}",
            "base": "BTC",
            "quote": currency,
            "settle": currency,
            "type": "swap",
            "swap": True,
            "contract": True,
            "linear": True,
            "contractSize": 1.0,
        }
        exchange._api.set_markets([exchange._api.safe_market_structure(market)])
        return exchange

    yield build
    for exchange in opened:
        exchange.close()


def okx(exchange, profit="-1000"):
    client = exchange._api
    client.privateGetAccountBalance = lambda _: OKX_BALANCE
    rows = [] if profit is None else [{**OKX_POSITION, "upl": profit}]
    client.privateGetAccountPositions = lambda _: {"code": "0", "data": rows}
    return exchange


def test_what_okx_calls_equity_is_told_without_open_profit(exchange_of):
    assert balance_quote(okx(exchange_of("okx")), KEYS, "USDT") == 10_000.0


def test_without_a_position_equity_is_the_balance(exchange_of):
    assert balance_quote(okx(exchange_of("okx"), profit=None), KEYS, "USDT") == 9_000.0


def test_so_is_the_account_value_of_hyperliquid(exchange_of):
    exchange = exchange_of("hyperliquid", "USDC")
    exchange._api.options["enableUnifiedMargin"] = False
    exchange._api.publicPostInfo = lambda _: HYPERLIQUID

    assert balance_quote(exchange, KEYS, "USDC") == 10_000.0


@pytest.mark.parametrize("profit", ["", "nan"])
def test_with_a_profit_that_is_not_told_the_balance_is_not_known(exchange_of, profit):
    assert balance_quote(okx(exchange_of("okx"), profit), KEYS, "USDT") is None


def test_where_positions_are_not_told_the_balance_is_not_known(exchange_of):
    def refused(_):
        raise ccxt.AuthenticationError

    exchange = okx(exchange_of("okx"))
    exchange._api.privateGetAccountPositions = refused

    assert balance_quote(exchange, KEYS, "USDT") is None


def test_an_exchange_that_tells_the_wallet_is_not_asked_for_positions(exchange_of):
    exchange = exchange_of("bybit")
    exchange._api.fetch_balance = lambda: {"USDT": {"total": 10_000.0}}
    exchange._api.fetch_positions = None

    assert balance_quote(exchange, KEYS, "USDT") == 10_000.0
