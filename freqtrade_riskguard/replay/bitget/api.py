"""Bitget's linear perpetuals, as a venue to replay: the public side."""

from freqtrade_riskguard.replay.bitget import candles, contracts, funding, quotes
from freqtrade_riskguard.replay.bitget.arguments import PARAMETER_ERROR
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.venue_api import VenueApi


def _symbol(coin: Contract) -> str:
    # Contracts in USDC have no quote in their names.
    return f"{coin.base}PERP" if coin.quote == "USDC" else f"{coin.base}{coin.quote}"


def _row_writer(_market: Market, _kind: str) -> RowWriter:
    return candles.candle_row


def _error(code: int | str, message: str) -> object:
    return {"code": str(code), "msg": message, "requestTime": 0, "data": None}


BITGET = VenueApi(
    name="bitget",
    symbol=_symbol,
    row_writer=_row_writer,
    answers={
        "/api/v2/public/time": quotes.server_time,
        "/api/v2/spot/public/coins": contracts.nothing_listed,
        "/api/v2/spot/public/symbols": contracts.nothing_listed,
        "/api/v2/margin/currencies": contracts.nothing_listed,
        "/api/v2/mix/market/contracts": contracts.contracts,
        "/api/v2/mix/market/query-position-lever": contracts.position_tiers,
        "/api/v2/mix/market/candles": candles.candles,
        "/api/v2/mix/market/history-candles": candles.history,
        "/api/v2/mix/market/history-mark-candles": candles.mark_history,
        "/api/v2/mix/market/history-fund-rate": funding.funding_history,
        "/api/v2/mix/market/current-fund-rate": funding.current_rate,
        "/api/v2/mix/market/merge-depth": quotes.order_book,
        "/api/v2/mix/market/tickers": quotes.tickers,
    },
    error=_error,
    unknown_path=PARAMETER_ERROR,
    unknown_error="40015",
    too_many_requests="429",
    tiers_are_kept=True,
)
