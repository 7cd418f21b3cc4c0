"""The balance of an account on the exchange, for which one request is signed and no other."""

from collections.abc import Mapping
from typing import Any

import ccxt
from freqtrade.exchange import Exchange

from freqtrade_riskguard.adapters.preview.account_keys import client_with


def balance_quote(exchange: Exchange, keys: Mapping[str, str], currency: str) -> float | None:
    """Return an account's balance without the profit of open positions; None where unknown."""
    with client_with(exchange, keys) as client:
        try:
            found = client.fetch_balance()
        except ccxt.BaseError:
            return None
    return without_open_profit(found, currency)


def without_open_profit(found: Mapping[str, Any], currency: str) -> float | None:
    """Return what an answer says of the wallet; some exchanges' total is the account's equity."""
    info = found.get("info")
    assets = info.get("assets", ()) if isinstance(info, Mapping) else ()
    for asset in assets:
        if asset.get("asset") == currency and asset.get("walletBalance") is not None:
            return float(asset["walletBalance"])
    total = (found.get(currency) or {}).get("total")
    return None if total is None else float(total)
