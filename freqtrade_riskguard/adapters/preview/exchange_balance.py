"""The balance of an account on the exchange, for which no more is asked than it takes."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import ccxt
from freqtrade.exchange import Exchange

from freqtrade_riskguard.adapters.preview.account_keys import client_with

# freqtrade's name for "the total that ccxt tells is the account's equity".
_HOLDS_OPEN_PROFIT = "balance_includes_unrealized_pnl"


def balance_quote(exchange: Exchange, keys: Mapping[str, str], currency: str) -> float | None:
    """Return an account's balance without the profit of open positions; None where unknown."""
    with client_with(exchange, keys) as client:
        try:
            return without_open_profit(exchange, client, client.fetch_balance(), currency)
        except (ccxt.BaseError, LookupError, TypeError, ValueError):
            return None


def without_open_profit(
    exchange: Exchange, client: Any, found: Mapping[str, Any], currency: str
) -> float | None:
    """Return what an answer says of the wallet; some exchanges' total is the account's equity.

    Then open profit is taken out, as freqtrade's wallet does it. None where the answer does not
    name the currency.

    Raises
    ------
    ccxt.BaseError
        Where positions are not told.
    LookupError, TypeError, ValueError
        Where their profit is not.
    """
    info = found.get("info")
    assets = info.get("assets", ()) if isinstance(info, Mapping) else ()
    for asset in assets:
        if asset.get("asset") == currency and asset.get("walletBalance") is not None:
            return float(asset["walletBalance"])
    total = (found.get(currency) or {}).get("total")
    if total is None:
        return None
    if not exchange.get_option(_HOLDS_OPEN_PROFIT, default=False):
        return float(total)
    profit_quote = sum(
        float(position["unrealizedPnl"])
        for position in client.fetch_positions()
        if position["side"] and position["contracts"]
    )
    if not isfinite(profit_quote):
        raise ValueError(profit_quote)
    return float(total) - profit_quote
