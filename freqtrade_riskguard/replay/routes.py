"""The exchange's endpoints, one entry per path of Binance's REST interface.

An answer is a plain function of the exchange's state and the query, and returns what becomes the
JSON, or the JSON itself as bytes; a new one is a line in `ANSWERS`.
"""

from collections.abc import Callable, Mapping

from freqtrade_riskguard.replay.endpoints import funding, klines, quotes
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.markets import exchange_info

Answer = Callable[[ExchangeState, Mapping[str, str]], object]


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
