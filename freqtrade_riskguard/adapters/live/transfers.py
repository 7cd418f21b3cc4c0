"""Deposits and withdrawals, as the exchange's own ledger tells them."""

import logging
from datetime import datetime
from math import nan
from typing import Any

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS
from freqtrade_riskguard.adapters.market.contracts import client_of, venue_of_bot

logger = logging.getLogger(__name__)

_MOST_ENTRIES = 1_000
_TRIES = 3


def transferred_quote(strategy: IStrategy, since: datetime, until: datetime) -> float:
    """Return what came into the account, less what went out, within ``(since, until]``.

    It is asked for once a mismatch between exchange and trades is over, so that money which came or
    went meanwhile is not taken for a result.

    Returns
    -------
    float
        Stake currency; NaN where nobody tells, or not all.
    """
    if until <= since:
        # A clock that went back tells nothing.
        return 0.0 if until == since else nan
    kinds = venue_of_bot(strategy).transfer_entries
    if not kinds:
        return nan
    currency = strategy.config["stake_currency"]
    start, end = (int(moment.timestamp() * 1000) for moment in (since, until))
    entries = _entries(strategy, currency, start)
    if entries is None or len(entries) >= _MOST_ENTRIES:
        return nan
    return sum(
        float(entry["amount"]) * (1 if entry["direction"] == "in" else -1)
        for entry in entries
        if entry["type"] in kinds and start < entry["timestamp"] <= end
    )


def _entries(strategy: IStrategy, currency: str, since_ms: int) -> list[dict[str, Any]] | None:
    """Return the ledger, asked for some times: without it a transfer would be a result."""
    for _ in range(_TRIES):
        try:
            found: list[dict[str, Any]] = client_of(strategy).fetch_ledger(
                currency, since_ms, _MOST_ENTRIES
            )
        except REFUSALS as error:
            logger.warning("RiskGuard: deposits and withdrawals are not told: %s", error)
        else:
            return found
    return None
