"""A bot's own configuration, made to trade on the simulated exchange and nowhere else."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from freqtrade.constants import Config
from freqtrade.enums import RunMode
from freqtrade.exchange import Exchange
from freqtrade.plugins.pairlist.pairlist_helpers import expand_pairlist

from freqtrade_riskguard.adapters.preview.bot_config import BotConfig
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.adapters.rehearsal.messages import LISTENS
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.freqtrade_config import is_replay

DATABASE, JOURNAL, LOG = "trades.sqlite", "journal.jsonl", "bot.log"

_LOOPBACK = "127.0.0.1"
# What would reach somebody else, or the account of the real bot: services of freqtrade, its notes
# beside the strategy, and a part of the real account.
_LEFT_OUT = (
    *("api_server", "telegram", "webhook", "discord", "external_message_consumer"),
    *("fiat_display_currency", "logfile", "available_capital"),
    # As the files have it, keys included.
    "original_config",
)
# freqtrade holds one of each kind: ccxt's client, and the one that does not wait.
_CLIENTS = ("_api", "_api_async")


def pairs_of(found: BotConfig, recorded: Sequence[str]) -> list[str]:
    """Return the pairs of a configuration that have candles; all that have where none is listed.

    Raises
    ------
    PreviewError
        Where none of the listed ones has.
    """
    exchange = found.config["exchange"]
    listed, banned = exchange.get("pair_whitelist", []), exchange.get("pair_blacklist", [])
    kept = expand_pairlist(listed, list(recorded)) if listed else list(recorded)
    unwanted = set(expand_pairlist(banned, list(recorded)))
    pairs = [pair for pair in kept if pair in recorded and pair not in unwanted]
    if not pairs:
        raise PreviewError(
            "none of the pairs in pair_whitelist has candles in the data folder, which has "
            f"{', '.join(recorded)}: download those of your pairs, or list these"
        )
    return pairs


def rehearsal_config(
    found: BotConfig, exchange: ReplayExchange, pairs: Sequence[str], folder: Path
) -> Config:
    """Return the configuration of the rehearsed bot: a fresh one at every call.

    Of the section ``exchange`` nothing is left but the pairs: no key, address or option of ccxt.

    Parameters
    ----------
    exchange : ReplayExchange
        Open, with an account.
    folder : Path
        Of database and journal.

    Raises
    ------
    PreviewError
        Where an address leads elsewhere than to this machine.
    """
    config = {key: value for key, value in deepcopy(found.config).items() if key not in _LEFT_OUT}
    simulated: dict[str, Any] = exchange.config()
    config.update(
        {
            **simulated,
            **LISTENS,
            "exchange": {**simulated["exchange"], "pair_whitelist": list(pairs)},
            "runmode": RunMode.LIVE,
            "initial_state": "running",
            "db_url": f"sqlite:///{folder / DATABASE}",
            # Others ask servers of their own which pairs to trade.
            "pairlists": [{"method": "StaticPairList"}],
            "internals": {"heartbeat_interval": 0},
            "riskguard": {
                **(config.get("riskguard") or {}),
                "journal_file": str(folder / JOURNAL),
            },
        }
    )
    if not is_replay(config):
        raise PreviewError("the addresses of the exchange are not this machine's: nothing was run")
    return config


def require_loopback(exchange: Exchange) -> None:
    """Refuse a bot that could send a request elsewhere than to this machine.

    Raises
    ------
    PreviewError
        Naming the host.
    """
    for client in clients_of(exchange):
        # Those of streams are in a mapping of their own; enable_ws is false, nobody opens one.
        addresses = [found for found in client.urls["api"].values() if isinstance(found, str)]
        for address in addresses:
            if urlsplit(address).hostname != _LOOPBACK:
                raise PreviewError(
                    f"the bot would ask {urlsplit(address).hostname or address}, which is not this "
                    "machine: nothing was run"
                )


def clients_of(exchange: Exchange) -> list[Any]:
    """Return ccxt's clients of an exchange."""
    return [getattr(exchange, name) for name in _CLIENTS]
