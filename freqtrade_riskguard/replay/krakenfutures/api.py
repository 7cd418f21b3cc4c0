"""Kraken Futures' linear perpetuals, as a venue to replay: the public side."""

from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.krakenfutures import candles, instruments, quotes
from freqtrade_riskguard.replay.krakenfutures.arguments import PARAMETER_ERROR
from freqtrade_riskguard.replay.venue_api import VenueApi

_PUBLIC = "/derivatives/api/v3"


def _symbol(coin: Contract) -> str:
    # Kraken's own name of Bitcoin.
    return f"PF_{'XBT' if coin.base == 'BTC' else coin.base}{coin.quote}"


def _error(code: int | str, message: str) -> object:
    said = f"{code}: {message}" if code == PARAMETER_ERROR else code
    return {"result": "error", "error": said, "message": message}


KRAKENFUTURES = VenueApi(
    name="krakenfutures",
    symbol=_symbol,
    row_writer=candles.row_writer,
    answers={
        f"{_PUBLIC}/instruments": instruments.instruments,
        f"{_PUBLIC}/orderbook": quotes.order_book,
        f"{_PUBLIC}/tickers": quotes.tickers,
        f"{_PUBLIC}/tickers/{{symbol}}": quotes.ticker,
        "/derivatives/api/v4/historicalfundingrates": quotes.funding_history,
        "/api/charts/v1/{price_type}/{symbol}/{interval}": candles.candles,
    },
    error=_error,
    unknown_path=PARAMETER_ERROR,
    unknown_error="Server Error",
    too_many_requests="apiLimitExceeded",
    settled_in=frozenset({"USD"}),
)
