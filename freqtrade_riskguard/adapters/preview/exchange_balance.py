"""The balance of an account on the exchange, for which one request is signed and no other."""

from collections.abc import Mapping
from typing import Any

import ccxt
from freqtrade.exchange import Exchange

# freqtrade's names of a key's parts, and ccxt's.
_PARTS = {
    "key": "apiKey",
    "secret": "secret",
    "password": "password",
    "uid": "uid",
    "wallet_address": "walletAddress",
    "private_key": "privateKey",
}
# Names that freqtrade takes as well.
_ALSO = {"walletAddress": "wallet_address", "privateKey": "private_key"}


def keys_in(exchange_config: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of a key that a configuration holds; empty where it has none."""
    found = {_ALSO.get(name, name): value for name, value in exchange_config.items()}
    return {name: str(found[name]) for name in _PARTS if found.get(name)}


def balance_quote(exchange: Exchange, keys: Mapping[str, str], currency: str) -> float | None:
    """Return an account's balance without the profit of open positions; None where unknown.

    The client gets its key for this request only: with a key it would ask for more by itself.
    """
    client: Any = exchange._api  # noqa: SLF001 - freqtrade asks with the keys that it has
    before = {name: getattr(client, name) for name in _PARTS.values()}
    try:
        for name, value in keys.items():
            setattr(client, _PARTS[name], value)
        found = client.fetch_balance()
    except ccxt.BaseError:
        return None
    finally:
        for name, value in before.items():
            setattr(client, name, value)
    return _without_open_profit(found, currency)


def _without_open_profit(found: Mapping[str, Any], currency: str) -> float | None:
    """Return what an answer says of the wallet; some exchanges' total is the account's equity."""
    info = found.get("info")
    assets = info.get("assets", ()) if isinstance(info, Mapping) else ()
    for asset in assets:
        if asset.get("asset") == currency and asset.get("walletBalance") is not None:
            return float(asset["walletBalance"])
    total = (found.get(currency) or {}).get("total")
    return None if total is None else float(total)
