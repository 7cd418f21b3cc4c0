"""What the exchange answers, one entry per path of Binance's REST interface.

An answer is a plain function of the exchange's state and the query, and returns what becomes the
JSON; a new one is a line in `ANSWERS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from freqtrade_riskguard.replay.markets import Market, exchange_info


@dataclass(frozen=True, kw_only=True)
class Venue:
    """State of the exchange that answers are made from.

    Parameters
    ----------
    markets
        Contracts listed.
    now_ms
        The exchange's clock: milliseconds since 1970 UTC at each call.
    """

    markets: tuple[Market, ...]
    now_ms: Callable[[], int]


Answer = Callable[[Venue, Mapping[str, str]], object]


def _futures_info(venue: Venue, _query: Mapping[str, str]) -> object:
    return exchange_info(venue.markets, venue.now_ms())


def _nothing_listed(venue: Venue, _query: Mapping[str, str]) -> object:
    # ccxt loads spot and coin-margined markets too; they have to be there, and may be empty.
    return exchange_info((), venue.now_ms())


def _time(venue: Venue, _query: Mapping[str, str]) -> object:
    return {"serverTime": venue.now_ms()}


ANSWERS: Mapping[str, Answer] = {
    "/fapi/v1/exchangeInfo": _futures_info,
    "/fapi/v1/time": _time,
    "/api/v3/exchangeInfo": _nothing_listed,
    "/dapi/v1/exchangeInfo": _nothing_listed,
}
