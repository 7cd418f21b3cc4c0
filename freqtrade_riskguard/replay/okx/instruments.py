"""The contracts and their position tiers, as OKX publishes them: in contracts, not in coins.

Ticks are those that the candles show. Contract sizes are OKX's own for the coins in
`CONTRACTS_BASE` (as ccxt keeps them in its tests, and of TIA from freqtrade's issue 11923; that of
SOL is assumed). Contracts of other coins are assumed to be worth 10 to 100 quote units. Orders are
of tenths of a contract for those of ccxt's tests, and of whole ones for the others.
"""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.okx.arguments import framed, is_swap, refused
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.risk.tiers import Tier

# Size of a contract, base units.
CONTRACTS_BASE: Mapping[str, float] = {
    "BTC": 0.01,
    "ETH": 0.1,
    "LTC": 1.0,
    "ADA": 100.0,
    "XRP": 100.0,
    "DOGE": 1000.0,
    "TRX": 1000.0,
    "TIA": 1.0,
    "SOL": 1.0,
}
_IN_TENTHS = frozenset({"BTC", "ETH", "LTC", "ADA", "XRP", "DOGE", "TRX"})
# The largest order of a market is the power of ten above 10 million quote units' worth: a millionth
# of it is worth 10 to 100.
_ORDERS_PER_CONTRACT = 1e-6
# A tier without an end, in a document of whole numbers.
_NO_CAP = 10**12


def contract_base(market: Market) -> float:
    """Return the size of a contract, base units."""
    assumed = market.filters.max_quantity_base * _ORDERS_PER_CONTRACT
    return CONTRACTS_BASE.get(market.coin.base, assumed)


def instruments(venue: ExchangeState, query: Query) -> object:
    """Answer the contracts; spot, dated futures and options are there, and empty."""
    if not is_swap(query):
        return framed([])
    return framed([_instrument(venue, symbol, tape) for symbol, tape in venue.tapes.items()])


def _instrument(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any]:
    coin, filters = tape.market.coin, tape.market.filters
    size_base = contract_base(tape.market)
    lot = "0.1" if coin.base in _IN_TENTHS else "1"
    most = f"{filters.max_quantity_base / size_base:.0f}"
    family = f"{coin.base}-{coin.quote}"
    return {
        "instType": "SWAP",
        "instId": symbol,
        "instFamily": family,
        "uly": family,
        "category": "1",
        "baseCcy": "",
        "quoteCcy": "",
        "settleCcy": coin.quote,
        "ctVal": f"{size_base:g}",
        "ctMult": "1",
        "ctValCcy": coin.base,
        "ctType": "linear",
        "optType": "",
        "stk": "",
        "listTime": str(tape.market.onboard_ms),
        "expTime": "",
        "lever": f"{venue.tiers[symbol].tiers[0].max_leverage:g}",
        "tickSz": f"{10**-filters.price_decimals:.{filters.price_decimals}f}",
        "lotSz": lot,
        "minSz": lot,
        "alias": "",
        "state": "live",
        "ruleType": "normal",
        "maxLmtSz": most,
        "maxMktSz": most,
        "maxStopSz": most,
        "maxTriggerSz": most,
        "maxTwapSz": most,
        "maxIcebergSz": most,
    }


def position_tiers(venue: ExchangeState, query: Query) -> object:
    """Answer the tiers of a contract, whose limits are numbers of contracts.

    The replay's tiers are of money: they are counted in contracts at the recording's first price,
    so that they stay as they are while the price moves, as OKX's do.
    """
    symbol = f"{query.get('instFamily', '')}-SWAP"
    if not is_swap(query) or symbol not in venue.tapes:
        raise refused("Parameter instFamily error")
    tape = venue.tapes[symbol]
    contract_quote = contract_base(tape.market) * _first_price(tape)
    rows: list[dict[str, Any]] = []
    smallest = 0
    for number, tier in enumerate(venue.tiers[symbol].tiers, 1):
        largest = int(min(tier.cap_notional_quote / contract_quote, _NO_CAP))
        rows.append(_tier(query["instFamily"], number, tier, smallest, largest))
        smallest = largest + 1
    return framed(rows)


def _first_price(tape: Recording) -> float:
    candles = next(candles for candles in tape.candle_store.shortest_first(FUTURES) if len(candles))
    return float(candles.open[0])


def _tier(family: str, number: int, tier: Tier, smallest: int, largest: int) -> dict[str, Any]:
    return {
        "instFamily": family,
        "uly": family,
        "instId": "",
        "tier": str(number),
        "minSz": str(smallest),
        "maxSz": str(largest),
        "mmr": f"{tier.maintenance_rate:.6g}",
        "imr": f"{1.0 / tier.max_leverage:.6g}",
        "maxLever": f"{tier.max_leverage:g}",
        "optMgnFactor": "0",
        "quoteMaxLoan": "",
        "baseMaxLoan": "",
    }
