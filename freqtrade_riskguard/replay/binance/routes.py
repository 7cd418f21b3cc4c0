"""The exchange's endpoints, one entry per path of Binance's REST interface.

An answer is a plain function of the exchange's state and the query, and returns what becomes the
JSON, or the JSON itself as bytes; a new one is a line in `ANSWERS`. A private one is a function of
the account instead, and a line in `PRIVATE_ANSWERS`.
"""

from collections.abc import Mapping

from freqtrade_riskguard.replay.binance import (
    account,
    algo_orders,
    funding,
    history,
    klines,
    margin,
    orders,
    quotes,
)
from freqtrade_riskguard.replay.binance.exchange_info import exchange_info
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.trading_account import PrivateAnswer
from freqtrade_riskguard.replay.venue_api import Answer


def _futures_info(venue: ExchangeState, _query: Mapping[str, str]) -> object:
    return exchange_info(venue.markets, venue.now_ms())


def _nothing_listed(venue: ExchangeState, _query: Mapping[str, str]) -> object:
    # ccxt loads spot and coin-margined markets too; they have to be there, and may be empty.
    return exchange_info((), venue.now_ms())


def _time(venue: ExchangeState, _query: Mapping[str, str]) -> object:
    return {"serverTime": venue.now_ms()}


ANSWERS: Mapping[str, Answer] = {
    "/fapi/v1/exchangeInfo": _futures_info,
    "/fapi/v1/time": _time,
    "/fapi/v1/klines": klines.klines,
    "/fapi/v1/markPriceKlines": klines.mark_klines,
    "/fapi/v1/fundingRate": funding.funding_history,
    "/fapi/v1/fundingInfo": funding.funding_info,
    "/fapi/v1/premiumIndex": funding.premium_index,
    "/fapi/v1/depth": quotes.depth,
    "/fapi/v1/ticker/24hr": quotes.day_ticker,
    "/fapi/v1/ticker/bookTicker": quotes.book_ticker,
    "/fapi/v1/ticker/price": quotes.price_ticker,
    "/fapi/v2/ticker/price": quotes.price_ticker,
    "/api/v3/exchangeInfo": _nothing_listed,
    "/dapi/v1/exchangeInfo": _nothing_listed,
}

# By method and path; signed, and there where an account is.
PRIVATE_ANSWERS: Mapping[tuple[str, str], PrivateAnswer] = {
    # ccxt asks for these as soon as it has a key.
    ("GET", "/sapi/v1/capital/config/getall"): account.nothing,
    ("GET", "/sapi/v1/margin/allPairs"): account.nothing,
    ("GET", "/sapi/v1/margin/isolated/allPairs"): account.nothing,
    ("GET", "/sapi/v1/account/apiRestrictions"): account.permissions,
    ("GET", "/fapi/v1/positionSide/dual"): account.position_mode,
    ("GET", "/fapi/v1/multiAssetsMargin"): account.asset_mode,
    ("GET", "/fapi/v1/leverageBracket"): account.leverage_brackets,
    ("GET", "/fapi/v1/symbolConfig"): account.symbol_settings,
    ("GET", "/fapi/v2/account"): account.summary,
    ("GET", "/fapi/v3/account"): account.summary,
    ("GET", "/fapi/v2/positionRisk"): account.positions_v2,
    ("GET", "/fapi/v3/positionRisk"): account.positions,
    ("GET", "/fapi/v1/adlQuantile"): account.adl_quantiles,
    ("POST", "/fapi/v1/leverage"): margin.set_leverage,
    ("POST", "/fapi/v1/marginType"): margin.set_margin_mode,
    ("POST", "/fapi/v1/positionMargin"): margin.change_margin,
    ("POST", "/fapi/v1/order"): orders.place,
    ("GET", "/fapi/v1/order"): orders.fetch,
    ("DELETE", "/fapi/v1/order"): orders.cancel,
    ("GET", "/fapi/v1/openOrder"): orders.fetch_open,
    ("GET", "/fapi/v1/openOrders"): orders.open_orders,
    ("GET", "/fapi/v1/allOrders"): orders.all_orders,
    ("DELETE", "/fapi/v1/allOpenOrders"): orders.cancel_all,
    ("POST", "/fapi/v1/algoOrder"): algo_orders.place,
    ("GET", "/fapi/v1/algoOrder"): algo_orders.fetch,
    ("DELETE", "/fapi/v1/algoOrder"): algo_orders.cancel,
    ("GET", "/fapi/v1/openAlgoOrders"): algo_orders.open_orders,
    ("GET", "/fapi/v1/allAlgoOrders"): algo_orders.all_orders,
    ("DELETE", "/fapi/v1/algoOpenOrders"): algo_orders.cancel_all,
    ("GET", "/fapi/v1/userTrades"): history.user_trades,
    ("GET", "/fapi/v1/income"): history.incomes,
}
