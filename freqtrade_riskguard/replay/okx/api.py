"""OKX's linear swaps, as a venue to replay: the public side."""

from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.okx import candles, funding, instruments, quotes
from freqtrade_riskguard.replay.venue_api import VenueApi


def _symbol(coin: Contract) -> str:
    return f"{coin.base}-{coin.quote}-SWAP"


def _error(code: int | str, message: str) -> object:
    return {"code": str(code), "msg": message, "data": []}


OKX = VenueApi(
    name="okx",
    symbol=_symbol,
    row_writer=candles.row_writer,
    answers={
        "/api/v5/public/time": quotes.server_time,
        "/api/v5/public/instruments": instruments.instruments,
        "/api/v5/public/position-tiers": instruments.position_tiers,
        "/api/v5/public/funding-rate": funding.funding_rate,
        "/api/v5/public/funding-rate-history": funding.funding_history,
        "/api/v5/public/mark-price": quotes.mark_price,
        "/api/v5/market/candles": candles.candles,
        "/api/v5/market/history-candles": candles.history,
        "/api/v5/market/mark-price-candles": candles.mark_candles,
        "/api/v5/market/history-mark-price-candles": candles.mark_history,
        "/api/v5/market/books": quotes.order_book,
        "/api/v5/market/ticker": quotes.ticker,
        "/api/v5/market/tickers": quotes.tickers,
    },
    error=_error,
    unknown_path="404",
    unknown_error="50026",
    too_many_requests="50011",
    tiers_are_kept=True,
)
