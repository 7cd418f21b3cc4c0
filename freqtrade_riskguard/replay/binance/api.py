"""Binance's USDⓈ-M futures, as a venue to replay."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.binance.kline_row import kline_row
from freqtrade_riskguard.replay.binance.refusals import in_binances_words
from freqtrade_riskguard.replay.binance.routes import ANSWERS, PRIVATE_ANSWERS
from freqtrade_riskguard.replay.binance.signature import checked_arguments
from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.venue_api import PrivateApi, VenueApi

_KEY_HEADER = "X-MBX-APIKEY"


def _symbol(coin: Contract) -> str:
    return coin.symbol


def _row_writer(_market: Market, _kind: str) -> RowWriter:
    return kline_row


def _error(code: int | str, message: str) -> object:
    return {"code": code, "msg": message}


def _arguments(
    credentials: Credentials, headers: Mapping[str, str], query: str, body: str, now_ms: int
) -> Mapping[str, str]:
    return checked_arguments(credentials, headers.get(_KEY_HEADER), query, body, now_ms)


BINANCE = VenueApi(
    name="binance",
    symbol=_symbol,
    row_writer=_row_writer,
    answers=ANSWERS,
    error=_error,
    unknown_path=-5000,
    unknown_error=-1000,
    too_many_requests=-1003,
    private=PrivateApi(
        answers=PRIVATE_ANSWERS,
        arguments=_arguments,
        refusal=in_binances_words,
        place_stop=("POST", "/fapi/v1/algoOrder"),
        overloaded=-1008,
        not_answered=-1007,
        tls_user="demo-fapi",
    ),
)
