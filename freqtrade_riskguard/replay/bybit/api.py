"""Bybit's linear perpetuals, as a venue to replay: the public side."""

from freqtrade_riskguard.replay.bybit.arguments import PARAMETER_ERROR
from freqtrade_riskguard.replay.bybit.funding import funding_history
from freqtrade_riskguard.replay.bybit.instruments import instruments, risk_limits
from freqtrade_riskguard.replay.bybit.klines import klines, mark_klines, mark_row, trade_row
from freqtrade_riskguard.replay.bybit.quotes import order_book, server_time, tickers
from freqtrade_riskguard.replay.candle_store import MARK
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.venue_api import VenueApi


def _symbol(coin: Contract) -> str:
    # Contracts in USDC have no quote in their names.
    return f"{coin.base}PERP" if coin.quote == "USDC" else f"{coin.base}{coin.quote}"


def _row_writer(_market: Market, kind: str) -> RowWriter:
    return mark_row if kind == MARK else trade_row


def _error(code: int | str, message: str) -> object:
    return {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": 0}


BYBIT = VenueApi(
    name="bybit",
    symbol=_symbol,
    row_writer=_row_writer,
    answers={
        "/v5/market/time": server_time,
        "/v5/market/instruments-info": instruments,
        "/v5/market/risk-limit": risk_limits,
        "/v5/market/kline": klines,
        "/v5/market/mark-price-kline": mark_klines,
        "/v5/market/funding/history": funding_history,
        "/v5/market/orderbook": order_book,
        "/v5/market/tickers": tickers,
    },
    error=_error,
    unknown_path=PARAMETER_ERROR,
    unknown_error=10016,
    too_many_requests=10006,
)
