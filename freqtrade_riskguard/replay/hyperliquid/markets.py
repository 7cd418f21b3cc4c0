"""The contracts and their margin tables, as Hyperliquid publishes them (``meta``).

There is no other rule of maintenance than the margin tables: a tier's greatest leverage says its
initial margin, and half of that is its maintenance margin. Steps of sizes and tables are
Hyperliquid's own for the coins in `MARKETS` (its public ``meta`` of 2026). Other coins have steps
as the recorded volumes show them, and the least leverage that Hyperliquid gives any: both assumed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.hyperliquid.arguments import refused
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.risk.tiers import TierTable

# Lowest notional (quote units) and greatest leverage of each tier.
MarginTiers = tuple[tuple[float, int], ...]


class OwnMarket(NamedTuple):
    """What Hyperliquid says of a contract: decimals of its sizes, and its margin table."""

    size_decimals: int
    table: int


# Tables by their numbers; one below 50 is a single tier of that leverage, and is not listed.
_FIRST_LISTED = 50
TABLES: Mapping[int, MarginTiers] = {
    50: ((0.0, 50),),
    51: ((0.0, 10), (3_000_000.0, 5)),
    52: ((0.0, 10), (20_000_000.0, 5)),
    53: ((0.0, 20), (40_000_000.0, 10)),
    54: ((0.0, 20), (70_000_000.0, 10)),
    55: ((0.0, 25), (100_000_000.0, 15)),
    56: ((0.0, 40), (150_000_000.0, 20)),
}
MARKETS: Mapping[str, OwnMarket] = {
    "BTC": OwnMarket(5, 56),
    "ETH": OwnMarket(4, 55),
    "SOL": OwnMarket(2, 54),
    "XRP": OwnMarket(0, 53),
    "DOGE": OwnMarket(0, 52),
    "KPEPE": OwnMarket(0, 52),
    "LTC": OwnMarket(2, 52),
    "AVAX": OwnMarket(2, 52),
    "BNB": OwnMarket(3, 51),
    "ARB": OwnMarket(1, 51),
    "ATOM": OwnMarket(2, 5),
}
_LEAST_LEVERAGE = 3
# Decimals of prices and of sizes together are at most 6.
_MOST_SIZE_DECIMALS = 5
# Coins in units of a thousand: ccxt writes the first letter large.
_THOUSANDS = frozenset({"KBONK", "KDOGS", "KFLOKI", "KLUNC", "KNEIRO", "KPEPE", "KSHIB"})
_HALF = 0.5


def name_of(coin: Contract) -> str:
    """Return Hyperliquid's name of a contract, as in ``"kPEPE"``."""
    return f"k{coin.base[1:]}" if coin.base in _THOUSANDS else coin.base


def own_tiers(coin: Contract) -> TierTable:
    """Return the margin table of a contract as tiers: half of the initial margin is maintained."""
    table = MARKETS[coin.base].table if coin.base in MARKETS else _LEAST_LEVERAGE
    tiers = TABLES.get(table, ((0.0, table),))
    return TierTable.build(
        (floor_quote, None, _HALF / leverage, None, leverage) for floor_quote, leverage in tiers
    )


def meta(venue: ExchangeState, query: Query) -> dict[str, Any]:
    """Answer the contracts and the margin tables."""
    if query.get("dex"):
        raise refused(f"No markets of {query['dex']} are here")
    tables = dict(TABLES)
    universe = [_market(venue, name, tape, tables) for name, tape in venue.tapes.items()]
    return {
        "universe": universe,
        "marginTables": [[number, _table(tiers)] for number, tiers in tables.items()],
        "collateralToken": 0,
    }


def no_builder_dexes(_venue: ExchangeState, _query: Query) -> object:
    """Answer that nobody else's markets are here; the first place is Hyperliquid's own."""
    return [None]


def spot_meta(_venue: ExchangeState, _query: Query) -> dict[str, Any]:
    """Answer that spot trades nothing here, and what contracts are settled in."""
    usdc = {
        "name": "USDC",
        "szDecimals": 8,
        "weiDecimals": 8,
        "index": 0,
        "tokenId": "0x6d1e7cde53ba9467b783cb7c530ce054",
        "isCanonical": True,
        "evmContract": None,
        "fullName": None,
    }
    return {"tokens": [usdc], "universe": []}


def spot_meta_and_contexts(venue: ExchangeState, query: Query) -> object:
    """Answer the same with prices, of which there are none."""
    return [spot_meta(venue, query), []]


def _market(
    venue: ExchangeState, name: str, tape: Recording, tables: dict[int, MarginTiers]
) -> dict[str, Any]:
    coin, filters = tape.market.coin, tape.market.filters
    tiers: MarginTiers = tuple(
        (tier.floor_notional_quote, int(tier.max_leverage)) for tier in venue.tiers[name].tiers
    )
    own = MARKETS.get(coin.base)
    return {
        "name": name,
        "szDecimals": own.size_decimals
        if own
        else min(filters.quantity_decimals, _MOST_SIZE_DECIMALS),
        "maxLeverage": tiers[0][1],
        "marginTableId": _number_of(tiers, tables),
    }


def _number_of(tiers: MarginTiers, tables: dict[int, MarginTiers]) -> int:
    """Return the number of a margin table; one that is not there yet is added."""
    if len(tiers) == 1 and tiers[0][1] < _FIRST_LISTED:
        return tiers[0][1]
    for number, known in tables.items():
        if known == tiers:
            return number
    number = max(tables) + 1
    tables[number] = tiers
    return number


def _table(tiers: MarginTiers) -> dict[str, Any]:
    return {
        "description": f"tiered {tiers[0][1]}x" if len(tiers) > 1 else "",
        "marginTiers": [
            {"lowerBound": f"{floor_quote:.1f}", "maxLeverage": leverage}
            for floor_quote, leverage in tiers
        ],
    }
