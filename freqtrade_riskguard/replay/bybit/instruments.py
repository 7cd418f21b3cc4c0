"""The contracts and their risk limits, as Bybit publishes them.

Ticks are those that the candles show. Lots and greatest leverage are Bybit's own for the contracts
in `LOTS_BASE` (as ccxt keeps them in its tests, 2024); for others the lot is what the volumes
show, and the leverage that of the tiers. Tiers are the replay's.
"""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.bybit.arguments import framed, is_linear, tapes_of
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import MINUTE_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.risk.tiers import Tier

# Steps of order sizes on Bybit, base units.
LOTS_BASE: Mapping[str, str] = {
    "BTC": "0.001",
    "ETH": "0.01",
    "LTC": "0.1",
    "ADA": "1",
    "XRP": "1",
}
_MIN_NOTIONAL_QUOTE = "5"
# A tier without an end, in a document of whole numbers.
_NO_CAP = 10**15


def instruments(venue: ExchangeState, query: Query) -> object:
    """Answer the contracts; spot, inverse and options are there, and empty."""
    # Contracts before their listing are asked for apart.
    listed = is_linear(query) and query.get("status", "Trading") == "Trading"
    tapes = tapes_of(venue, query) if listed else {}
    return framed(
        venue,
        {
            "category": query["category"],
            "list": [_instrument(venue, symbol, tape) for symbol, tape in tapes.items()],
            "nextPageCursor": "",
        },
    )


def _instrument(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any]:
    market = tape.market
    coin, filters = market.coin, market.filters
    tick = f"{10**-filters.price_decimals:.{filters.price_decimals}f}"
    lot = LOTS_BASE.get(
        coin.base, f"{10**-filters.quantity_decimals:.{filters.quantity_decimals}f}"
    )
    most = str(filters.max_quantity_base)
    return {
        "symbol": symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": coin.base,
        "quoteCoin": coin.quote,
        "settleCoin": coin.quote,
        "launchTime": str(market.onboard_ms),
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(filters.price_decimals),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{venue.tiers[symbol].tiers[0].max_leverage:.2f}",
            "leverageStep": "0.01",
        },
        "priceFilter": {"minPrice": tick, "maxPrice": "99999999", "tickSize": tick},
        "lotSizeFilter": {
            "maxOrderQty": most,
            "minOrderQty": lot,
            "qtyStep": lot,
            "postOnlyMaxOrderQty": most,
            "maxMktOrderQty": most,
            "minNotionalValue": _MIN_NOTIONAL_QUOTE,
        },
        "unifiedMarginTrade": True,
        "fundingInterval": str(tape.funding.interval_ms(venue.now_ms()) // MINUTE_MS),
        "copyTrading": "none",
    }


def risk_limits(venue: ExchangeState, query: Query) -> object:
    """Answer the tiers of the contracts, all on one page."""
    rows = [
        _risk_limit(symbol, number, tier)
        for symbol in tapes_of(venue, query)
        for number, tier in enumerate(venue.tiers[symbol].tiers, 1)
    ]
    return framed(venue, {"category": query["category"], "list": rows, "nextPageCursor": ""})


def _risk_limit(symbol: str, number: int, tier: Tier) -> dict[str, Any]:
    deduction_quote = tier.maintenance_amount_quote
    return {
        "id": number,
        "symbol": symbol,
        "riskLimitValue": f"{min(tier.cap_notional_quote, _NO_CAP):.0f}",
        "maintenanceMargin": f"{tier.maintenance_rate:.6g}",
        "initialMargin": f"{1.0 / tier.max_leverage:.6g}",
        "isLowestRisk": int(number == 1),
        "maxLeverage": f"{tier.max_leverage:.2f}",
        # Empty where nothing is deducted.
        "mmDeduction": f"{deduction_quote:.6f}" if deduction_quote else "",
    }
