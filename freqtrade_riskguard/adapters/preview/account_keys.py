"""The key of an account, lent to the exchange's client for as long as something is asked for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

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


@contextmanager
def client_with(exchange: Exchange, keys: Mapping[str, str]) -> Iterator[Any]:
    """Yield ccxt's client with a key, which it loses afterwards.

    With a key it would ask for more by itself.
    """
    client: Any = exchange._api  # noqa: SLF001 - freqtrade asks with the keys that it has
    before = {name: getattr(client, name) for name in _PARTS.values()}
    try:
        for name, value in keys.items():
            setattr(client, _PARTS[name], value)
        yield client
    finally:
        for name, value in before.items():
            setattr(client, name, value)


def missing_parts(exchange: Exchange, keys: Mapping[str, str]) -> list[str]:
    """Return what the exchange's requests are signed with and the key lacks, freqtrade's names."""
    client: Any = exchange._api  # noqa: SLF001 - as above
    needed = client.requiredCredentials
    return [part for part, name in _PARTS.items() if needed.get(name) and part not in keys]
