"""From a data folder to the market documents that Binance publishes about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from freqtrade_riskguard.replay.data_folder import Contract, DataFolderError, futures_files
from freqtrade_riskguard.replay.filters import Filters, derive_filters

# The "delivery date" that Binance gives to contracts which never expire: 25 December 2100.
_NEVER_MS = 4_133_404_800_000

# Highest price an order may ask for: none in practice.
_NO_MAX = "99999999"


@dataclass(frozen=True, kw_only=True)
class Market:
    """One perpetual contract as the exchange lists it.

    Parameters
    ----------
    coin
        What is traded.
    filters
        Steps and limits of its orders.
    onboard_ms
        First candle, milliseconds since 1970 UTC.
    """

    coin: Contract
    filters: Filters
    onboard_ms: int


def read_markets(data_dir: Path) -> tuple[Market, ...]:
    """Build the markets of a data folder.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.

    Returns
    -------
    tuple[Market, ...]
        One per linear perpetual with candles, sorted by name.

    Raises
    ------
    DataFolderError
        If the folder is missing or empty, or a file is unreadable or without candles.
    """
    return tuple(_read_market(coin, files) for coin, files in futures_files(data_dir).items())


def _read_market(coin: Contract, files: tuple[Path, ...]) -> Market:
    # The smallest file is the coarsest timeframe: as many decimals, in a fraction of the time.
    path = min(files, key=lambda file: file.stat().st_size)
    prices = ["open", "high", "low", "close"]
    try:
        candles = pd.read_feather(path, columns=["date", *prices, "volume"])
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataFolderError(f"cannot read candles from {path}: {reason}") from error
    if candles.empty or not candles["close"].gt(0).any():
        raise DataFolderError(f"no candles in {path}")
    return Market(
        coin=coin,
        filters=derive_filters(
            coin,
            candles[prices].to_numpy(dtype="float64"),
            candles["volume"].to_numpy(dtype="float64"),
        ),
        onboard_ms=int(candles["date"].iloc[0].timestamp() * 1000),
    )


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
