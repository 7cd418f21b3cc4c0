"""Bybit's linear perpetuals, as a venue to replay."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.bybit import account, history, orders
from freqtrade_riskguard.replay.bybit.arguments import PARAMETER_ERROR, sent_arguments
from freqtrade_riskguard.replay.bybit.funding import funding_history
from freqtrade_riskguard.replay.bybit.instruments import instruments, risk_limits
from freqtrade_riskguard.replay.bybit.klines import klines, mark_klines, mark_row, trade_row
from freqtrade_riskguard.replay.bybit.quotes import order_book, server_time, tickers
from freqtrade_riskguard.replay.bybit.refusals import in_bybits_words
from freqtrade_riskguard.replay.bybit.signature import checked_arguments
from freqtrade_riskguard.replay.candle_store import MARK
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.matching import MatchingRules
from freqtrade_riskguard.replay.trading_account import PrivateAnswer
from freqtrade_riskguard.replay.venue_api import PrivateApi, VenueApi

# By method and path; signed, and there where an account is.
_PRIVATE_ANSWERS: Mapping[tuple[str, str], PrivateAnswer] = {
    ("GET", "/v5/user/query-api"): account.key_info,
    ("GET", "/v5/account/info"): account.account_info,
    ("GET", "/v5/account/wallet-balance"): account.wallet,
    ("GET", "/v5/account/transaction-log"): history.transactions,
    ("GET", "/v5/asset/coin/query-info"): account.coins,
    ("POST", "/v5/account/set-margin-mode"): account.set_margin_mode,
    ("GET", "/v5/position/list"): account.positions,
    ("POST", "/v5/position/set-leverage"): account.set_leverage,
    ("POST", "/v5/position/switch-mode"): account.set_position_mode,
    ("POST", "/v5/order/create"): orders.place,
    ("POST", "/v5/order/cancel"): orders.cancel,
    ("GET", "/v5/order/realtime"): orders.realtime,
    ("GET", "/v5/order/history"): orders.history,
    ("GET", "/v5/execution/list"): history.executions,
}


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
    tiers_are_kept=True,
    arguments=sent_arguments,
    private=PrivateApi(
        answers=_PRIVATE_ANSWERS,
        arguments=checked_arguments,
        refusal=in_bybits_words,
        place_stop=("POST", "/v5/order/create"),
        is_stop=orders.is_conditional,
        overloaded=10016,
        not_answered=10000,
        fees=MatchingRules(maker_fee_rate=0.0002, taker_fee_rate=0.00055),
        min_notional_quote=5,
    ),
)
