"""The document that Binance publishes about its markets."""

from collections.abc import Iterable
from typing import Any

from freqtrade_riskguard.replay.markets import Market

# The "delivery date" that Binance gives to contracts which never expire: 25 December 2100.
_NEVER_MS = 4_133_404_800_000

# Highest price an order may ask for: none in practice.
_NO_MAX = "99999999"


def exchange_info(markets: Iterable[Market], now_ms: int) -> dict[str, Any]:
    """Write the ``exchangeInfo`` document of Binance's USDⓈ-M futures.

    Parameters
    ----------
    markets
        Contracts to list; none gives the valid document of an exchange without contracts, which
        is what the spot and the coin-margined exchange answer here.
    now_ms
        The exchange's time, milliseconds since 1970 UTC.

    Returns
    -------
    dict[str, Any]
        The document, ready for JSON.
    """
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [],
        "exchangeFilters": [],
        "assets": [],
        "symbols": [_symbol(market) for market in markets],
    }


def _symbol(market: Market) -> dict[str, Any]:
    coin, filters = market.coin, market.filters
    tick, lot = _step(filters.price_decimals), _step(filters.quantity_decimals)
    most = str(filters.max_quantity_base)
    lot_size = {"minQty": lot, "maxQty": most, "stepSize": lot}
    return {
        "symbol": coin.symbol,
        "pair": coin.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": _NEVER_MS,
        "onboardDate": market.onboard_ms,
        "status": "TRADING",
        "baseAsset": coin.base,
        "quoteAsset": coin.quote,
        "marginAsset": coin.quote,
        "pricePrecision": filters.price_decimals,
        "quantityPrecision": filters.quantity_decimals,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": _NO_MAX, "tickSize": tick},
            {"filterType": "LOT_SIZE", **lot_size},
            {"filterType": "MARKET_LOT_SIZE", **lot_size},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": str(filters.min_notional_quote)},
        ],
        "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }


def _step(decimals: int) -> str:
    # Binance writes steps as plain decimals, never as 1e-05.
    return f"{10**-decimals:.{decimals}f}"
