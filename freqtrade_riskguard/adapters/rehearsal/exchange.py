"""The simulated exchange that a bot trades on in the same process."""

from collections.abc import Mapping
from pathlib import Path

import ccxt

from freqtrade_riskguard.adapters.market.tier_files import shipped_brackets
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.data_folder import futures_files
from freqtrade_riskguard.replay.matching import MatchingRules
from freqtrade_riskguard.risk.tiers import TierTable


def tiers_of(data: Path) -> Mapping[str, TierTable]:
    """Return the brackets that freqtrade ships, of the pairs of a data folder."""
    return shipped_brackets(contract.pair for contract in futures_files(data))


def exchange_of(
    data: Path,
    clock: VirtualClock,
    *,
    wallet_quote: float,
    rules: MatchingRules | None = None,
    spread_ticks: int = 0,
    exchange: str = "binance",
) -> ReplayExchange:
    """Return an exchange with an account and the brackets that freqtrade ships; to be opened."""
    return ReplayExchange(
        data,
        now_ms=clock,
        spread_ticks=spread_ticks,
        wallet_quote=wallet_quote,
        tiers=tiers_of(data),
        rules=rules,
        exchange=exchange,
    )


def know_binances_errors(client: ccxt.Exchange) -> None:
    """Let a ccxt client take errors from http for Binance's, as it does by their address only."""
    if "linear" not in client.exceptions:
        return
    client.exceptions["exact"].update(client.exceptions["linear"]["exact"])
