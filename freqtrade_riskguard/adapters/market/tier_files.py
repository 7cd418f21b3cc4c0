"""The maintenance tiers that freqtrade ships, for positions of a bot that is elsewhere."""

import json
from collections.abc import Iterable

from freqtrade_riskguard.adapters.backtests.tiers import SHIPPED, shipped_file, tier_table
from freqtrade_riskguard.risk import TierTable


def shipped_tiers(exchange: str, pairs: Iterable[str]) -> dict[str, TierTable]:
    """Return the tables of those pairs that freqtrade ships; of Binance's futures only."""
    if exchange.lower() != SHIPPED:
        return {}
    known = json.loads(shipped_file().read_text(encoding="utf-8"))
    return {pair: tier_table(known[pair]) for pair in pairs if pair in known}
