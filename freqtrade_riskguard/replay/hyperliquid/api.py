"""Hyperliquid's perpetuals, as a venue to replay: the public side."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.hyperliquid import candles, funding, markets, quotes
from freqtrade_riskguard.replay.hyperliquid.arguments import REFUSED, info_arguments, refused
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.venue_api import Answer, VenueApi

_FAILURE, _TOO_MANY = "500", "429"
_TYPES: Mapping[str, Answer] = {
    "exchangeStatus": quotes.status,
    "meta": markets.meta,
    "metaAndAssetCtxs": quotes.meta_and_contexts,
    "perpDexs": markets.no_builder_dexes,
    "spotMeta": markets.spot_meta,
    "spotMetaAndAssetCtxs": markets.spot_meta_and_contexts,
    "candleSnapshot": candles.candles,
    "fundingHistory": funding.funding_history,
    "l2Book": quotes.order_book,
}


def _info(venue: ExchangeState, query: Query) -> object:
    kind = query.get("type", "")
    if kind not in _TYPES:
        raise refused(f"the replay exchange does not serve the type {kind!r}")
    return _TYPES[kind](venue, query)


def _error(code: int | str, message: str) -> object:
    # With HTTP 429 and 500 the real exchange sends null.
    return None if code in {_FAILURE, _TOO_MANY} else {"status": "err", "response": message}


HYPERLIQUID = VenueApi(
    name="hyperliquid",
    symbol=markets.name_of,
    row_writer=candles.row_writer,
    answers={},
    posted={"/info": _info},
    arguments=info_arguments,
    error=_error,
    unknown_path=REFUSED,
    unknown_error=_FAILURE,
    too_many_requests=_TOO_MANY,
    settled_in=frozenset({"USDC"}),
    own_tiers=markets.own_tiers,
)
