"""Gate's linear perpetuals, as a venue to replay: the public side."""

from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.gate import candles, contracts, funding, quotes
from freqtrade_riskguard.replay.gate.arguments import PARAMETER_ERROR
from freqtrade_riskguard.replay.venue_api import VenueApi

_FUTURES = "/api/v4/futures/{settle}"


def _symbol(coin: Contract) -> str:
    return f"{coin.base}_{coin.quote}"


def _error(code: int | str, message: str) -> object:
    return {"label": str(code), "message": message}


GATE = VenueApi(
    name="gate",
    symbol=_symbol,
    row_writer=candles.row_writer,
    answers={
        "/api/v4/spot/time": quotes.server_time,
        "/api/v4/spot/currencies": contracts.nothing_listed,
        "/api/v4/spot/currency_pairs": contracts.nothing_listed,
        "/api/v4/margin/currency_pairs": contracts.nothing_listed,
        "/api/v4/delivery/{settle}/contracts": contracts.nothing_listed,
        "/api/v4/options/underlyings": contracts.nothing_listed,
        f"{_FUTURES}/contracts": contracts.contracts,
        f"{_FUTURES}/contracts/{{contract}}": contracts.contract,
        f"{_FUTURES}/risk_limit_tiers": contracts.risk_limits,
        f"{_FUTURES}/candlesticks": candles.candles,
        f"{_FUTURES}/funding_rate": funding.funding_history,
        f"{_FUTURES}/order_book": quotes.order_book,
        f"{_FUTURES}/tickers": quotes.tickers,
    },
    error=_error,
    unknown_path=PARAMETER_ERROR,
    unknown_error="SERVER_ERROR",
    too_many_requests="TOO_MANY_REQUESTS",
    settled_in=frozenset({"USDT"}),
)
