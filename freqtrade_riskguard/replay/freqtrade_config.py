"""The piece of freqtrade configuration that points a bot at the replay exchange."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from freqtrade_riskguard.replay.addresses import leads_to_loopback, loopback_urls
from freqtrade_riskguard.replay.credentials import Credentials

# A file of ours is a few thousand bytes; nothing larger is read to find out whose it is.
_LARGEST_BYTES = 1_000_000


class ConfigFileError(ValueError):
    """A file that the configuration cannot be written to; the message is one line for a person."""


def freqtrade_config(
    url: str,
    pairs: Sequence[str],
    credentials: Credentials | None = None,
    certificate: Path | None = None,
    *,
    exchange: str = "binance",
) -> dict[str, Any]:
    """Build the configuration to merge into a bot's own.

    Parameters
    ----------
    url
        Where the replay exchange listens, as in ``"http://127.0.0.1:8099"``.
    pairs
        What it lists, by freqtrade's names: the bot's whitelist, whatever its own names.
    credentials
        Of the account that the bot is to trade with; None for a dry-run.
    certificate
        File of the certificate that the exchange shows over TLS; None without.
    exchange
        freqtrade's name of the venue that it speaks as.

    Returns
    -------
    dict[str, Any]
        A configuration with the ``exchange`` key, and with an account ``dry_run``, for example as
        a second ``--config`` file. A fresh dict at every call.
    """
    # What a bot sends with these keys goes to the addresses below, and to none other.
    account: dict[str, Any] = {} if credentials is None else {"dry_run": False}
    keys = {} if credentials is None else {"key": credentials.key, "secret": credentials.secret}
    # Both of ccxt's clients verify it: the one reads the first key, the other the second.
    trusted = (
        {}
        if certificate is None
        else {"validateServerSsl": str(certificate), "cafile": str(certificate)}
    )
    return {
        **account,
        "exchange": {
            "name": exchange,
            # Candles come over REST; there is no stream to subscribe to.
            "enable_ws": False,
            "pair_whitelist": list(pairs),
            **keys,
            "ccxt_config": {
                # Nobody limits requests on loopback.
                "enableRateLimit": False,
                **trusted,
                "urls": loopback_urls(exchange, url),
            },
        },
    }


def is_replay(config: Mapping[str, Any]) -> bool:
    """Return whether a configuration points at a replay exchange, at every single address."""
    exchange = config.get("exchange")
    if not isinstance(exchange, Mapping):
        return False
    name, settings = exchange.get("name"), exchange.get("ccxt_config")
    if not isinstance(name, str) or not isinstance(settings, Mapping):
        return False
    # freqtrade lays these over the first.
    others = (exchange.get("ccxt_sync_config"), exchange.get("ccxt_async_config"))
    if any(isinstance(other, Mapping) and "urls" in other for other in others):
        return False
    return leads_to_loopback(name, settings.get("urls"))


def write_config(config: Mapping[str, Any], file: Path) -> None:
    """Write what :func:`freqtrade_config` built; an older one of its own is replaced.

    Raises
    ------
    ConfigFileError
        Where the file holds anything else, or cannot be written.
    """
    try:
        if file.exists() and not _is_written_here(file):
            raise ConfigFileError(
                f"{file} exists, and riskguard replay did not write it: it is left alone. Give "
                "--write another file"
            )
        file.write_text(json.dumps(config, indent=4) + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise ConfigFileError(
            f"{file} cannot be written ({reason}): give --write another file"
        ) from None


def _is_written_here(file: Path) -> bool:
    if not file.is_file() or file.stat().st_size > _LARGEST_BYTES:
        return False
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(content, dict) or not is_replay(content):
        return False
    written = (freqtrade_config("", ()), freqtrade_config("", (), Credentials.new()))
    return any(
        content.keys() == own.keys() and content["exchange"].keys() == own["exchange"].keys()
        for own in written
    )
